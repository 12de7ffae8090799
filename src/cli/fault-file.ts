/** The fault script of a user: YAML in, validated faults out, every problem at once as `file:line:col`. */
import * as z from 'zod';
import { dollars, duration, mapping, name, shares, symbol, text, wholeNumber } from '../desired/fields.ts';
import type { Price } from '../domain/decimal.ts';
import type { RefusalCode } from '../reconciler/ports.ts';
import { OPERATIONS, type Fault, type FaultEffect } from '../broker/fault-script.ts';
import { readScript, timeField } from './script-file.ts';

const MANY = 1_000_000;

/** Throws exit 4 with every problem of the file, exit 6 where there is none. */
export function readFaults(file: string): readonly Fault[] {
  const script = readScript(file, {
    schema: scriptSchema,
    outline: outlineSchema,
    namedBy: 'broker.faults of the Account',
    document: 'docs/simulated-broker.md',
  });
  return script.faults.map(toFault);
}

const REFUSALS = [
  'InsufficientBuyingPower',
  'InsufficientQuantity',
  'UnknownSymbol',
  'NotFractionable',
  'ShortNotAllowed',
  'WashTrade',
  'MarketClosed',
  'AccountBlocked',
  'AccessDenied',
  'Refused',
] as const satisfies readonly RefusalCode[];

type Entry = z.output<ReturnType<typeof scriptSchema>>['faults'][number];

let known: ReturnType<typeof makeSchema> | undefined;

/** Made once: a control loop reads the script again when it has changed. */
function scriptSchema() {
  known ??= makeSchema();
  return known;
}

function makeSchema() {
  return script(z.discriminatedUnion('effect', kindsOfFaults()));
}

function outlineSchema() {
  const kinds = kindsOfFaults();
  const keys = kinds.flatMap(({ shape }) => Object.keys(shape));
  const any = Object.fromEntries(keys.map((key) => [key, z.unknown().optional()]));
  const effects = kinds.flatMap(({ shape }) => [...shape.effect.values]);
  return script(mapping({ ...any, on: z.enum(OPERATIONS), effect: z.enum(effects) }, 'One fault.'));
}

function script<Item extends z.ZodType>(fault: Item) {
  return mapping({ faults: z.array(fault) }, 'What goes wrong at the simulated broker.');
}

function kindsOfFaults() {
  return [...callFaults(), ...orderFaults(), ...listFaults(), ...outsideFaults()] as const;
}

/** The fields of every fault: which calls meet it. */
function when<Operation extends Fault['on']>(operations: readonly Operation[]) {
  return {
    on: z.enum(operations),
    symbol: symbol('Only calls about this symbol.').optional(),
    side: z.enum(['buy', 'sell']).optional(),
    strategy: name('Only orders of this strategy.').optional(),
    after: wholeNumber('So many matching calls pass first.', 0, MANY).default(0),
    times: wholeNumber('So many matching calls then meet the fault.', 1, MANY).default(1),
    from: timeField().optional(),
    until: timeField().optional(),
  };
}

function effect<Kind extends FaultEffect['kind']>(kind: Kind) {
  return { effect: z.literal(kind) };
}

function hiddenFor() {
  return duration('How long the new order is not shown.', 'zero').prefault('0s');
}

function callFaults() {
  const reason = text('Why.').default('HTTP 503');
  const retryAfter = duration('What the broker asks to wait.').optional();
  return [
    mapping({ ...when(OPERATIONS), ...effect('unavailable'), reason }, 'No answer, and nothing was done.'),
    mapping(
      { ...when(OPERATIONS), ...effect('answer-lost'), hiddenFor: hiddenFor() },
      'Done, and no answer.',
    ),
    mapping({ ...when(OPERATIONS), ...effect('rate-limited'), retryAfter }, 'Too many requests.'),
  ] as const;
}

