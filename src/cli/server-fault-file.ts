/** The fault script of `hgctl sim serve`, as {@link ServerFault}s. */
import * as z from 'zod';
import type { ServerEffect, When } from '../broker/server/server-effect.ts';
import type { ServerFault } from '../broker/server/server-fault.ts';
import { described, duration, mapping, shares, symbol, text, wholeNumber } from '../desired/fields.ts';
import { EFFECT_PLACES, PLACES, placeField, type EffectName } from './fault-place.ts';
import { readScript, timeField } from './script-file.ts';

const MANY = 1_000_000;
const DOCUMENT = 'docs/sim-serve.md';
/** Those that the stream of the simulated account has: another name would never be met. */
const EVENTS = [
  'pending_new',
  'accepted',
  'new',
  'partial_fill',
  'fill',
  'pending_cancel',
  'canceled',
  'expired',
  'rejected',
] as const;

/** Throws exit 4 with every problem of the file, exit 6 where there is none. */
export function readServerFaults(file: string): readonly ServerFault[] {
  const script = readScript(file, {
    schema: () => scriptOf(z.discriminatedUnion('effect', kindsOfFaults())),
    outline: outlineSchema,
    namedBy: '--faults',
    document: DOCUMENT,
  });
  return script.faults.map(toFault);
}

function scriptOf<Item extends z.ZodType>(fault: Item) {
  return mapping({ faults: z.array(fault) }, 'What goes wrong between clients and the server.');
}

function outlineSchema() {
  const kinds = kindsOfFaults();
  const keys = kinds.flatMap(({ shape }) => Object.keys(shape));
  const any = Object.fromEntries(keys.map((key) => [key, z.unknown().optional()]));
  const effects = kinds.flatMap(({ shape }) => [...shape.effect.values]);
  return scriptOf(mapping({ ...any, on: placeField(PLACES, null), effect: z.enum(effects) }, 'One fault.'));
}

/** Which requests meet a fault, and how late their answer is. */
function when<Effect extends EffectName>(effect: Effect) {
  return {
    effect: z.literal(effect),
    on: placeField(EFFECT_PLACES[effect], effect),
    symbol: symbol('Only what is about this symbol.').optional(),
    side: z.enum(['buy', 'sell']).optional(),
    after: wholeNumber('So many that match pass first.', 0, MANY).default(0),
    times: wholeNumber('So many then meet the fault.', 1, MANY).default(1),
    from: timeField().optional(),
    until: timeField().optional(),
  };
}

/** Of a request: the answer comes late, and a new order may not be shown. */
function ofRequest<Effect extends EffectName>(effect: Effect) {
  return {
    ...when(effect),
    delay: duration('How much later the answer comes.', 'zero').prefault('0s'),
    hiddenFor: duration('How long a new order is not shown.', 'zero').prefault('0s'),
  };
}

function kindsOfFaults() {
  return [
    ...connectionFaults(),
    ...answerFaults(),
    ...orderFaults(),
    ...corporateFaults(),
    ...streamFaults(),
  ] as const;
}

function acceptance() {
  return described(z.enum(['before', 'after']), 'Whether the request is carried out.').default('before');
}

function connectionFaults() {
  return [
    mapping(
      { ...ofRequest('late'), when: acceptance().default('after') },
      'The answer comes late, or the request.',
    ),
    mapping({ ...ofRequest('drop'), when: acceptance() }, 'No answer: the connection ends.'),
    mapping({ ...ofRequest('reset'), when: acceptance() }, 'No answer: the connection is reset.'),
    mapping({ ...ofRequest('cut') }, 'Half of an answer, and the connection ends.'),
    mapping({ ...ofRequest('half-json') }, 'A whole answer of half a document.'),
  ] as const;
}

function answerFaults() {
  const status = {
    status: wholeNumber('Of HTTP; below 400, a redirect to nowhere.', 300, 599),
    when: acceptance(),
    page: z.enum(['json', 'html']).default('json'),
    code: wholeNumber('Of Alpaca.', 0, 99_999_999).optional(),
    message: text('In words.').default('scripted fault'),
    retryAfter: duration('The header Retry-After, in whole seconds.', 'zero').optional(),
    resetIn: duration('The headers of the rate limit: more requests so long from now.', 'zero').optional(),
  };
  return [
    mapping({ ...ofRequest('status'), ...status }, 'An answer that is an error.'),
    mapping({ ...ofRequest('stale'), by: duration('How old.') }, 'Positions of before.'),
    mapping({ ...ofRequest('empty') }, 'A list without rows.'),
    mapping({ ...ofRequest('order-status'), status: text('Of orders.') }, 'A status of orders.'),
    mapping({ ...ofRequest('new-field'), name: text('Its name.') }, 'A field that nobody knows.'),
    mapping(
      {
        ...ofRequest('skew'),
        behind: duration('How much.', 'zero').prefault('0s'),
        ahead: duration('How much.', 'zero').prefault('0s'),
      },
      'A clock that is wrong.',
    ),
  ] as const;
}

