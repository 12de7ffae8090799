/** The second opinion on loss limits: no entry beside a latch, or past a limit. Loops of its own, no rule of the planner. */
import { shareOf, valueOf, type Money, type Ratio } from '../domain/decimal.ts';
import type { LossLimits } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { PlanInput } from './draft.ts';
import type { OrderAction } from './plan-types.ts';

/** What is wrong with these entries of a plan, in words. */
export function checkLosses(entries: readonly OrderAction[], input: PlanInput): string[] {
  const { latches } = input.observed.ledger;
  const found: string[] = [];
  const strategies = new Set(entries.map((entry) => entry.strategy));
  for (const name of strategies) {
    if (latches.has('*') || latches.has(name)) found.push(`${name}: a loss limit is latched`);
    const declared = input.desired.strategies.find((candidate) => candidate.name === name);
    if (declared?.risk === undefined) continue;
    const profit = profitOf(name, input);
    if (profit === null) found.push(`${name}: its loss is not known`);
    else
      found.push(
        ...crossed(name, { profit, limits: declared.risk, part: declared.capital.maxExposure }, input),
      );
  }
  const { account } = input.observed.snapshot;
  const limits = input.desired.account.limits.loss;
  if (strategies.size === 0 || limits === undefined || account.kind !== 'ok') return found;
  const part = 1_000_000 as Ratio;
  return [...found, ...crossed('*', { profit: account.data.equity, limits, part }, input)];
}

interface Scope {
  readonly profit: number;
  readonly limits: LossLimits;
  readonly part: Ratio;
}

/** Only points of the session that has begun count for its day; a week and a peak count from where they were. */
function crossed(name: string, { profit, limits, part }: Scope, input: PlanInput): string[] {
  const { curves, lastMark } = input.observed.ledger;
  const { clock } = input.observed.snapshot;
  const curve = curves.get(name);
  if (!curve || clock.kind !== 'ok' || lastMark === null) return [];
  const isToday = lastMark.session >= clock.data.session.date;
  const points = [
    [limits.daily, isToday ? curve.day : null],
    [limits.weekly, isToday ? curve.week : null],
    [limits.drawdown, curve.peak],
  ] as const;
  return points.flatMap(([allowed, point]) => {
    if (allowed === null || point === null) return [];
    const lost = point.profit - profit;
    const isCrossed = lost > 0 && lost >= shareOf(shareOf(point.equity, part), allowed);
    return isCrossed ? [`${name}: ${lost} lost since ${point.session}`] : [];
  });
}

/** Null while a price is missing. */
function profitOf(strategy: string, { observed }: PlanInput): Money | null {
  const { ledger, snapshot, quotes } = observed;
  const positions = snapshot.positions.kind === 'ok' ? snapshot.positions.data : null;
  let profit = settledProfit(strategy, ledger);
  for (const [symbol, { quantity, cost }] of ledger.books.get(strategy) ?? []) {
    const price = positions?.get(symbol)?.marketPrice ?? quotes.get(symbol)?.price;
    if (price === undefined || price <= 0) return null;
    profit += valueOf(quantity, price) - cost;
  }
  return profit as Money;
}

/** Without what its book is worth. */
function settledProfit(strategy: string, ledger: Ledger): number {
  let profit = 0 - (ledger.fees.get(strategy) ?? 0) - (ledger.carried.get(strategy) ?? 0);
  for (const realised of ledger.realised.get(strategy)?.values() ?? []) profit += realised;
  return profit;
}
