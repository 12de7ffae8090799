/** What is known of the two shares of a pair, on the sessions on which both are known. */
import type { CalendarDate } from '../domain/instant.ts';
import { whyOld, type LatestReading, type VolumeBar } from '../observed/bars.ts';
import type { ActionDoubt } from '../observed/corporate-action.ts';
import type { PairsParameters } from '../desired/pairs-parameters.ts';
import { MAX_MISSING, RECENT_SESSIONS, VOLUME_SESSIONS } from './pairs-rules.ts';
import { mean } from './statistics.ts';

export interface PairSymbol {
  /** Adjusted daily bars. Rows of today and later are not read. */
  readonly bars: readonly VolumeBar[];
  /** Now; null: not known. */
  readonly price: LatestReading | null;
  readonly shortable: boolean;
  /** Why the price of now may not compare with the bars: what takes effect today, or that nobody knows; null: it does. */
  readonly doubt: ActionDoubt | null;
}

/** Closes of both on the same sessions, oldest first. */
export interface AlignedCloses {
  readonly dates: readonly CalendarDate[];
  readonly y: readonly number[];
  readonly x: readonly number[];
}

export interface DataGap {
  readonly code: 'HistoryShort' | 'RecentGap' | 'WindowGaps';
  readonly words: string;
}

/** The formation window of a pair, or why there is none. `sessions`: those before today, oldest first. */
export function alignWindow(
  sessions: readonly CalendarDate[],
  y: PairSymbol | undefined,
  x: PairSymbol | undefined,
  { formationWindow }: PairsParameters,
): AlignedCloses | DataGap {
  const window = sessions.slice(-formationWindow);
  if (window.length < formationWindow)
    return gap('HistoryShort', `the calendar has ${window.length} sessions of ${formationWindow}`);
  const [closesY, closesX] = [closesOf(y), closesOf(x)];
  const known = window.flatMap((date) => {
    const [closeY, closeX] = [closesY.get(date), closesX.get(date)];
    return closeY === undefined || closeX === undefined ? [] : [{ date, closeY, closeX }];
  });
  const missing = window.length - known.length;
  const tooMany = missing > MAX_MISSING * window.length;
  if (tooMany) return gap('WindowGaps', `${missing} of ${window.length} sessions lack a close`);
  const recent = window.slice(-RECENT_SESSIONS).find((date) => !closesY.has(date) || !closesX.has(date));
  if (recent !== undefined)
    return gap('RecentGap', `${recent}, one of the last ${RECENT_SESSIONS} sessions, lacks a close`);
  return {
    dates: known.map(({ date }) => date),
    y: known.map(({ closeY }) => closeY),
    x: known.map(({ closeX }) => closeX),
  };
}

/** The close of a session; undefined where there is none. */
export function closeOn(symbol: PairSymbol | undefined, date: CalendarDate): number | undefined {
  const bar = symbol?.bars.findLast((row) => row.date <= date);
  return bar?.date === date && isPrice(bar.close) ? bar.close : undefined;
}

/** The price of now, or why there is none. */
export function priceToday(symbol: PairSymbol | undefined, today: CalendarDate): number | string {
  const price = symbol?.price ?? null;
  if (price === null || price.date !== today || !isPrice(price.value)) return 'it has no price of today';
  const old = whyOld(price);
  return old === null ? price.value : `its price is ${old}`;
}

/** Mean of close x volume, in dollars a session, over the bars of the last 20 sessions; NaN where there are none. */
export function dollarVolume({ bars }: PairSymbol, sessions: readonly CalendarDate[]): number {
  const window = new Set(sessions.slice(-VOLUME_SESSIONS));
  return mean(bars.filter(({ date }) => window.has(date)).map(({ close, volume }) => close * volume));
}

function closesOf(symbol: PairSymbol | undefined): ReadonlyMap<CalendarDate, number> {
  const bars = symbol?.bars ?? [];
  return new Map(bars.filter(({ close }) => isPrice(close)).map(({ date, close }) => [date, close]));
}

function isPrice(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function gap(code: DataGap['code'], words: string): DataGap {
  return { code, words };
}