function orderFaults() {
  const code = z.enum(REFUSALS).default('Refused');
  const message = text('In words.').default('rejected by the fault script');
  const fills = shares('So many shares fill in all.').optional();
  const fillAfter = duration('So much later than usual.', 'zero').prefault('0s');
  const rejectAfter = duration('It is rejected so long after it was taken.', 'zero').optional();
  return [
    mapping({ ...when(['submit']), ...effect('reject'), code, message }, 'The order is refused.'),
    mapping(
      { ...when(['submit']), ...effect('order'), fills, fillAfter, rejectAfter, hiddenFor: hiddenFor() },
      'What becomes of it.',
    ),
    mapping(
      { ...when(['submit']), ...effect('halt') },
      'The symbol is halted, until the time of the fault ends.',
    ),
    mapping({ ...when(['cancel']), ...effect('stuck') }, 'The cancel never happens.'),
  ] as const;
}

function listFaults() {
  const lists = when(['positions', 'openOrders', 'history']);
  const symbols = z.union([z.literal('all'), z.array(symbol('A symbol.')).min(1)]);
  return [
    mapping({ ...lists, ...effect('without'), symbols }, 'A list that lacks rows.'),
    mapping(
      { ...when(['positions', 'history', 'clock']), ...effect('stale'), by: duration('How old.') },
      'An old list, or a clock that is behind.',
    ),
  ] as const;
}

function outsideFaults() {
  const of = symbol('Of which symbol.');
  const side = z.enum(['buy', 'sell']);
  const price = dollars('At which price; the current one if left out.').optional();
  const part = (about: string): z.ZodInt => wholeNumber(about, 1, 1_000);
  const trade = mapping({ symbol: of, side, quantity: shares('How many.'), price }, 'A trade by hand.');
  const split = mapping({ symbol: of, from: part('Old shares.'), to: part('New shares.') }, 'A stock split.');
  const rename = mapping({ from: of, to: symbol('The new symbol.') }, 'A change of a symbol.');
  return [
    mapping({ ...when(OPERATIONS), ...effect('trade'), trade }, 'Somebody trades just before the call.'),
    mapping({ ...when(OPERATIONS), ...effect('split'), split }, 'A split takes effect just before the call.'),
    mapping({ ...when(OPERATIONS), ...effect('rename'), rename }, 'A symbol changes just before the call.'),
  ] as const;
}

function toFault(entry: Entry): Fault {
  const { on, symbol: of, side, strategy, after, times, from, until } = entry;
  return {
    on,
    symbol: of ?? null,
    side: side ?? null,
    strategy: strategy ?? null,
    after,
    times,
    from: from ?? null,
    until: until ?? null,
    effect: toEffect(entry),
  };
}

function toEffect(entry: Entry): FaultEffect {
  switch (entry.effect) {
    case 'unavailable':
      return { kind: 'unavailable', reason: entry.reason };
    case 'answer-lost':
      return { kind: 'answer-lost', hiddenFor: entry.hiddenFor };
    case 'rate-limited':
      return { kind: 'rate-limited', retryAfter: entry.retryAfter ?? null };
    case 'reject':
      return { kind: 'reject', code: entry.code, message: entry.message };
    case 'order':
      return {
        kind: 'order',
        fills: entry.fills ?? null,
        fillAfter: entry.fillAfter,
        ...(entry.rejectAfter !== undefined && { rejectAfter: entry.rejectAfter }),
        hiddenFor: entry.hiddenFor,
      };
    case 'halt':
      return { kind: 'halt', until: entry.until ?? null };
    case 'stuck':
      return { kind: 'stuck' };
    case 'without':
      return { kind: 'without', symbols: entry.symbols };
    case 'stale':
      return { kind: 'stale', by: entry.by };
    case 'trade':
      return { kind: 'trade', ...entry.trade, price: (entry.trade.price ?? null) as Price | null };
    case 'split':
      return { kind: 'split', ...entry.split };
    case 'rename':
      return { kind: 'rename', ...entry.rename };
  }
}
