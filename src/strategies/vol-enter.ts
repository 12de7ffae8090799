/** Whether a position in volatility is entered, and if not, the first rule that keeps each symbol out. */
import type { CalendarDate } from '../domain/instant.ts';
import type { DailyClose } from '../observed/bars.ts';
import { sessionsSince } from './sessions.ts';
import { dangerOf, type LeaveCode } from './vol-leave.ts';
import { realisedVolatility, type MissingData, type VolMarket } from './vol-market.ts';
import { volProblem, type VolParameters } from '../desired/vol-parameters.ts';
import { ROUNDING } from './vol-rules.ts';
import type { VolHolding, VolState } from './vol-state.ts';

export type VolBlockCode =
  | MissingData['code']
  | LeaveCode
  | 'ParametersInvalid'
  | 'LeftToday'
  | 'OtherSideHeld'
  | 'ReentryDelay'
  | 'NotCalm'
  | 'VixTooHigh'
  | 'VixRising'
  | 'VolatilityUnknown'
  | 'LongVolOff'
  | 'NoPanic';

export interface VolBlock {
  readonly code: VolBlockCode;
  readonly words: string;
}

export type EntryJudgement =
  { readonly kind: 'enter'; readonly weight: number } | ({ readonly kind: 'blocked' } & VolBlock);

export interface EntryFacts {
  readonly state: Extract<VolState, { readonly kind: 'FLAT' }>;
  readonly today: CalendarDate;
  /** Before today. */
  readonly sessions: readonly CalendarDate[];
  readonly market: VolMarket;
  readonly parameters: VolParameters;
  /** Of the symbol for short volatility. */
  readonly shortVolBars: readonly DailyClose[];
}

/** Both sides cannot pass: the one needs a ratio below 0.9, the other one above 1. */
export function judgeEntries(facts: EntryFacts): Readonly<Record<VolHolding['kind'], EntryJudgement>> {
  const common = commonBlock(facts);
  if (common !== undefined) return { SHORT_VOL: blocked(common), LONG_VOL: blocked(common) };
  return { SHORT_VOL: judgeShort(facts), LONG_VOL: judgeLong(facts) };
}

function commonBlock({ state, today, sessions, market, parameters }: EntryFacts): VolBlock | undefined {
  const problem = volProblem(parameters);
  if (problem !== undefined) return { code: 'ParametersInvalid', words: problem };
  if (market.missing !== null) return market.missing;
  if (state.leftOn !== null && state.leftOn >= today)
    return { code: 'LeftToday', words: 'a position was left today' };
  if (state.emergencyOn === null) return undefined;
  const age = sessionsSince(state.emergencyOn, sessions, today);
  const { reentryDelay } = parameters;
  if (age >= reentryDelay) return undefined;
  return {
    code: 'ReentryDelay',
    words: `session ${age} of ${reentryDelay} after the emergency of ${state.emergencyOn}`,
  };
}

function judgeShort({ market, parameters, sessions, shortVolBars }: EntryFacts): EntryJudgement {
  const block = calmBlock(market, parameters);
  if (block !== undefined) return blocked(block);
  const volatility = realisedVolatility(shortVolBars, sessions);
  const { shortVolWeight, targetVolatility, shortVolSymbol } = parameters;
  if (volatility === null)
    return blocked({
      code: 'VolatilityUnknown',
      words: `a close of ${shortVolSymbol} of the last sessions is missing`,
    });
  return { kind: 'enter', weight: shortVolWeight * Math.min(1, targetVolatility / volatility) };
}

function calmBlock(market: VolMarket, parameters: VolParameters): VolBlock | undefined {
  const { enterBelow, vixCap, vixRise } = parameters;
  const danger = dangerOf(market, parameters);
  if (danger !== undefined) return { code: danger.code, words: danger.words };
  const { smoothedRatio, vix, weekRise } = market;
  if (!(smoothedRatio !== null && smoothedRatio < enterBelow - ROUNDING))
    return {
      code: 'NotCalm',
      words: `the smoothed ratio is ${words(smoothedRatio)}, and the entry is ${enterBelow}`,
    };
  if (!(vix !== null && vix < vixCap))
    return { code: 'VixTooHigh', words: `VIX is ${words(vix)}, and ${vixCap} is too high` };
  if (weekRise === null)
    return { code: 'IndexHistoryMissing', words: 'the close of VIX of a week ago is missing' };
  if (weekRise >= vixRise - ROUNDING)
    return {
      code: 'VixRising',
      words: `VIX rose by ${words(weekRise)} over the week, and ${vixRise} is too much`,
    };
  return undefined;
}

function judgeLong({ market, parameters }: EntryFacts): EntryJudgement {
  const { longVol, panicAbove, longVolWeight } = parameters;
  if (longVol === 'off') return blocked({ code: 'LongVolOff', words: 'long volatility is off' });
  const { ratio, previousRatio } = market;
  const isPanic = [ratio, previousRatio].every((value) => value !== null && value > panicAbove + ROUNDING);
  if (!isPanic)
    return blocked({
      code: 'NoPanic',
      words: `the ratio is ${words(ratio)} after ${words(previousRatio)}, and twice above ${panicAbove} is needed`,
    });
  return { kind: 'enter', weight: longVolWeight };
}

function blocked(block: VolBlock): EntryJudgement {
  return { kind: 'blocked', ...block };
}

function words(value: number | null): string {
  return value?.toFixed(3) ?? 'not known';
}
