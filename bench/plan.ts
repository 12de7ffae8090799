/** How long a plan takes in memory, and whether it classifies planted differences rightly. */
import { checkPlan } from '../src/reconciler/check-plan.ts';
import { makePlan } from '../src/reconciler/plan.ts';
import { median } from './statistics.ts';
import { benchWorld, type Planted, type WorldSize } from './worlds.ts';

const WARM_UPS = 30;
const PASSES = 200;

export interface PlanTimes {
  /** p50 of one plan, ms. */
  readonly plan: number;
  /** p50 of the independent check, ms. */
  readonly check: number;
}

export function benchPlan(size: WorldSize): PlanTimes {
  const { input } = benchWorld(size, 0);
  const plan = makePlan(input);
  return { plan: timed(() => makePlan(input)), check: timed(() => checkPlan(plan, input)) };
}

function timed(run: () => unknown): number {
  for (let pass = 0; pass < WARM_UPS; pass += 1) run();
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return median(times);
}

export interface Score {
  readonly planted: number;
  readonly right: number;
}

/** Plants a difference at every `every`-th position, and compares the plan's classes with what was planted. */
export function scorePlan(size: WorldSize, every: number): Score {
  const { input, planted } = benchWorld(size, every);
  const plan = makePlan(input);
  const classOf = (symbol: string): string => {
    const action = plan.actions.find((candidate) => candidate.symbol === symbol);
    if (action !== undefined) return action.reason;
    return plan.notDone.find((hold) => hold.symbol === symbol)?.reason ?? 'nothing';
  };
  const right = [...planted].filter(([symbol, kind]) => classOf(symbol) === EXPECTED[kind]).length;
  return { planted: planted.size, right };
}

const EXPECTED: Readonly<Record<Planted, string>> = {
  'closed-outside': 'ClosedExternally',
  'reduced-outside': 'ReducedExternally',
  missing: 'MissingShares',
  unmanaged: 'UnmanagedShares',
  'unknown-symbol': 'UnmanagedShares',
  'side-flip': 'SideFlip',
};
