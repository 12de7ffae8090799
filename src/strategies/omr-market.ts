/** Whether today's market can be judged at all: the regime of this moment, or the rule that forbids an entry. */
import type { CalendarDate } from '../domain/instant.ts';
import { whyOld, type DailyClose, type LatestReading } from '../observed/bars.ts';
import { detectRegime, type KnownRegime, type UnknownRegime } from './omr-regime.ts';
import { thresholdsIn, type Thresholds } from './omr-rules.ts';
import type { ReversionTable } from './omr-table.ts';

/** Closes, of which rows of today and later are not read, and the value of this moment; null: there is none. */
export interface IndexToday {
  readonly closes: readonly DailyClose[];
  readonly now: LatestReading | null;
}

export interface MarketToday {
  readonly today: CalendarDate;
  /** The last session before today: what the history must reach up to. */
  readonly previousSession: CalendarDate;
  readonly spy: IndexToday;
  readonly vix: IndexToday;
  /** Null: none was trained. */
  readonly table: ReversionTable | null;
}

export type MarketBlockCode =
  'NoTable' | 'TableLooksAhead' | 'StaleData' | 'RegimeSkipped' | UnknownRegime['code'];

export interface MarketBlock {
  readonly kind: 'blocked';
  readonly code: MarketBlockCode;
  readonly words: string;
}

export interface OpenMarket {
  readonly kind: 'open';
  readonly regime: KnownRegime;
  /** What a symbol needs today. */
  readonly thresholds: Thresholds;
  readonly table: ReversionTable;
}

export function judgeMarket(
  { today, previousSession, spy, vix, table }: MarketToday,
  own: Thresholds,
): OpenMarket | MarketBlock {
  if (table === null) return blocked('NoTable', 'no reversion table was trained');
  const { lastDate } = table.training;
  if (lastDate > today)
    return blocked(
      'TableLooksAhead',
      `the reversion table knows sessions up to ${lastDate}, later than today`,
    );
  const spyHistory = spy.closes.filter(({ date }) => date < today);
  const vixHistory = vix.closes.filter(({ date }) => date < today);
  const old =
    staleNow('SPY', spy.now, today) ??
    staleNow('VIX', vix.now, today) ??
    staleHistory('SPY', spyHistory, previousSession) ??
    staleHistory('VIX', vixHistory, previousSession);
  if (old !== null) return old;
  const regime = detectRegime(closesUpTo(spyHistory, spy.now), closesUpTo(vixHistory, vix.now));
  if (regime.kind === 'unknown') return blocked(regime.code, regime.words);
  const thresholds = thresholdsIn(regime.regime, own);
  if (thresholds === null)
    return blocked('RegimeSkipped', `nothing is opened in the regime ${regime.regime}`);
  return { kind: 'open', regime, thresholds, table };
}

function blocked(code: MarketBlockCode, words: string): MarketBlock {
  return { kind: 'blocked', code, words };
}

function staleNow(name: string, now: LatestReading | null, today: CalendarDate): MarketBlock | null {
  if (now === null) return blocked('RegimeUnknown', `${name} has no value of today`);
  if (now.date !== today)
    return blocked('StaleData', `the latest value of ${name} is of ${now.date}, not of ${today}`);
  const old = whyOld(now);
  return old === null ? null : blocked('StaleData', `the latest value of ${name} is ${old}`);
}

/** An empty history is not stale but short, and the detector says so. */
function staleHistory(
  name: string,
  history: readonly DailyClose[],
  previousSession: CalendarDate,
): MarketBlock | null {
  const last = history.at(-1);
  if (last === undefined || last.date === previousSession) return null;
  return blocked('StaleData', `the last close of ${name} is of ${last.date}, not of ${previousSession}`);
}

function closesUpTo(history: readonly DailyClose[], now: LatestReading | null): number[] {
  return [...history.map(({ close }) => close), ...(now === null ? [] : [now.value])];
}
