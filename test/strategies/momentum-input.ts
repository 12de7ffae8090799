/** The golden market of momentum in one literal: thirty closed-form series of sixty days, and what a test changes of it. */
import type { DailyClose } from '../../src/observed/bars.ts';
import type {
  MomentumAnswer,
  MomentumInput,
  MomentumRules,
} from '../../src/strategies/momentum-protection.ts';

export const RULES: MomentumRules = { formation: 21, skip: 5, vixAbove: 25, drawdown: 0.05, peakWindow: 22 };
export const DAYS = 60;
export const dateAt = (day: number): string =>
  new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
const SESSIONS = Array.from({ length: DAYS - 1 }, (_, day) => dateAt(day));

/** price_i(t) = 100 (1 + 0.0008 i)^t (1 + 0.03 sin(t (i + 1) / 7)) */
export const priceOf = (index: number, day: number): number =>
  100 * (1 + 0.0008 * index) ** day * (1 + 0.03 * Math.sin((day * (index + 1)) / 7));
export const nameOf = (index: number): string => `S${String(index).padStart(2, '0')}`;
export const NAMES = Array.from({ length: 30 }, (_, index) => nameOf(index));

export interface MomentumChange {
  readonly rules?: Partial<MomentumRules>;
  readonly vix?: number | undefined;
  readonly benchmark?: (day: number) => number | undefined;
  readonly price?: (index: number, day: number) => number | undefined;
  readonly universe?: readonly string[];
  readonly count?: number;
}

/** Day 59 is today. */
export function momentumInput(change: MomentumChange = {}): MomentumInput {
  const price = change.price ?? priceOf;
  const benchmark = change.benchmark ?? ((): number => 100);
  const closes = new Map<string, DailyClose[]>([['SPY', series(benchmark)]]);
  NAMES.forEach((name, index) => {
    closes.set(
      name,
      series((day) => price(index, day)),
    );
  });
  const ofToday = [
    ['SPY', benchmark(DAYS - 1)] as const,
    ...NAMES.map((name, index) => [name, price(index, DAYS - 1)] as const),
  ];
  const prices = new Map(ofToday.flatMap(([name, now]) => (now === undefined ? [] : [[name, now] as const])));
  return {
    rules: { ...RULES, ...change.rules },
    count: change.count ?? 10,
    universe: change.universe ?? NAMES,
    sessions: SESSIONS,
    closes,
    prices,
    doubts: new Map(),
    benchmark: 'SPY',
    vix: 'vix' in change ? change.vix : 15,
  };
}

function series(price: (day: number) => number | undefined): DailyClose[] {
  return SESSIONS.flatMap((date, day) => {
    const close = price(day);
    return close === undefined ? [] : [{ date, close }];
  });
}

export function ranked(answer: MomentumAnswer): Extract<MomentumAnswer, { kind: 'ranked' }> {
  if (answer.kind === 'unknown') throw new Error(answer.why);
  return answer;
}
