/** An open trade of a pair: held, or left, and by which rule. What it was entered by stays frozen. */
import type { CalendarDate } from '../domain/instant.ts';
import { testPair, type PairEstimate } from './pairs-estimate.ts';
import { alignWindow, closeOn, priceToday, type PairSymbol } from './pairs-history.ts';
import type { PairsParameters } from '../desired/pairs-parameters.ts';
import { MAX_BLIND_SESSIONS } from './pairs-rules.ts';
import { zScore, type Rescaling, type SpreadSide } from './pairs-spread.ts';
import { isSameWeek, type PairTrade } from './pairs-state.ts';
import { sessionsSince } from './sessions.ts';

export interface PairsToday {
  readonly today: CalendarDate;
  /** Sessions before today, oldest first. */
  readonly sessions: readonly CalendarDate[];
  readonly symbols: ReadonlyMap<string, PairSymbol>;
  readonly parameters: PairsParameters;
}

export type HoldCode = 'Holding' | 'EnteredToday' | 'PricesMissing' | 'TestMissing';
export type TradeEndCode = 'Stopped' | 'Reverted' | 'Broken' | 'TimeOver' | 'PricesMissing';

export type TradeAnswer =
  | {
      readonly kind: 'hold';
      readonly code: HoldCode;
      readonly words: string;
      /** Null: not known now. */
      readonly z: number | null;
      readonly trade: PairTrade;
    }
  | {
      readonly kind: 'end';
      readonly code: TradeEndCode;
      readonly words: string;
      readonly z: number | null;
    };

export function manageTrade(trade: PairTrade, day: PairsToday): TradeAnswer {
  if (trade.enteredOn >= day.today)
    return { kind: 'hold', code: 'EnteredToday', words: 'it was entered today', z: trade.entryZ, trade };
  const sight = zToday(trade.estimate, day);
  if (sight.kind === 'blind') return endureBlindness(trade, sight.words, day);
  const { z } = sight;
  const left = spreadEnd(trade.side, z, day.parameters);
  if (left !== undefined) return { kind: 'end', ...left, z };
  const test = retest(trade, day);
  if (test.kind === 'broken') return { kind: 'end', code: 'Broken', words: test.words, z };
  const age = sessionsSince(trade.enteredOn, day.sessions, day.today);
  const limit = longestTrade(trade.estimate, day.parameters);
  if (age >= limit)
    return {
      kind: 'end',
      code: 'TimeOver',
      words: `it is open for ${age} sessions of ${limit.toFixed(1)}`,
      z,
    };
  const seen: PairTrade = { ...trade, testedOn: test.testedOn, blindSince: null };
  if (test.kind === 'missing')
    return { kind: 'hold', code: 'TestMissing', words: `it cannot be tested: ${test.words}`, z, trade: seen };
  return { kind: 'hold', code: 'Holding', words: `z is ${z.toFixed(2)}`, z, trade: seen };
}

/** The rules that look at z alone: away from the mean beyond the stop, or back at it, or across it. */
function spreadEnd(
  side: SpreadSide,
  z: number,
  { exitZ, stopZ }: PairsParameters,
): { readonly code: TradeEndCode; readonly words: string } | undefined {
  /** Deviations by which the spread is on the side of the mean on which it was entered. */
  const away = side === 'long' ? -z : z;
  if (away >= stopZ) return { code: 'Stopped', words: `z is ${z.toFixed(2)}, and the stop is ${stopZ}` };
  if (away <= exitZ) return { code: 'Reverted', words: `z is ${z.toFixed(2)}, and the exit is ${exitZ}` };
  return undefined;
}

/** Sessions after which it is left. */
function longestTrade({ halfLife }: PairEstimate, { maxSessions, maxHalfLives }: PairsParameters): number {
  return Math.max(maxSessions, maxHalfLives * (halfLife ?? 0));
}

type Retest =
  | { readonly kind: 'whole'; readonly testedOn: CalendarDate }
  | { readonly kind: 'missing'; readonly testedOn: CalendarDate; readonly words: string }
  | { readonly kind: 'broken'; readonly words: string };

/** Once a week, on closes before today. A test for which data are missing is tried again in the next session. */
function retest(trade: PairTrade, { today, sessions, symbols, parameters }: PairsToday): Retest {
  const { testedOn, estimate } = trade;
  if (isSameWeek(testedOn, today)) return { kind: 'whole', testedOn };
  const closes = alignWindow(sessions, symbols.get(estimate.y), symbols.get(estimate.x), parameters);
  if ('code' in closes) return { kind: 'missing', testedOn, words: closes.words };
  const test = testPair(closes, parameters.adfLags);
  if (test === null) return { kind: 'missing', testedOn, words: 'the closes do not determine a line' };
  const { breakPValue } = parameters;
  if (test.pValue > breakPValue)
    return { kind: 'broken', words: `p is ${test.pValue.toFixed(4)}, and ${breakPValue} is the most` };
  return { kind: 'whole', testedOn: today };
}

function endureBlindness(trade: PairTrade, why: string, { today, sessions }: PairsToday): TradeAnswer {
  const blindSince = trade.blindSince ?? today;
  const count = sessionsSince(blindSince, sessions, today) + 1;
  const words = `${why}, session ${count} of ${MAX_BLIND_SESSIONS}`;
  if (count >= MAX_BLIND_SESSIONS) return { kind: 'end', code: 'PricesMissing', words, z: null };
  return { kind: 'hold', code: 'PricesMissing', words, z: null, trade: { ...trade, blindSince } };
}

export type Sight =
  | { readonly kind: 'seen'; readonly z: number; readonly prices: Rescaling; readonly rescaling: Rescaling }
  | { readonly kind: 'blind'; readonly code: 'CorporateAction' | 'PricesMissing'; readonly words: string };

/** z of now by an estimate, or what is missing for it. */
export function zToday(estimate: PairEstimate, { today, symbols }: PairsToday): Sight {
  const [y, x] = [symbols.get(estimate.y), symbols.get(estimate.x)];
  for (const [symbol, known] of [
    [estimate.y, y],
    [estimate.x, x],
  ] as const)
    if (known?.doubt?.code === 'CorporateAction')
      return { kind: 'blind', code: 'CorporateAction', words: `${symbol}: ${known.doubt.words}` };
  const [priceY, priceX] = [priceToday(y, today), priceToday(x, today)];
  if (typeof priceY === 'string') return priceless(`${estimate.y}: ${priceY}`);
  if (typeof priceX === 'string') return priceless(`${estimate.x}: ${priceX}`);
  const rescaling = rescalingOf(estimate, symbols);
  if (rescaling === undefined) return priceless(`the close of ${estimate.asOf}, its measure, is gone`);
  const prices = { y: priceY, x: priceX };
  return { kind: 'seen', z: zScore(estimate, prices, rescaling), prices, rescaling };
}

function priceless(words: string): Sight {
  return { kind: 'blind', code: 'PricesMissing', words };
}

/** What the closes of `asOf` are now, by what they were. */
export function rescalingOf(
  { y, x, asOf, closeY, closeX }: PairEstimate,
  symbols: ReadonlyMap<string, PairSymbol>,
): Rescaling | undefined {
  const [nowY, nowX] = [closeOn(symbols.get(y), asOf), closeOn(symbols.get(x), asOf)];
  return nowY === undefined || nowX === undefined ? undefined : { y: nowY / closeY, x: nowX / closeX };
}
