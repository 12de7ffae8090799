/** Several sources in one order: the first that has a symbol answers, and what stood in for another says so. */
import type { DataSource, Found } from './data-source.ts';

/**
 * Sources of certain symbols are asked for those before all others: that is their place, not a fallback. A symbol that
 * one source fails on, or does not have, goes on to the next; none stops the others.
 */
export function firstOf(sources: readonly DataSource[]): DataSource {
  const ordered = [...sources.filter(({ serves }) => serves), ...sources.filter(({ serves }) => !serves)];
  const ask = <Row>(
    symbols: readonly string[],
    of: (source: DataSource, pending: readonly string[]) => Promise<Found<Row>>,
  ): Promise<Found<Row>> => answerOf(ordered, symbols, of);
  return {
    name: 'first-of',
    serves: null,
    quotes: (symbols, now) => ask(symbols, (source, pending) => source.quotes(pending, now)),
    closes: (symbols, span) => ask(symbols, (source, pending) => source.closes(pending, span)),
    bars: (symbols, span) => ask(symbols, (source, pending) => source.bars(pending, span)),
    minutes: (symbols, span) => ask(symbols, (source, pending) => source.minutes(pending, span)),
    // Few sources keep a list of them: only one that fails is stood in for.
    actions: (symbols, span) =>
      answerOf(ordered, symbols, (source, pending) => source.actions(pending, span), hasFailed),
  };
}

interface Miss {
  readonly why: string;
  readonly failed: boolean;
}

function hasFailed({ failed }: Miss): boolean {
  return failed;
}

async function answerOf<Row>(
  sources: readonly DataSource[],
  symbols: readonly string[],
  of: (source: DataSource, pending: readonly string[]) => Promise<Found<Row>>,
  /** Which misses make of an answer a fallback. */
  counts: (miss: Miss) => boolean = () => true,
): Promise<Found<Row>> {
  const rows = new Map<string, Row>();
  const instead = new Map<string, string>();
  const missed = new Map<string, Miss[]>();
  for (const source of sources) {
    const pending = [...new Set(symbols)].filter(
      (symbol) => !rows.has(symbol) && source.serves?.has(symbol) !== false,
    );
    if (pending.length === 0) continue;
    const found = await of(source, pending);
    for (const symbol of pending) {
      const row = found.rows.get(symbol);
      if (row === undefined) {
        missed.set(symbol, [...(missed.get(symbol) ?? []), missOf(source, found.failed.get(symbol))]);
        continue;
      }
      rows.set(symbol, row);
      const why = insteadOf(source, (missed.get(symbol) ?? []).filter(counts), found.instead.get(symbol));
      if (why !== null) instead.set(symbol, why);
    }
  }
  const failed = [...missed].filter(
    ([symbol, misses]) => !rows.has(symbol) && misses.some((miss) => miss.failed),
  );
  return { rows, instead, failed: new Map(failed.map(([symbol, misses]) => [symbol, wordsOf(misses)])) };
}

function missOf({ name }: DataSource, why: string | undefined): Miss {
  return why === undefined ? { why: `${name} does not have it`, failed: false } : { why, failed: true };
}

function insteadOf({ name }: DataSource, misses: readonly Miss[], own: string | undefined): string | null {
  if (misses.length === 0) return own ?? null;
  return `from ${name} instead: ${wordsOf(misses)}${own === undefined ? '' : `; ${own}`}`;
}

function wordsOf(misses: readonly Miss[]): string {
  return misses.map(({ why }) => why).join('; ');
}
