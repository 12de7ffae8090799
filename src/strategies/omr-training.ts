/** Makes the reversion table from daily bars. A row reads nothing later than the open that ends its night. */
import { formatInstant, type CalendarDate, type Instant } from '../domain/instant.ts';
import type { DailyBar, DailyClose } from '../observed/bars.ts';
import { detectRegime, isLevel, SPY_CLOSES_NEEDED, VIX_CLOSES_NEEDED, type Regime } from './omr-regime.ts';
import {
  cellsOf,
  ROWS_NEEDED,
  WIN,
  type PriceProvenance,
  type ReversionRow,
  type ReversionTable,
  type SymbolTraining,
} from './omr-table.ts';

export interface TrainingInput {
  readonly bars: ReadonlyMap<string, readonly DailyBar[]>;
  /** Its dates are the calendar: what is not the next session after a day is no night. */
  readonly spy: readonly DailyClose[];
  readonly vix: readonly DailyClose[];
  /** Of all of these. */
  readonly prices: PriceProvenance;
  readonly trainedAt: Instant;
}

export type TrainingAnswer =
  | { readonly kind: 'trained'; readonly table: ReversionTable }
  | { readonly kind: 'untrained'; readonly words: string };

/** A table without a cell is none. */
export function trainReversionTable({ bars, spy, vix, prices, trainedAt }: TrainingInput): TrainingAnswer {
  const days = sessionDays(spy, vix);
  const symbols = [...bars.keys()].sort();
  const trained = symbols.map((symbol) => ({ symbol, ...rowsOf(bars.get(symbol) ?? [], days) }));
  const cells = trained.flatMap(({ symbol, rows }) => cellsOf(symbol, rows));
  const rows = trained.flatMap((symbol) => symbol.rows);
  const [first, ...rest] = rows;
  if (first === undefined || cells.length === 0)
    return {
      kind: 'untrained',
      words: `no cell has ${ROWS_NEEDED} rows: ${rows.length} rows of ${symbols.length} symbols`,
    };
  return {
    kind: 'trained',
    table: {
      version: 1,
      trainedAt: formatInstant(trainedAt),
      training: {
        firstDate: rest.reduce((date, row) => (row.date < date ? row.date : date), first.date),
        lastDate: rest.reduce((date, row) => (row.nextDate > date ? row.nextDate : date), first.nextDate),
        prices,
        rows: rows.length,
        symbols: trained.map(({ symbol, rows: own, leftOut }) => ({ symbol, rows: own.length, leftOut })),
        parameters: {
          rowsNeeded: ROWS_NEEDED,
          win: WIN,
          spyCloses: SPY_CLOSES_NEEDED,
          vixCloses: VIX_CLOSES_NEEDED,
        },
      },
      cells,
    },
  };
}

interface SessionDay {
  /** Null: not known. */
  readonly regime: Regime | null;
  readonly next: CalendarDate | null;
}

/** Every session of SPY with its regime: that of the closes up to and including that day. */
function sessionDays(
  spy: readonly DailyClose[],
  vix: readonly DailyClose[],
): ReadonlyMap<CalendarDate, SessionDay> {
  const spyCloses = spy.map(({ close }) => close);
  const vixCloses = vix.map(({ close }) => close);
  const vixIndex = new Map(vix.map(({ date }, index) => [date, index]));
  return new Map(
    spy.map(({ date }, index) => {
      const regime = regimeAt({ closes: spyCloses, index }, { closes: vixCloses, index: vixIndex.get(date) });
      return [date, { regime, next: spy[index + 1]?.date ?? null }];
    }),
  );
}

interface Position {
  readonly closes: readonly number[];
  readonly index: number | undefined;
}

function regimeAt(spy: Position, vix: Position): Regime | null {
  if (spy.index === undefined || vix.index === undefined) return null;
  const answer = detectRegime(
    windowTo(spy.closes, spy.index, SPY_CLOSES_NEEDED),
    windowTo(vix.closes, vix.index, VIX_CLOSES_NEEDED),
  );
  return answer.kind === 'known' ? answer.regime : null;
}

/** So that a day costs the windows of the detector, not all of history. */
function windowTo(closes: readonly number[], index: number, length: number): number[] {
  return closes.slice(Math.max(0, index + 1 - length), index + 1);
}

interface DatedRow extends ReversionRow {
  readonly date: CalendarDate;
  readonly nextDate: CalendarDate;
}

/** The last bar has no night yet: it is neither a row nor left out. */
function rowsOf(
  bars: readonly DailyBar[],
  days: ReadonlyMap<CalendarDate, SessionDay>,
): { rows: DatedRow[]; leftOut: SymbolTraining['leftOut'] } {
  const rows: DatedRow[] = [];
  const leftOut = { noRegime: 0, noNextSession: 0, noPrice: 0 };
  for (const [index, { date, open, close }] of bars.entries()) {
    const next = bars[index + 1];
    if (next === undefined) break;
    const day = days.get(date);
    const regime = day?.regime ?? null;
    if (regime === null) leftOut.noRegime += 1;
    else if (day?.next !== next.date) leftOut.noNextSession += 1;
    else if (![open, close, next.open].every(isLevel)) leftOut.noPrice += 1;
    else
      rows.push({
        date,
        nextDate: next.date,
        regime,
        intraday: close / open - 1,
        overnight: next.open / close - 1,
      });
  }
  return { rows, leftOut };
}
