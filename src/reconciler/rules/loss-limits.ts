/**
 * Loss limits: what crosses one is latched, and takes no entry until an operator resets it. Reductions always pass.
 * A strategy whose book cannot be valued takes no entry either, and is not latched for it.
 */
import { formatDollars, formatPercent, ratioOf, shareOf, type Money } from '../../domain/decimal.ts';
import type { DesiredStrategy, LossLimits } from '../../desired/desired-state.ts';
import { profitOf, realisedOf, worthOf } from '../../observed/day-mark.ts';
import {
  ACCOUNT,
  afterMark,
  lossesOf,
  newCurve,
  type Basis,
  type Loss,
  type LossCurve,
} from '../../observed/loss-curve.ts';
import type { LatchPayload } from '../../observed/mark-events.ts';
import { hold, priceOf, type Market, type PlanDraft, type PlanFacts } from '../draft.ts';
import type { HoldReason } from '../plan-types.ts';

interface Stop {
  readonly reason: Extract<HoldReason, 'LossLimit' | 'LossUnknown'>;
  readonly detail: string;
}

export function keepLossLimits(facts: PlanFacts, draft: PlanDraft): void {
  const { market } = facts;
  if (market === null) return;
  const stops = new Map<string, Stop>();
  watchAccount(facts, market, draft, stops);
  for (const strategy of facts.input.desired.strategies)
    watchStrategy(facts, { market, strategy }, draft, stops);
  const allowed = draft.entries.filter((entry) => {
    const stop = stops.get(ACCOUNT) ?? stops.get(entry.strategy);
    if (stop === undefined) return true;
    hold(draft, entry, stop.reason, stop.detail);
    return false;
  });
  draft.entries.splice(0, draft.entries.length, ...allowed);
}

function watchAccount(facts: PlanFacts, market: Market, draft: PlanDraft, stops: Map<string, Stop>): void {
  const { equity } = market.account;
  const limits = facts.input.desired.account.limits.loss;
  const latched = facts.input.observed.ledger.latches.get(ACCOUNT);
  if (latched !== undefined) stops.set(ACCOUNT, limitStop(latched));
  // An account without equity is for a person, and its entries are stopped anyway.
  else if (limits !== undefined && equity > 0 && market.clock.isOpen)
    latchIfCrossed(facts, { scope: ACCOUNT, limits, profit: equity, part: null, market }, draft, stops);
}

interface Watched {
  readonly market: Market;
  readonly strategy: DesiredStrategy;
}

function watchStrategy(
  facts: PlanFacts,
  { market, strategy }: Watched,
  draft: PlanDraft,
  stops: Map<string, Stop>,
): void {
  const { name, risk, capital } = strategy;
  const latched = facts.input.observed.ledger.latches.get(name);
  if (latched !== undefined) {
    stops.set(name, limitStop(latched));
    return;
  }
  if (risk === undefined || !market.clock.isOpen) return;
  const profit = profitNow(facts, name, draft);
  if (profit === null) {
    const detail = `what ${name} has lost is not known: a price is missing, or shares of its book are in doubt`;
    stops.set(name, { reason: 'LossUnknown', detail });
    return;
  }
  const part = capital.maxExposure;
  latchIfCrossed(facts, { scope: name, limits: risk, profit, part, market }, draft, stops);
}

const DOUBTS: ReadonlySet<HoldReason> = new Set(['Unconfirmed', 'BreakOpen', 'HistoryUnavailable']);

/** Of the books before the plan's own syncs: their profit is realised with them. */
function profitNow(facts: PlanFacts, strategy: string, { freezes }: PlanDraft): Money | null {
  const { ledger } = facts.input.observed;
  const worth = worthOf(ledger, strategy, (symbol) => {
    const freeze = freezes.get(symbol);
    return freeze !== undefined && freeze.grade !== 'entries' && DOUBTS.has(freeze.reason)
      ? undefined
      : priceOf(facts, symbol);
  });
  const fees = ledger.fees.get(strategy) ?? (0 as Money);
  const carried = ledger.carried.get(strategy) ?? (0 as Money);
  return profitOf({ ...worth, realised: realisedOf(ledger, strategy), fees, carried });
}

