/** Series of shares that a fault script has split or renamed, from a source that knows nothing of it. */
import { dateOf } from '../../domain/instant.ts';
import type { DailyBar, DailyClose, MinuteBar } from '../../observed/bars.ts';
import type { Quote } from '../../observed/broker-view.ts';
import type { CorporateAction } from '../../observed/corporate-action.ts';
import type { DateSpan, Market } from '../../reconciler/ports.ts';
import type { CorporateChange } from '../simulated-state.ts';
import { quoted, termsOf, type Happened, type Step, type Terms, type TermsOf } from './changed-prices.ts';

export function changedMarket(inner: Market, happened: Happened, terms: TermsOf): Market {
  const ask = async <Answer>(
    symbols: readonly string[],
    question: (sources: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
    change: (answer: Answer, of: Terms) => Answer,
  ): Promise<ReadonlyMap<string, Answer>> => {
    const asked = symbols.map((symbol) => ({ symbol, of: termsOf(symbol, happened()) }));
    const answers = await question([...new Set(asked.map(({ of }) => of.source))]);
    return new Map(
      asked.flatMap(({ symbol, of }): [string, Answer][] => {
        const answer = answers.get(of.source);
        return answer === undefined ? [] : [[symbol, change(answer, of)]];
      }),
    );
  };
  const days =
    <Row extends DailyClose>(change: (row: Row, steps: readonly Step[]) => Row) =>
    (rows: readonly Row[], { steps, endedAt }: Terms): readonly Row[] =>
      rows
        .filter(({ date }) => endedAt === null || date < dateOf(endedAt))
        .map((row) =>
          change(
            row,
            steps.filter(({ time }) => terms === 'now' || row.date >= dateOf(time)),
          ),
        );
  const minutes = (rows: readonly MinuteBar[], { steps, endedAt }: Terms): readonly MinuteBar[] =>
    rows
      .filter(({ at }) => endedAt === null || at < endedAt)
      .map((row) =>
        minuteAt(
          row,
          steps.filter(({ time }) => terms === 'now' || row.at >= time),
        ),
      );
  return {
    ...inner,
    quotes: (symbols, now) =>
      ask<Quote>(
        symbols.filter((symbol) => (termsOf(symbol, happened()).endedAt ?? Infinity) > now),
        (sources) => inner.quotes(sources, now),
        (quote, { steps }) => quoted(quote, steps, ({ time }) => time <= now),
      ),
    closes: (symbols, span) => ask(symbols, (sources) => inner.closes(sources, span), days(closeAt)),
    bars: (symbols, span) => ask(symbols, (sources) => inner.bars(sources, span), days(barAt)),
    minutes: (symbols, span) => ask(symbols, (sources) => inner.minutes(sources, span), minutes),
    actions: async (symbols, span) => {
      const found = await inner.actions(symbols, span);
      return new Map(
        symbols.flatMap((symbol): [string, readonly CorporateAction[]][] => {
          const rows = [...(found.get(symbol) ?? []), ...actionsOf(symbol, happened(), span)];
          return rows.length === 0 && !found.has(symbol) ? [] : [[symbol, rows]];
        }),
      );
    },
  };
}

function closeAt({ close, ...row }: DailyClose, steps: readonly Step[]): DailyClose {
  return { ...row, close: dollarsAt(close, steps) };
}

function barAt(row: DailyBar, steps: readonly Step[]): DailyBar {
  return { ...row, ...closeAt(row, steps), open: dollarsAt(row.open, steps), ...volumeAt(row, steps) };
}

function minuteAt(row: MinuteBar, steps: readonly Step[]): MinuteBar {
  const { open, high, low, close } = row;
  const prices = {
    open: dollarsAt(open, steps),
    high: dollarsAt(high, steps),
    low: dollarsAt(low, steps),
    close: dollarsAt(close, steps),
  };
  return { ...row, ...prices, ...volumeAt(row, steps) };
}

const MICROS = 1_000_000;

function dollarsAt(price: number, steps: readonly Step[]): number {
  const after = steps.reduce((sum, { from, to }) => (sum * from) / to, price);
  return steps.length === 0 ? price : Math.max(1, Math.round(after * MICROS)) / MICROS;
}

function volumeAt(
  { volume }: { readonly volume?: number },
  steps: readonly Step[],
): { readonly volume?: number } {
  if (volume === undefined) return {};
  return { volume: Math.round(steps.reduce((sum, { from, to }) => (sum * to) / from, volume)) };
}

/** Those of the script, as the source would tell of its own. */
function actionsOf(symbol: string, changes: readonly CorporateChange[], span: DateSpan): CorporateAction[] {
  return changes.flatMap((change): CorporateAction[] => {
    const date = dateOf(change.time);
    if (date < span.from || date > span.to) return [];
    if (change.kind === 'split') {
      const { from, to } = change;
      return change.symbol === symbol ? [{ kind: 'split', date, ratio: { from, to } }] : [];
    }
    const { from, to } = change;
    return symbol === from || symbol === to ? [{ kind: 'symbol-change', date, from, to }] : [];
  });
}
