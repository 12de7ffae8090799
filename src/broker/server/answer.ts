/** What is answered over HTTP, before it is sent. */
import type { RefusalBody } from '../simulated-refusals.ts';

export interface Answer {
  readonly status: number;
  /** Sent as JSON; undefined: no body. */
  readonly body: unknown;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** In Alpaca's form: a code and words, and what else there is to say. */
export function refusal(
  status: number,
  code: number,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): Answer {
  return { status, body: { ...fields, code, message } };
}

export function refusalOf({
  message,
  body,
}: {
  readonly message: string;
  readonly body: RefusalBody;
}): Answer {
  return refusal(body.status, body.code, message, body.fields);
}

/** A question that cannot be answered as it stands. Alpaca's trading API: 422; its data API: 400 and no code. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

export function malformed(message: string): Refused {
  return new Refused(refusal(422, 40010001, message));
}

export function badQuestion(message: string): Refused {
  return new Refused({ status: 400, body: { message } });
}

export function notFound(message: string): Refused {
  return new Refused(refusal(404, 40410000, message));
}

export function notTaken(message: string): Refused {
  return new Refused(refusal(422, 42210000, message));
}
