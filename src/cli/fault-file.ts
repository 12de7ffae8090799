/** The fault script of a user: YAML in, validated faults out, every problem at once as `file:line:col`. */
import * as z from 'zod';
import { dollars, duration, mapping, name, shares, symbol, text, wholeNumber } from '../desired/fields.ts';
import { formatProblem, sortProblems, type Problem } from '../desired/problem.ts';
import { checkSchema } from '../desired/schema-check.ts';
import { parseYaml } from '../desired/yaml-document.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Price } from '../domain/decimal.ts';
import { parseInstant, type Instant } from '../domain/instant.ts';
import type { RefusalCode } from '../reconciler/ports.ts';
import { OPERATIONS, type Fault, type FaultEffect } from '../broker/fault-script.ts';
import { readText } from '../broker/simulated-text.ts';

const MANY = 1_000_000;

/** Throws exit 4 with every problem of the file, exit 6 where there is none. */
export function readFaults(file: string): readonly Fault[] {
  const source = readText(file);
  if (source === null) {
    throw new HgctlError(EXIT.notFound, `there is no fault script ${file}`, {
      hint: 'broker.faults of the Account names it',
    });
  }
  const { documents, problems } = parseYaml(file, source);
  const [document] = documents;
  if (problems.length > 0 || document === undefined) throw invalid(file, problems);
  const checked = checkSchema(document, scriptSchema());
  if (checked.kind === 'valid') return checked.value.faults.map(toFault);
  const outline = checkSchema(document, outlineSchema());
  throw invalid(
    file,
    outline.kind === 'valid' ? checked.problems : merged(outline.problems, checked.problems),
  );
}

/** Of a fault whose outline is wrong, only that is said. */
function merged(outline: readonly Problem[], all: readonly Problem[]): readonly Problem[] {
  const told = new Set(outline.map(faultOf));
  return sortProblems([...outline, ...all.filter((problem) => !told.has(faultOf(problem)))]);
}

function faultOf({ path }: Problem): string {
  return /^faults\[\d+\]/.exec(path)?.[0] ?? '';
}

function invalid(file: string, problems: readonly Problem[]): HgctlError {
  const list = problems.map((problem) => `\n  ${formatProblem(problem)}`).join('');
  return new HgctlError(EXIT.invalid, `the fault script ${file} is not valid:${list || ' it is empty'}`, {
    hint: 'docs/simulated-broker.md lists what it may say',
  });
}

const REFUSALS = [
  'InsufficientBuyingPower',
  'InsufficientQuantity',
  'UnknownSymbol',
  'NotFractionable',
  'ShortNotAllowed',
  'WashTrade',
  'MarketClosed',
  'Refused',
] as const satisfies readonly RefusalCode[];

type Entry = z.output<ReturnType<typeof scriptSchema>>['faults'][number];

/** Built when a script is there: it would cost every start some milliseconds. */
function scriptSchema() {
  return script(z.discriminatedUnion('effect', kindsOfFaults()));
}

/** What every fault has in common: the schema of one kind does not say what the others allow. */
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
  const time = z.string().transform((source, context): Instant => {
    const instant = parseInstant(source);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message: 'expected a time with its offset, as 2025-12-02T15:55:00-05:00',
    });
    return z.NEVER;
  });
  return {
    on: z.enum(operations),
    symbol: symbol('Only calls about this symbol.').optional(),
    side: z.enum(['buy', 'sell']).optional(),
    strategy: name('Only orders of this strategy.').optional(),
    after: wholeNumber('So many matching calls pass first.', 0, MANY).default(0),
    times: wholeNumber('So many matching calls then meet the fault.', 1, MANY).default(1),
    from: time.optional(),
    until: time.optional(),
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
  return [
    mapping({ ...when(['submit']), ...effect('reject'), code, message }, 'The order is refused.'),
    mapping(
      { ...when(['submit']), ...effect('order'), fills, fillAfter, hiddenFor: hiddenFor() },
      'How it fills.',
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
        hiddenFor: entry.hiddenFor,
      };
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