function orderFaults() {
  return [
    mapping(
      {
        ...ofRequest('order'),
        fills: shares('So many shares fill in all.').optional(),
        fillAfter: duration('So much later than usual.', 'zero').prefault('0s'),
        rejectAfter: duration('It is rejected so long after it was taken.', 'zero').optional(),
      },
      'What becomes of the order.',
    ),
    mapping({ ...ofRequest('halt') }, 'The symbol is halted, until the time of the fault ends.'),
  ] as const;
}

function corporateFaults() {
  const part = (about: string): z.ZodInt => wholeNumber(about, 1, 1_000);
  const split = mapping(
    { symbol: symbol('Of which symbol.'), from: part('Old shares.'), to: part('New shares.') },
    'A stock split.',
  );
  const rename = mapping(
    { from: symbol('The old symbol.'), to: symbol('The new symbol.') },
    'A change of a symbol.',
  );
  return [
    mapping({ ...when('split'), split }, 'A split takes effect just before the request.'),
    mapping({ ...when('rename'), rename }, 'A symbol changes just before the request.'),
  ] as const;
}

function streamFaults() {
  const events = {
    event: described(z.enum(EVENTS), 'Only events of this name, as fill.').optional(),
  };
  return [
    mapping({ ...when('lost'), ...events }, 'The event is not told.'),
    mapping({ ...when('doubled'), ...events }, 'It is told twice.'),
    mapping({ ...when('reordered'), ...events }, 'It is told after the next one.'),
    mapping(
      {
        ...when('down'),
        ...events,
        for: duration('How long no stream can be opened.', 'zero').prefault('0s'),
      },
      'It is lost, and all streams end.',
    ),
    mapping(
      {
        ...when('refused'),
        status: wholeNumber('Of HTTP.', 400, 599).default(503),
      },
      'A stream cannot be opened.',
    ),
  ] as const;
}

type Entry = z.output<ReturnType<typeof kindsOfFaults>[number]>;

function toFault(entry: Entry): ServerFault {
  const { on, symbol: of, side, after, times, from, until } = entry;
  return {
    on,
    symbol: of ?? null,
    side: side ?? null,
    event: ('event' in entry ? entry.event : undefined) ?? null,
    after,
    times,
    from: from ?? null,
    until: until ?? null,
    delay: 'delay' in entry ? entry.delay : 0,
    hiddenFor: 'hiddenFor' in entry ? entry.hiddenFor : 0,
    effect: toEffect(entry),
  };
}

const SECOND = 1_000;

function toEffect(entry: Entry): ServerEffect {
  switch (entry.effect) {
    case 'late':
    case 'drop':
    case 'reset':
      return { kind: entry.effect, when: entry.when satisfies When };
    case 'status':
      return {
        kind: 'status',
        status: entry.status,
        when: entry.when,
        page: entry.page,
        code: entry.code ?? null,
        message: entry.message,
        retryAfter: entry.retryAfter === undefined ? null : Math.ceil(entry.retryAfter / SECOND),
        resetIn: entry.resetIn ?? null,
      };
    case 'refused':
      return { kind: 'refused', status: entry.status };
    case 'stale':
      return { kind: 'stale', by: entry.by };
    case 'split':
      return { kind: 'split', ...entry.split };
    case 'rename':
      return { kind: 'rename', ...entry.rename };
    case 'order-status':
      return { kind: 'order-status', status: entry.status };
    case 'new-field':
      return { kind: 'new-field', name: entry.name };
    case 'skew':
      return { kind: 'skew', by: entry.ahead - entry.behind };
    case 'down':
      return { kind: 'down', for: entry.for };
    case 'order':
      return {
        kind: 'order',
        fills: entry.fills ?? null,
        fillAfter: entry.fillAfter,
        ...(entry.rejectAfter !== undefined && { rejectAfter: entry.rejectAfter }),
      };
    case 'halt':
      return { kind: 'order', fills: null, fillAfter: 0, haltedUntil: entry.until ?? null };
    default:
      return { kind: entry.effect };
  }
}
