/**
 * The signal `vol-term-structure`: short volatility while the term structure of VIX is in contango, out when it flattens.
 *
 * FLAT, SHORT_VOL (long SVXY) or LONG_VOL (long VXX), by r = VIX / VIX3M: the ratio rule that Vance Harwood published
 * (sixfigureinvesting.com), with smoothing, hysteresis and emergencies; for the premium behind it, Simon and Campasano
 * (2014), "The VIX Futures Basis: Evidence and Trading Strategies". Harwood himself reports that the rule earned nothing for
 * years: what is here limits a loss, and promises no profit. Weights are parts of equity. One call a session.
 */
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import type { DailyClose } from '../observed/bars.ts';
import { sessionsSince } from './sessions.ts';
import { judgeEntries, type VolBlock } from './vol-enter.ts';
import { leaveReason, type LeaveCode } from './vol-leave.ts';
import { readMarket, type MissingData, type VolIndexes, type VolMarket } from './vol-market.ts';
import type { VolParameters } from '../desired/vol-parameters.ts';
import { MAX_BLIND_SESSIONS } from './vol-rules.ts';
import type { VolHolding, VolState } from './vol-state.ts';

export interface VolInput extends VolIndexes {
  /** Of the symbol for short volatility; rows of today and later are not read. */
  readonly shortVolBars: readonly DailyClose[];
  /** What the books hold of the two symbols. */
  readonly holdings: ReadonlyMap<string, VolPosition>;
  readonly parameters: VolParameters;
  readonly state: VolState;
}

export interface VolPosition {
  /** Dollars. */
  readonly averageEntry: number;
  /** Now; null: not known. */
  readonly price: number | null;
}

export interface VolDecision {
  readonly action: VolAction;
  /** Every symbol that is not entered, held or left, and the rule. */
  readonly blocked: readonly (VolBlock & { readonly symbol: string })[];
  readonly market: VolMarket;
  readonly state: VolState;
}

export type VolAction =
  | { readonly kind: 'none' }
  /** `weight`: part of equity, above zero. */
  | { readonly kind: 'enter'; readonly symbol: string; readonly weight: number; readonly words: string }
  /** Nothing is bought or sold, whatever the weight has become. */
  | { readonly kind: 'hold'; readonly symbol: string; readonly code: VolHoldCode; readonly words: string }
  | {
      readonly kind: 'exit';
      readonly symbols: readonly string[];
      readonly code: VolExitCode;
      readonly words: string;
    };

/** The last two are alerts: what decides about an exit is missing. */
export type VolHoldCode = 'Holding' | 'EnteredToday' | 'PriceMissing' | MissingData['code'];
/** `PositionUnknown`: the books hold what the state does not explain. */
export type VolExitCode = LeaveCode | 'PositionUnknown' | 'PriceMissing' | MissingData['code'];

export function decideVol(input: VolInput): VolDecision {
  const today = dateOf(input.now);
  const day: Day = {
    ...input,
    today,
    sessions: input.sessions.filter((date) => date < today),
    market: readMarket(input),
  };
  const { state, parameters } = day;
  const expected = state.kind === 'FLAT' ? null : symbolOf(state.kind, parameters);
  const unknown = [...input.holdings.keys()].filter((symbol) => symbol !== expected).sort();
  if (unknown.length > 0) {
    const words = `the books hold ${unknown.join(' and ')}, and the state is ${state.kind}`;
    return leave(day, [...input.holdings.keys()].sort(), { code: 'PositionUnknown', words });
  }
  if (state.kind === 'FLAT') return stayOrEnter(day, state);
  return keepOrLeave(day, state);
}

interface Day extends VolInput {
  readonly today: CalendarDate;
  readonly market: VolMarket;
}

