/** The state file as the original system writes it: read once, when its books are taken over. */
import * as z from 'zod';
import type { Money, Quantity } from '../domain/decimal.ts';
import { parseInstant, type Instant } from '../domain/instant.ts';
import { isStrategyName, isSymbol, STRATEGY_RULE, SYMBOL_RULE } from '../domain/names.ts';
import type { OpeningLot } from './events.ts';
import { multiply, readLongDecimal, toUnits, type LongDecimal } from './long-decimal.ts';

const QUANTITY_PLACES = 9;
const MONEY_PLACES = 6;
const TIME_RULE = 'a time with its offset, as 2025-12-02T15:55:00-05:00';

/** Built when such a file is there: that is once in the life of a journal, and building it costs a start 4 ms. */
function foreignSchema() {
  const time = z.string(`expected ${TIME_RULE}`).transform((text, context): Instant => {
    const instant = parseInstant(text);
    if (instant !== undefined) return instant;
    context.addIssue({ code: 'custom', message: `expected ${TIME_RULE}` });
    return z.NEVER;
  });

  const decimal = z
    .union([z.number(), z.string()], 'expected a number')
    .transform((value, context): LongDecimal => {
      const read = readLongDecimal(String(value));
      if (read !== undefined) return read;
      context.addIssue({ code: 'custom', message: 'expected a number' });
      return z.NEVER;
    });

  const position = z.object({
    qty: decimal,
    entry_price: decimal.refine(({ digits }) => digits >= 0n, 'expected a price of zero or more'),
    entry_time: time,
    order_id: z.string().nullish(),
  });

  const strategy = z.object({
    positions: z.record(z.string().refine(isSymbol, `not a symbol: ${SYMBOL_RULE}`), position),
    last_execution: time.nullish(),
  });

  return z.object({
    version: z.literal(1, 'only version 1 is known').optional(),
    last_updated: time.nullish(),
    execution_lock: z
      .object({ holder: z.string(), acquired: time.nullish(), expires: time, owner: z.string().nullish() })
      .nullish(),
    strategies: z.record(
      z.string().refine(isStrategyName, `not a strategy name: ${STRATEGY_RULE}`),
      strategy,
    ),
  });
}

/** Validated; times are instants, numbers exact. */
export type ForeignDocument = z.output<ReturnType<typeof foreignSchema>>;

export type ParsedForeign =
  | { readonly kind: 'ok'; readonly document: ForeignDocument; readonly notes: readonly string[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** The message names every wrong field, as `strategies.omr.positions.TQQQ.qty: expected a number`. */
export function parseForeign(value: unknown): ParsedForeign {
  const parsed = foreignSchema().safeParse(value);
  if (!parsed.success) return { kind: 'invalid', message: parsed.error.issues.map(describeIssue).join('; ') };
  const impossible = rows(parsed.data).flatMap(({ path, lot }) =>
    lot === undefined ? [`${path}: too large`] : [],
  );
  if (impossible.length > 0) return { kind: 'invalid', message: impossible.join('; ') };
  const empty = rows(parsed.data).filter(({ lot }) => lot?.quantity === 0);
  return {
    kind: 'ok',
    document: parsed.data,
    notes: empty.map(({ path }) => `${path}: quantity 0, skipped`),
  };
}

/**
 * The books of a document; empty positions are left out. The cost is quantity times entry price: exact to the
 * micro-dollar, from the decimal text that a number was written as.
 */
export function lotsFromForeign(document: ForeignDocument): readonly OpeningLot[] {
  return rows(document).flatMap(({ lot }) => (lot === undefined || lot.quantity === 0 ? [] : [lot]));
}

export function lastExecutionsFromForeign(
  document: ForeignDocument,
): readonly { readonly strategy: string; readonly at: Instant }[] {
  return Object.entries(document.strategies).flatMap(([name, { last_execution: at }]) =>
    at === null || at === undefined ? [] : [{ strategy: name, at }],
  );
}

interface Row {
  readonly path: string;
  /** Undefined when a number leaves the safe range. */
  readonly lot: OpeningLot | undefined;
}

function rows(document: ForeignDocument): Row[] {
  return Object.entries(document.strategies).flatMap(([name, { positions }]) =>
    Object.entries(positions).map(([symbol, found]) => {
      const quantity = toUnits(found.qty, QUANTITY_PLACES) as Quantity | undefined;
      const cost = toUnits(multiply(found.qty, found.entry_price), MONEY_PLACES) as Money | undefined;
      const path = `strategies.${name}.positions.${symbol}`;
      if (quantity === undefined || cost === undefined) return { path, lot: undefined };
      const lot = {
        strategy: name,
        symbol,
        quantity,
        cost,
        since: found.entry_time,
        orderId: found.order_id ?? null,
      };
      return { path, lot };
    }),
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return issue.path.length === 0
    ? message
    : `${issue.path.map((part) => plainPart(String(part))).join('.')}: ${message}`;
}

/** A key as a part of a path, on one line: in quotes where it is no name. */
export function plainPart(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
}
