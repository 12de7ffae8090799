/** Gathers what the momentum-protection signal reads, and turns its ranking into targets. */
import type { FixedTarget, MomentumSignal } from '../desired/desired-state.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { formatPercent, mulDiv, WHOLE, type Money, type Ratio } from '../domain/decimal.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import { whyOld, type DailyClose } from '../observed/bars.ts';
import { isUnadjustedFor, type ActionDoubt, type CorporateAction } from '../observed/corporate-action.ts';
import type { SignalDecision } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import {
  momentumProtection,
  VIX,
  type MomentumAnswer,
  type MomentumInput,
  type PriceDoubt,
  type Protection,
} from '../strategies/momentum-protection.ts';
import { doubtOf, knownActions, unknown } from './action-doubts.ts';
import { equityOf, latestReading, readAll, type Asked, type SignalTurn } from './signal-data.ts';
import { momentumReads } from './signal-reads.ts';

type MomentumTurn = SignalTurn<MomentumSignal>;

type RankedAnswer = Extract<MomentumAnswer, { kind: 'ranked' }>;

export async function askMomentum(
  { market, clock }: Ports,
  turn: MomentumTurn,
  observed: ObservedState,
): Promise<Asked> {
  const { strategy, signal, calendar } = turn;
  const now = clock.now();
  const today = dateOf(now);
  const universe = [...strategy.universe];
  const reads = momentumReads(signal, universe, { today, calendar });
  const symbols = [...new Set([...universe, signal.benchmark])];
  const span = { from: reads.sessions[0] ?? today, to: today };
  const [{ quotes, closes }, actions] = await Promise.all([
    readAll(market, reads, now),
    knownActions(market, symbols, span),
  ]);
  // A price of another day is none of today's.
  const prices = new Map<string, number>();
  const old = new Map<string, PriceDoubt>();
  for (const [symbol, quote] of quotes) {
    const reading = latestReading(quote, { now, calendar });
    if (reading?.date !== today) continue;
    prices.set(symbol, reading.value);
    const why = whyOld(reading);
    if (why !== null) old.set(symbol, { code: 'StaleData', words: `its price is ${why}` });
  }
  const input: MomentumInput = {
    rules: { ...signal, drawdown: signal.drawdown / WHOLE },
    count: strategy.capital.maxPositions,
    universe,
    sessions: reads.sessions,
    closes,
    prices,
    doubts: new Map([...old, ...actionsIn(symbols, { actions, closes, today })]),
    benchmark: signal.benchmark,
    vix: prices.get(VIX),
  };
  const answer = momentumProtection(input);
  if (answer.kind === 'unknown') return answer.why;
  const held = [...(observed.ledger.books.get(strategy.name)?.keys() ?? [])];
  return {
    kind: 'targets',
    targets: targetsOf(turn, answer, held),
    decision: decisionOf(turn, { input, answer, equity: equityOf(observed) }),
  };
}

interface KnownOfShares {
  /** Or why there is no answer. */
  readonly actions: ReadonlyMap<string, readonly CorporateAction[]> | string;
  readonly closes: ReadonlyMap<string, readonly DailyClose[]>;
  readonly today: CalendarDate;
}

/** What takes effect today, and a split before it for which the closes were not adjusted. */
function actionsIn(
  symbols: readonly string[],
  { actions, closes, today }: KnownOfShares,
): ReadonlyMap<string, ActionDoubt> {
  const doubts = symbols.flatMap((symbol) => {
    if (typeof actions === 'string') return [[symbol, unknown(actions)] as const];
    const known = actions.get(symbol) ?? [];
    const doubt = doubtOf(
      known.filter((action) => action.date === today || isUnadjustedFor(action, closes.get(symbol) ?? [])),
    );
    return doubt === null ? [] : [[symbol, doubt] as const];
  });
  return new Map(doubts);
}

/**
 * The first `maxPositions` names at one weight, and zero for what is held and ranks behind them, or has left the
 * universe. What is held and has no rank is not named: it is held.
 */
function targetsOf(
  { strategy, signal }: MomentumTurn,
  { ranking, unranked, protections }: RankedAnswer,
  held: readonly string[],
): FixedTarget[] {
  const { positionSize, maxPositions } = strategy.capital;
  const weight = mulDiv(positionSize, exposureOf(signal, protections), WHOLE) as Ratio;
  const chosen = ranking.slice(0, maxPositions);
  const kept = new Set([...chosen, ...unranked].map(({ symbol }) => symbol));
  return [
    ...chosen.map(({ symbol, rank }) => ({
      symbol,
      size: { kind: 'weight' as const, weight },
      priority: maxPositions - rank,
    })),
    ...held
      .filter((symbol) => !kept.has(symbol))
      .map((symbol) => ({ symbol, size: { kind: 'weight' as const, weight: 0 as Ratio }, priority: 0 })),
  ];
}

function exposureOf({ reducedExposure }: MomentumSignal, protections: readonly Protection[]): Ratio {
  return protections.length === 0 ? WHOLE : reducedExposure;
}

interface Decided {
  readonly input: MomentumInput;
  readonly answer: RankedAnswer;
  readonly equity: Money;
}

function decisionOf({ strategy, signal }: MomentumTurn, { input, answer, equity }: Decided): SignalDecision {
  const { type, band: _band, wholeShares: _whole, ...parameters } = signal;
  const doubts = [...input.doubts].map(([symbol, { code }]): Json => [symbol, code]);
  const read = {
    ...(doubts.length > 0 && { doubts }),
    sessions: input.sessions,
    closes: Object.fromEntries([...input.closes].map(([symbol, rows]) => [symbol, rows.map(rowOf)])),
    prices: Object.fromEntries(input.prices),
  };
  return {
    signal: type,
    inputs: sha256(canonicalJson(read)),
    parameters,
    equity,
    market: answer.protections.map((protection) => describeProtection(signal, protection)),
    count: strategy.capital.maxPositions,
    ranking: answer.ranking.map(({ symbol, score }) => ({ symbol, score })),
    unranked: answer.unranked.map((row) => ({ ...row, reason: 'NoRank' })),
  };
}

function rowOf({ date, close }: DailyClose): Json {
  return [date, close];
}

function describeProtection(
  { vixAbove, benchmark, drawdown }: MomentumSignal,
  protection: Protection,
): string {
  if (protection.kind === 'high-volatility')
    return `the VIX is ${protection.vix.toFixed(2)}, above ${vixAbove}`;
  const below = (-100 * protection.drawdown).toFixed(2);
  return `${benchmark} is ${below}% below its peak, more than ${formatPercent(drawdown)}`;
}