interface Measured {
  readonly scope: string;
  readonly limits: LossLimits;
  readonly profit: Money;
  /** Of equity that is the capital of the scope; null: all. */
  readonly part: DesiredStrategy['capital']['maxExposure'] | null;
  readonly market: Market;
}

function latchIfCrossed(
  facts: PlanFacts,
  measured: Measured,
  draft: PlanDraft,
  stops: Map<string, Stop>,
): void {
  const { scope, profit, market } = measured;
  const { session } = market.clock;
  const now: Basis = { session: session.date, equity: market.account.equity, profit };
  const curve = curveAt(facts, scope, now);
  if (curve === null) {
    const detail = `what ${scope} has lost is not known before the next session: its book had no value at the start of this one`;
    stops.set(scope, { reason: 'LossUnknown', detail });
    return;
  }
  const crossed = lossesOf(curve, now)
    .map((loss) => crossing(measured, loss, now))
    .find((latch) => latch !== null);
  if (crossed === undefined) return;
  const subject = crossed.strategy;
  const detail = latchDetail(crossed);
  draft.housekeeping.push({
    kind: 'latch-limit',
    id: subject === null ? 'latch-limit' : `latch-limit/${subject}`,
    strategy: subject,
    symbol: null,
    reason: 'LossLimit',
    latch: crossed,
    from: 'within limits',
    to: detail,
    sources: [subject === null ? 'account:spec.limits' : `strategy/${subject}:spec.risk`],
  });
  stops.set(scope, limitStop(crossed));
}

/** As it will be once the start of this session is marked; null where nothing is known to count from. */
function curveAt({ input }: PlanFacts, scope: string, now: Basis): LossCurve | null {
  const { curves, lastMark } = input.observed.ledger;
  const curve = curves.get(scope);
  const { calendar } = input.desired.account;
  const isStarted = lastMark !== null && lastMark.session >= now.session;
  if (!isStarted) return curve ? afterMark(curve, 'start', now, calendar) : newCurve(now);
  // It had nothing when the session was marked: its profit began at zero.
  if (curve === undefined) return newCurve({ ...now, equity: lastMark.equity, profit: 0 as Money });
  // Its book had no value at the start of this session: what it has is the day of an earlier one.
  return curve === null || curve.day.session < now.session ? null : curve;
}

/** Reached is crossed. */
function crossing(
  { scope, limits, part }: Measured,
  { limit, loss, since }: Loss,
  now: Basis,
): LatchPayload | null {
  const allowed = limits[limit];
  const base = part === null ? since.equity : shareOf(since.equity, part);
  if (allowed === null || loss <= 0 || loss < shareOf(base, allowed)) return null;
  return { strategy: scope === ACCOUNT ? null : scope, limit, session: now.session, loss, base, allowed };
}

function limitStop(latch: LatchPayload): Stop {
  const reset = latch.strategy === null ? '--account' : latch.strategy;
  return {
    reason: 'LossLimit',
    detail: `${latchDetail(latch)}; 'hgctl reset-limit ${reset} --reason TEXT' ends that`,
  };
}

const WORDS = { daily: 'daily loss', weekly: 'weekly loss', drawdown: 'drawdown' } as const;

/** `daily loss of core $2,100.00 on 2025-12-02: 2.1% of $100,000.00, limit 2%`. */
export function latchDetail({ strategy, limit, session, loss, base, allowed }: LatchPayload): string {
  const ratio = (Math.round(ratioOf(loss, base) / 100) * 100) as typeof allowed;
  const of = strategy ?? 'the account';
  return `${WORDS[limit]} of ${of} $${formatDollars(loss)} on ${session}: ${formatPercent(ratio)} of $${formatDollars(base)}, limit ${formatPercent(allowed)}`;
}
