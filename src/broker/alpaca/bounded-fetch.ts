/** `fetch` whose answers have an end, whoever reads them and whatever their status is. */
import { ANSWER_MAX } from '../../market/http-text.ts';

/** What its body is read with rejects, as with a connection that breaks, once it is longer than an answer may be. */
export async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  // What fails in the pipe cancels the body, and with it the connection.
  return new Response(body.pipeThrough(atMost(ANSWER_MAX)), { status, statusText, headers });
}

/** Counts what is read, not what is sent: a compressed answer may be small on the wire. */
function atMost(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      size += chunk.length;
      if (size > bytes) controller.error(new Error(`the answer is longer than ${bytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
