/** Sources that may wait, fail, or know some symbols only: each symbol of a question gets its own answer. */
import { HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { DailyBar, DailyClose, MinuteBar } from '../observed/bars.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import type { Quote } from '../observed/broker-view.ts';
import { describeIssues, type DataIssue } from '../observed/data-issue.ts';
import { BrokerUnavailable, type DateSpan, type Market, type TimeSpan } from '../reconciler/ports.ts';
import type { PriceSource } from './price-source.ts';

/** A symbol in neither `rows` nor `failed` is one that the source does not have. */
export interface Found<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  /** Why there is no answer. */
  readonly failed: ReadonlyMap<string, string>;
  /** What answered in the place of the best, and why; of symbols that are in `rows`. */
  readonly instead: ReadonlyMap<string, string>;
}

/** Never rejects but for bugs: what goes wrong is in `failed`. */
export interface DataSource {
  /** As the manifest calls it. */
  readonly name: string;
  /** The only symbols that it has, of which it is asked first; null: any. */
  readonly serves: ReadonlySet<string> | null;
  quotes(symbols: readonly string[], now: Instant): Promise<Found<Quote>>;
  closes(symbols: readonly string[], span: DateSpan): Promise<Found<readonly DailyClose[]>>;
  bars(symbols: readonly string[], span: DateSpan): Promise<Found<readonly DailyBar[]>>;
  minutes(symbols: readonly string[], span: TimeSpan): Promise<Found<readonly MinuteBar[]>>;
  /** The row is empty where it knows of none; there is no row where it keeps no list. */
  actions(symbols: readonly string[], span: DateSpan): Promise<Found<readonly CorporateAction[]>>;
}

/** A source that answers at once. A file that cannot be read fails its own symbol and no other. */
export function immediate(name: string, source: PriceSource): DataSource {
  return {
    name,
    serves: null,
    quotes: (symbols, now) => answers(symbols, (symbol) => source.priceAt(symbol, now)),
    closes: (symbols, span) => answers(symbols, (symbol) => orNone(source.closes(symbol, span))),
    bars: (symbols, span) => answers(symbols, (symbol) => orNone(source.bars(symbol, span))),
    minutes: (symbols, span) => answers(symbols, (symbol) => orNone(source.minutes(symbol, span))),
    actions: (symbols, span) => answers(symbols, (symbol) => source.actions(symbol, span)),
  };
}

function orNone<Row>(rows: readonly Row[]): readonly Row[] | undefined {
  return rows.length === 0 ? undefined : rows;
}

/** Inside a promise, so that a bug is a rejection. */
function answers<Row>(
  symbols: readonly string[],
  of: (symbol: string) => Row | undefined,
): Promise<Found<Row>> {
  return Promise.resolve().then(() => {
    const rows = new Map<string, Row>();
    const failed = new Map<string, string>();
    for (const symbol of symbols) {
      try {
        const row = of(symbol);
        if (row !== undefined) rows.set(symbol, row);
      } catch (error) {
        if (!(error instanceof HgctlError)) throw error;
        failed.set(symbol, error.message);
      }
    }
    return { rows, failed, instead: new Map() };
  });
}

/**
 * The port over one source. A price that cannot be had is none, so that nothing else stops for it; a series that cannot
 * be had rejects with {@link BrokerUnavailable}, so that a signal says why it holds. `tell` hears of each issue when it
 * begins; `issues` are those of the newest answer to each question.
 */
export function marketOf(source: DataSource, tell: (message: string) => void): Market {
  const issues = new Map<string, DataIssue>();
  const note = (use: DataIssue['use'], symbols: readonly string[], found: Found<unknown>): void => {
    const begun: DataIssue[] = [];
    for (const symbol of symbols) {
      const key = `${use} ${symbol}`;
      const issue = issueOf(use, symbol, found);
      if (issue !== null && issues.get(key)?.detail !== issue.detail) begun.push(issue);
      if (issue === null) issues.delete(key);
      else issues.set(key, issue);
    }
    if (begun.length > 0) tell(describeIssues(begun));
  };
  const series = async <Row>(
    use: Exclude<DataIssue['use'], 'quotes'>,
    symbols: readonly string[],
    ask: Promise<Found<readonly Row[]>>,
  ): Promise<ReadonlyMap<string, readonly Row[]>> => {
    const found = await ask;
    note(use, symbols, found);
    const [first] = found.failed;
    if (first !== undefined) throw new BrokerUnavailable(`no ${use} of ${first[0]}: ${first[1]}`);
    return found.rows;
  };
  return {
    quotes: async (symbols, now) => {
      const found = await source.quotes(symbols, now);
      note('quotes', symbols, found);
      return found.rows;
    },
    closes: (symbols, span) => series('closes', symbols, source.closes(symbols, span)),
    bars: (symbols, span) => series('bars', symbols, source.bars(symbols, span)),
    minutes: (symbols, span) => series('minutes', symbols, source.minutes(symbols, span)),
    actions: (symbols, span) => series('corporate actions', symbols, source.actions(symbols, span)),
    issues: () => [...issues.values()],
    isRemote: true,
  };
}

function issueOf(use: DataIssue['use'], symbol: string, found: Found<unknown>): DataIssue | null {
  const failed = found.failed.get(symbol);
  if (failed !== undefined) return { symbol, use, kind: 'failed', detail: failed };
  const instead = found.instead.get(symbol);
  return instead === undefined ? null : { symbol, use, kind: 'fallback', detail: instead };
}
