/** Gathers what the momentum-protection signal reads, and turns its ranking into targets. */
import type { DesiredStrategy, FixedTarget, MomentumSignal } from '../desired/desired-state.ts';
import { previousSessionBefore, type CalendarOverrides } from '../domain/calendar.ts';
import { mulDiv, WHOLE, type Ratio } from '../domain/decimal.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';
import { momentumProtection, type MomentumAnswer } from '../strategies/momentum-protection.ts';

export interface MomentumTurn {
  readonly strategy: DesiredStrategy;
  readonly signal: MomentumSignal;
  readonly calendar: CalendarOverrides | undefined;
}

const VIX = 'VIX';
const MICROS = 1_000_000;

export async function askMomentum(
  { market, clock }: Ports,
  turn: MomentumTurn,
  { ledger }: ObservedState,
): Promise<SignalAnswer> {
  const { strategy, signal, calendar } = turn;
  const now = clock.now();
  const today = dateOf(now);
  const universe = [...strategy.universe];
  const sessions = sessionsBefore(today, Math.max(signal.peakWindow - 1, signal.formation), calendar);
  const span = { from: sessions[0] ?? today, to: sessions.at(-1) ?? today };
  try {
    const [quotes, closes] = await Promise.all([
      market.quotes([...universe, signal.benchmark, VIX], now),
      market.closes([...universe, signal.benchmark], span),
    ]);
    // A price of another day is none of today's.
    const fresh = [...quotes].filter(([, { asOf }]) => dateOf(asOf) === today);
    const prices = new Map(fresh.map(([symbol, { price }]) => [symbol, price / MICROS]));
    const answer = momentumProtection({
      rules: { ...signal, drawdown: signal.drawdown / WHOLE },
      count: strategy.capital.maxPositions,
      universe,
      sessions,
      closes,
      prices,
      benchmark: signal.benchmark,
      vix: prices.get(VIX),
    });
    const held = [...(ledger.books.get(strategy.name)?.keys() ?? [])];
    return answer.kind === 'unknown' ? failed(answer.why) : targetsOf(turn, answer, held);
  } catch (error) {
    if (!(error instanceof BrokerUnavailable)) throw error;
    return failed(error.message);
  }
}

function sessionsBefore(
  date: CalendarDate,
  count: number,
  calendar: CalendarOverrides | undefined,
): CalendarDate[] {
  const sessions: CalendarDate[] = [];
  for (let before = date; sessions.length < count;) {
    before = previousSessionBefore(before, calendar).date;
    sessions.push(before);
  }
  return sessions.reverse();
}

function failed(why: string): SignalAnswer {
  return { kind: 'failed', reason: 'SignalFailed', detail: `momentum-protection holds everything: ${why}` };
}

/**
 * The first `maxPositions` names at one weight, and zero for what is held and ranks behind them, or has left the
 * universe. What is held and has no rank is not named: it is held.
 */
function targetsOf(
  { strategy, signal }: MomentumTurn,
  { ranking, unranked, protections }: Extract<MomentumAnswer, { kind: 'ranked' }>,
  held: readonly string[],
): SignalAnswer {
  const { positionSize, maxPositions } = strategy.capital;
  const exposure = protections.length === 0 ? WHOLE : signal.reducedExposure;
  const weight = mulDiv(positionSize, exposure, WHOLE) as Ratio;
  const chosen = ranking.slice(0, maxPositions);
  const kept = new Set([...chosen, ...unranked].map(({ symbol }) => symbol));
  const targets: FixedTarget[] = [
    ...chosen.map(({ symbol, rank }) => ({
      symbol,
      size: { kind: 'weight' as const, weight },
      priority: maxPositions - rank,
    })),
    ...held
      .filter((symbol) => !kept.has(symbol))
      .map((symbol) => ({ symbol, size: { kind: 'weight' as const, weight: 0 as Ratio }, priority: 0 })),
  ];
  return { kind: 'targets', targets };
}
