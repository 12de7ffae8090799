/** The signal `command`: what a user's program is told, and what its answer means. Pure. */
import * as z from 'zod';
import {
  averageOf,
  formatMoney,
  formatQuantity,
  parsePercent,
  parseQuantity,
  SHARE,
  valueOf,
  type Money,
  type Price,
} from '../domain/decimal.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { mayGoShort, type DesiredStrategy, type FixedTarget } from '../desired/desired-state.ts';
import type { Lot } from '../observed/book.ts';
import { parseJson } from '../observed/json-text.ts';

export interface CommandContext {
  readonly now: Instant;
  readonly equity: Money;
  readonly book: ReadonlyMap<string, Lot>;
  readonly priceOf: (symbol: string) => Price | undefined;
}

/** One JSON document, ended by a newline. */
export function contextText(strategy: DesiredStrategy, context: CommandContext): string {
  return `${JSON.stringify(contextOf(strategy, context))}\n`;
}

/** Money and quantities are decimal strings. */
export function contextOf(strategy: DesiredStrategy, context: CommandContext): object {
  const positions = [...context.book].map(([symbol, { quantity, cost }]) => {
    const price = context.priceOf(symbol);
    return {
      symbol,
      quantity: formatQuantity(quantity),
      averageCost: formatMoney(averageOf(cost, quantity)),
      marketValue: price === undefined ? null : formatMoney(valueOf(quantity, price)),
    };
  });
  return {
    version: 1,
    strategy: strategy.name,
    now: formatInstant(context.now),
    equity: formatMoney(context.equity),
    positions,
    universe: [...strategy.universe],
  };
}

export type CommandAnswer =
  | { readonly kind: 'targets'; readonly targets: readonly FixedTarget[] }
  | { readonly kind: 'malformed'; readonly reason: string };

const TARGETS_MAX = 10_000;

/** Strict: a target that is not understood must not be left out silently. */
export function parseAnswer(text: string, strategy: DesiredStrategy): CommandAnswer {
  const { universe } = strategy;
  if (text.trim() === '') return { kind: 'malformed', reason: 'it wrote nothing' };
  const json = parseJson(text);
  if (json.kind === 'invalid')
    return { kind: 'malformed', reason: `its output is not one JSON document: ${json.message}` };
  const parsed = answerSchema().safeParse(json.value);
  if (!parsed.success) return { kind: 'malformed', reason: parsed.error.issues.map(describe).join('; ') };
  const targets: FixedTarget[] = [];
  for (const { symbol, weight, quantity, priority } of parsed.data.targets) {
    if (!universe.has(symbol)) return { kind: 'malformed', reason: `${symbol} is not in its universe` };
    if (targets.some((target) => target.symbol === symbol))
      return { kind: 'malformed', reason: `${symbol} is named twice` };
    const size = sizeOf(weight, quantity);
    if (size === null) return { kind: 'malformed', reason: `${symbol}: ${SIZE_RULE}` };
    const refused = isShort(size) ? whyNotShort(strategy, size) : null;
    if (refused !== null) return { kind: 'malformed', reason: `${symbol}: ${refused}` };
    targets.push({ symbol, size, priority });
  }
  return { kind: 'targets', targets: targets.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)) };
}

const SIZE_RULE = 'give either weight, as "50%", or quantity, as "12"';

function isShort(size: FixedTarget['size']): boolean {
  return size.kind === 'weight' ? size.weight < 0 : size.quantity < 0;
}

function whyNotShort(strategy: DesiredStrategy, size: FixedTarget['size']): string | null {
  if (!mayGoShort(strategy))
    return "it is short, and this strategy may not be without 'capital.shorts: allowed'";
  const isPart = size.kind === 'quantity' && size.quantity % SHARE !== 0;
  return isPart ? 'only whole shares can be sold short' : null;
}

function sizeOf(weight: string | undefined, quantity: string | undefined): FixedTarget['size'] | null {
  if ((weight === undefined) === (quantity === undefined)) return null;
  if (weight !== undefined) {
    const ratio = parsePercent(weight);
    return ratio === undefined ? null : { kind: 'weight', weight: ratio };
  }
  const shares = parseQuantity(quantity ?? '');
  return shares === undefined ? null : { kind: 'quantity', quantity: shares };
}

/** Built when a program answers: it would cost every start some milliseconds. */
function answerSchema() {
  const target = z.strictObject(
    {
      symbol: z.string('give the symbol as text'),
      weight: z.string('write it as text, as "6%"').optional(),
      quantity: z.string('write it as text, as "12"').optional(),
      priority: z.int(PRIORITY_RULE).min(0, PRIORITY_RULE).max(1_000_000, PRIORITY_RULE).default(0),
      reason: z.string('give it as text').optional(),
    },
    shapeError('symbol, and weight or quantity'),
  );
  return z.strictObject(
    {
      version: z.literal(1, 'it must be 1, the only version there is'),
      targets: z.array(target, 'give a list, [] for no change').max(TARGETS_MAX, `at most ${TARGETS_MAX}`),
    },
    shapeError('version and targets'),
  );
}

const PRIORITY_RULE = 'give a whole number from 0 to 1000000';

/** The words of zod name an unknown key well enough. */
function shapeError(fields: string): { error: (issue: { readonly code: string }) => string | undefined } {
  return {
    error: ({ code }) => (code === 'unrecognized_keys' ? undefined : `give an object with ${fields}`),
  };
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}
