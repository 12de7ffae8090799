/** What a signal asks of the market in a slot: known before, so that it can be asked for before. */
import type {
  DesiredStrategy,
  ModuleSignal,
  MomentumSignal,
  PairsSignal,
  VolSignal,
} from '../desired/desired-state.ts';
import { sessionsBefore, type CalendarOverrides } from '../domain/calendar.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { symbolsRead } from '../strategies/module.ts';
import { SPY_CLOSES_NEEDED, VIX_CLOSES_NEEDED } from '../strategies/omr-regime.ts';
import { VOLATILITY_SESSIONS } from '../strategies/vol-rules.ts';

export interface SignalReads {
  /** Before today, oldest first. */
  readonly sessions: readonly CalendarDate[];
  readonly quotes: readonly string[];
  readonly closes: readonly SeriesQuestion[];
  readonly bars: readonly SeriesQuestion[];
}

export interface SeriesQuestion {
  readonly symbols: readonly string[];
  readonly span: DateSpan;
}

/** The day that a slot is on. */
export interface SlotDay {
  readonly today: CalendarDate;
  readonly calendar: CalendarOverrides | undefined;
}

/** Null for signals that read no series. */
export function readsOf(strategy: DesiredStrategy, day: SlotDay): SignalReads | null {
  const { signal, universe } = strategy;
  switch (signal.type) {
    case 'momentum-protection':
      return momentumReads(signal, [...universe], day);
    case 'overnight-mean-reversion':
      return omrReads([...universe], day);
    case 'vol-term-structure':
      return volReads(signal, [], day);
    case 'pairs':
      return pairsReads(signal, [...new Set((strategy.groups?.pairs ?? []).flat())].sort(), day);
    case 'module':
      return moduleReads(strategy, signal, day);
    default:
      return null;
  }
}

export function momentumReads(
  { peakWindow, formation, benchmark }: MomentumSignal,
  universe: readonly string[],
  { today, calendar }: SlotDay,
): SignalReads {
  const sessions = sessionsBefore(today, Math.max(peakWindow - 1, formation), calendar);
  // A year of hundreds of symbols would be read, and put into the digest, for the benchmark alone.
  return {
    sessions,
    quotes: [...universe, benchmark, VIX],
    closes: [
      { symbols: universe, span: spanOf(sessions.slice(-formation), today) },
      { symbols: [benchmark], span: spanOf(sessions, today) },
    ],
    bars: [],
  };
}

export function omrReads(universe: readonly string[], { today, calendar }: SlotDay): SignalReads {
  const sessions = sessionsBefore(today, Math.max(SPY_CLOSES_NEEDED, VIX_CLOSES_NEEDED), calendar);
  return {
    sessions,
    quotes: [...universe, SPY, VIX],
    closes: [{ symbols: [SPY, VIX], span: spanOf(sessions, today) }],
    bars: [{ symbols: universe, span: { from: today, to: today } }],
  };
}

/** As far back as a state may count, and as far as the volatility is measured. */
export function volReads(
  { parameters: { reentryDelay, longVolSessions, shortVolSymbol } }: VolSignal,
  held: readonly string[],
  { today, calendar }: SlotDay,
): SignalReads {
  const count = Math.max(reentryDelay, longVolSessions, VOLATILITY_SESSIONS) + 1;
  const sessions = sessionsBefore(today, count, calendar);
  return {
    sessions,
    quotes: [VIX, VIX3M, ...held],
    closes: [{ symbols: [VIX, VIX3M, shortVolSymbol], span: spanOf(sessions, today) }],
    bars: [],
  };
}

/** Sessions that an estimate may be older than the first one of its week. */
const WEEK = 5;

/** As far back as a pair is estimated, and as the close that an open trade is measured at. */
export function pairsReads(
  { parameters: { maxSessions, maxHalfLives, halfLife, formationWindow } }: PairsSignal,
  symbols: readonly string[],
  { today, calendar }: SlotDay,
): SignalReads {
  const longest = Math.max(maxSessions, maxHalfLives * halfLife.max);
  const count = Math.max(formationWindow, Math.ceil(longest) + WEEK) + WEEK;
  const sessions = sessionsBefore(today, count, calendar);
  return { sessions, quotes: symbols, closes: [], bars: [{ symbols, span: spanOf(sessions, today) }] };
}

export function moduleReads(
  strategy: DesiredStrategy,
  signal: ModuleSignal,
  { today, calendar }: SlotDay,
): SignalReads {
  const sessions = sessionsBefore(today, signal.history, calendar);
  const symbols = symbolsRead(strategy, signal);
  const closes = sessions.length === 0 ? [] : [{ symbols, span: spanOf(sessions, today) }];
  return { sessions, quotes: symbols, closes, bars: [] };
}

const SPY = 'SPY';
const VIX = 'VIX';
const VIX3M = 'VIX3M';

function spanOf(sessions: readonly CalendarDate[], today: CalendarDate): DateSpan {
  return { from: sessions[0] ?? today, to: sessions.at(-1) ?? today };
}
