/** From a request over HTTP to a route, and back: keys, the rate limit, and faults on the way. */
import { randomUUID } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { BrokerUnavailable } from '../../reconciler/ports.ts';
import { formatChain } from '../../domain/errors.ts';
import { parseJson } from '../../observed/json-text.ts';
import { refusal, Refused, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import type { Faults } from './faults.ts';
import type { KeyCheck } from './keys.ts';
import { subjectOf } from './order-routes.ts';
import { pause } from './pause.ts';
import { rateLimit } from './rate-limit.ts';
import type { ApiRequest } from './request.ts';
import { ROUTES, type Route } from './routes.ts';
import type { FaultDeed } from './server-effect.ts';
import { altered, halved, sentOf, spoiled, statusAnswer, type Sent } from './wire.ts';

export interface AppOptions {
  readonly desk: Desk;
  readonly isKnown: KeyCheck;
  readonly faults: Faults;
  /** Requests a minute, of each of the two APIs. */
  readonly requestsPerMinute: number;
  /** After each request, whatever was answered. */
  readonly asked: () => void;
  /** One line of each request. */
  readonly tell: (line: string) => void;
}

type Bindings = { Bindings: HttpBindings };

export function alpacaApp(options: AppOptions): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const limits = {
    trading: rateLimit(options.requestsPerMinute),
    data: rateLimit(options.requestsPerMinute),
  };
  for (const route of ROUTES) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
      const begun = performance.now();
      const rate = limits[route.api].take(options.desk.clock.now());
      const handled = await handle(options, route, context, rate.isOver);
      options.asked();
      options.tell(lineOf(context, handled, performance.now() - begun));
      return respond(context, handled, {
        // A status of a script is whole: it says of the limit what the script says.
        ...(handled.fault?.effect.kind === 'status' ? {} : rate.headers),
        // Clients reckon from it how long the rest of a minute is.
        Date: new Date(options.desk.clock.now()).toUTCString(),
        'X-Request-ID': randomUUID().replaceAll('-', ''),
      });
    });
  }
  app.notFound((context) => respond(context, answered(refusal(404, 40410000, 'endpoint not found')), {}));
  return app;
}

interface Handled {
  readonly sent: Sent;
  /** That the request has met; null: none. */
  readonly fault: FaultDeed | null;
}

function answered(answer: Answer): Handled {
  return { sent: sentOf(answer), fault: null };
}

async function handle(
  { desk, isKnown, faults }: AppOptions,
  route: Route,
  context: Context<Bindings>,
  isOver: boolean,
): Promise<Handled> {
  const { req } = context;
  if (!isKnown({ id: req.header('APCA-API-KEY-ID') ?? '', secret: req.header('APCA-API-SECRET-KEY') ?? '' }))
    // Of the trading API as it is recorded; its document has no such answer, that of the data API has 401.
    return answered({ status: route.api === 'data' ? 401 : 403, body: { message: 'forbidden.' } });
  if (isOver) return answered({ status: 429, body: { message: 'too many requests.' } });
  const body = await bodyOf(context);
  if (body === NO_JSON) return answered(refusal(400, 40010000, 'request body format is invalid'));
  const asked = { parameters: req.param(), query: new URL(req.url).searchParams, body };
  const fault = faults.isEmpty ? null : faults.meet({ place: route.name, ...subjectOf(desk, asked) });
  const isOnItsWay = fault?.effect.kind === 'late' && fault.effect.when === 'before';
  const delay = fault?.delay ?? 0;
  if (isOnItsWay) await pause(desk, delay);
  const sent = await carriedOut(desk, route, { ...asked, fault });
  if (!isOnItsWay) await pause(desk, delay);
  return { sent, fault };
}

const NO_JSON = Symbol('no JSON');
/** Bytes. */
const BODY_MAX = 1024 * 1024;

async function bodyOf({ req, env }: Context<Bindings>): Promise<unknown> {
  if (req.method !== 'POST' && req.method !== 'PATCH') return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of env.incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX) return NO_JSON;
    parts.push(part);
  }
  const parsed = parseJson(Buffer.concat(parts).toString('utf8'));
  return parsed.kind === 'ok' ? parsed.value : NO_JSON;
}

/** What a fault keeps from being carried out is not. */
async function carriedOut(desk: Desk, route: Route, request: ApiRequest): Promise<Sent> {
  const effect = request.fault?.effect ?? null;
  if (effect !== null && 'when' in effect && effect.when === 'before' && effect.kind !== 'late')
    return effect.kind === 'status'
      ? statusAnswer(effect, desk.clock.now())
      : sentOf({ status: 500, body: {} });
  const answer = await answerOf(desk, route, request);
  if (effect?.kind === 'status') return statusAnswer(effect, desk.clock.now());
  const sent = sentOf(altered(answer, effect));
  return effect?.kind === 'half-json' ? halved(sent) : sent;
}

async function answerOf(desk: Desk, route: Route, request: ApiRequest): Promise<Answer> {
  const effect = request.fault?.effect;
  try {
    if (effect?.kind === 'split' || effect?.kind === 'rename') await desk.happen(effect);
    return await route.handle(desk, request);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    // The account cannot be read or written now, or a price cannot be had.
    const why = error instanceof BrokerUnavailable ? error.message : formatChain(error);
    return refusal(500, 50010000, `internal server error occurred: ${why}`);
  }
}

function respond(
  context: Context<Bindings>,
  { sent, fault }: Handled,
  more: Readonly<Record<string, string>>,
): Response {
  const whole = { ...sent, headers: { ...more, ...sent.headers } };
  if (spoiled(context.env.outgoing, whole, fault?.effect ?? null)) return RESPONSE_ALREADY_SENT;
  return new Response(whole.text, { status: whole.status, headers: whole.headers });
}

function lineOf({ req }: Context, { sent, fault }: Handled, took: number): string {
  const met = fault === null ? '' : `, fault ${fault.effect.kind}`;
  return `${req.method} ${req.path} ${sent.status} in ${took.toFixed(1)} ms${met}`;
}