function stayOrEnter(day: Day, state: Extract<VolState, { readonly kind: 'FLAT' }>): VolDecision {
  const { parameters, market, today } = day;
  const judgements = judgeEntries({ ...day, state });
  const kinds = ['SHORT_VOL', 'LONG_VOL'] as const;
  const blocked = kinds.flatMap((kind) => {
    const judgement = judgements[kind];
    if (judgement.kind === 'enter') return [];
    return [{ symbol: symbolOf(kind, parameters), code: judgement.code, words: judgement.words }];
  });
  for (const kind of kinds) {
    const judgement = judgements[kind];
    if (judgement.kind === 'blocked') continue;
    const words = `the ratio is ${market.ratio?.toFixed(3) ?? ''}, smoothed ${market.smoothedRatio?.toFixed(3) ?? ''}`;
    const action = { symbol: symbolOf(kind, parameters), weight: judgement.weight, words };
    return {
      action: { kind: 'enter', ...action },
      blocked,
      market,
      state: { kind, enteredOn: today, blindSince: null },
    };
  }
  return { action: { kind: 'none' }, blocked, market, state };
}

function keepOrLeave(day: Day, state: VolHolding): VolDecision {
  const { today, market, parameters } = day;
  const symbol = symbolOf(state.kind, parameters);
  if (state.enteredOn >= today)
    return hold(day, state, { code: 'EnteredToday', words: 'it was entered today' });
  const position = day.holdings.get(symbol);
  if (position === undefined) return stayOrEnter(day, { kind: 'FLAT', leftOn: today, emergencyOn: null });
  const profit = profitOf(position);
  const age = sessionsSince(state.enteredOn, day.sessions, today);
  const reason = leaveReason(state, { age, profit }, market, parameters);
  if (reason !== undefined) return leave(day, [symbol], reason, reason.kind === 'emergency' ? today : null);
  const missing: Unseen | null =
    market.missing ?? (profit === null ? { code: 'PriceMissing', words: `${symbol} has no price` } : null);
  if (missing === null)
    return hold(day, { ...state, blindSince: null }, { code: 'Holding', words: 'no rule leaves it' });
  const blindSince = state.blindSince ?? today;
  const count = sessionsSince(blindSince, day.sessions, today) + 1;
  const words = `${missing.words}, session ${count} of ${MAX_BLIND_SESSIONS}`;
  if (count >= MAX_BLIND_SESSIONS) return leave(day, [symbol], { code: missing.code, words });
  return hold(day, { ...state, blindSince }, { code: missing.code, words });
}

interface Unseen {
  readonly code: 'PriceMissing' | MissingData['code'];
  readonly words: string;
}

function hold(
  day: Day,
  state: VolHolding,
  reason: { readonly code: VolHoldCode; readonly words: string },
): VolDecision {
  const symbol = symbolOf(state.kind, day.parameters);
  const blocked = others(day.parameters, [symbol], {
    code: 'OtherSideHeld',
    words: `${symbol} is held, and both at once never are`,
  });
  return { action: { kind: 'hold', symbol, ...reason }, blocked, market: day.market, state };
}

function leave(
  { today, market, state, parameters }: Day,
  symbols: readonly string[],
  { code, words }: { readonly code: VolExitCode; readonly words: string },
  emergencyOn: CalendarDate | null = state.kind === 'FLAT' ? state.emergencyOn : null,
): VolDecision {
  const action = { kind: 'exit', symbols, code, words } as const;
  const blocked = others(parameters, symbols, { code: 'LeftToday', words: 'a position is left today' });
  return { action, blocked, market, state: { kind: 'FLAT', leftOn: today, emergencyOn } };
}

function others(
  { shortVolSymbol, longVolSymbol }: VolParameters,
  symbols: readonly string[],
  block: VolBlock,
): VolDecision['blocked'] {
  const idle = [shortVolSymbol, longVolSymbol].filter((symbol) => !symbols.includes(symbol));
  return idle.map((symbol) => ({ symbol, ...block }));
}

function symbolOf(kind: VolHolding['kind'], { shortVolSymbol, longVolSymbol }: VolParameters): string {
  return kind === 'SHORT_VOL' ? shortVolSymbol : longVolSymbol;
}

/** Price / average entry - 1; null where the price is not known. */
function profitOf({ averageEntry, price }: VolPosition): number | null {
  if (price === null || !(price > 0) || !(averageEntry > 0)) return null;
  const profit = price / averageEntry - 1;
  return Number.isFinite(profit) ? profit : null;
}
