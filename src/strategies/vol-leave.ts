/** Whether a position in volatility is left, and by which rule. */
import type { VolMarket } from './vol-market.ts';
import type { VolParameters } from '../desired/vol-parameters.ts';
import { ROUNDING } from './vol-rules.ts';
import type { VolHolding } from './vol-state.ts';

export type LeaveCode =
  'RatioEmergency' | 'VixEmergency' | 'LossEmergency' | 'CalmOver' | 'PanicOver' | 'TimeOver';

export interface LeaveReason {
  readonly code: LeaveCode;
  readonly words: string;
  /** After an emergency, the next entry waits. */
  readonly kind: 'emergency' | 'plain';
}

/** What is known of the position. */
export interface PositionFacts {
  /** Sessions since the entry. */
  readonly age: number;
  /** Price / average entry - 1; null: not known. */
  readonly profit: number | null;
}

/** The first rule that leaves. What is not known leaves nothing by itself. */
export function leaveReason(
  { kind }: VolHolding,
  facts: PositionFacts,
  market: VolMarket,
  parameters: VolParameters,
): LeaveReason | undefined {
  return kind === 'SHORT_VOL' ? leaveShort(facts, market, parameters) : leaveLong(facts, market, parameters);
}

function leaveShort(
  { profit }: PositionFacts,
  market: VolMarket,
  parameters: VolParameters,
): LeaveReason | undefined {
  const danger = dangerOf(market, parameters) ?? lossBeyond(profit, parameters.emergencyLoss);
  if (danger !== undefined) return danger;
  const { smoothedRatio } = market;
  const { leaveFrom } = parameters;
  if (smoothedRatio === null || smoothedRatio < leaveFrom - ROUNDING) return undefined;
  return plain('CalmOver', `the smoothed ratio is ${smoothedRatio.toFixed(3)}, and the exit is ${leaveFrom}`);
}

function leaveLong(
  { age, profit }: PositionFacts,
  { ratio }: VolMarket,
  { longVolLoss, panicOverBelow, longVolSessions }: VolParameters,
): LeaveReason | undefined {
  const loss = lossBeyond(profit, longVolLoss);
  if (loss !== undefined) return loss;
  if (ratio !== null && ratio < panicOverBelow - ROUNDING)
    return plain('PanicOver', `the ratio is ${ratio.toFixed(3)}, and the exit is ${panicOverBelow}`);
  if (age >= longVolSessions)
    return plain('TimeOver', `it is open for ${age} sessions of ${longVolSessions}`);
  return undefined;
}

/** What ends short volatility at once, and allows none to begin: looks at now, not at the smoothed ratio. */
export function dangerOf(
  { ratio, dayRise }: VolMarket,
  { emergencyRatio, emergencyRise }: VolParameters,
): LeaveReason | undefined {
  if (ratio !== null && ratio >= emergencyRatio - ROUNDING)
    return emergency(
      'RatioEmergency',
      `the ratio is ${ratio.toFixed(3)}, and ${emergencyRatio} is an emergency`,
    );
  if (dayRise !== null && dayRise >= emergencyRise - ROUNDING)
    return emergency(
      'VixEmergency',
      `VIX rose by ${dayRise.toFixed(3)} today, and ${emergencyRise} is an emergency`,
    );
  return undefined;
}

function lossBeyond(profit: number | null, limit: number): LeaveReason | undefined {
  if (profit === null || profit > -limit + ROUNDING) return undefined;
  return emergency('LossEmergency', `its profit is ${profit.toFixed(3)}, and ${-limit} is an emergency`);
}

function emergency(code: LeaveCode, words: string): LeaveReason {
  return { code, words, kind: 'emergency' };
}

function plain(code: LeaveCode, words: string): LeaveReason {
  return { code, words, kind: 'plain' };
}
