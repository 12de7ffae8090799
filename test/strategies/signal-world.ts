/** A world in which built-in signals trade: past closes made here, and prices of now that a test may change. */
import type { DesiredSignal, DesiredStrategy } from '../../src/desired/desired-state.ts';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import { addDays } from '../../src/domain/days.ts';
import { formatLocal, type CalendarDate, type Instant } from '../../src/domain/instant.ts';
import type { DateSpan, Ports } from '../../src/reconciler/ports.ts';
import { reconcile, type PassResult } from '../../src/reconciler/reconcile.ts';
import { parseTable, tableText } from '../../src/strategies/omr-table-file.ts';
import type { ReversionCell } from '../../src/strategies/omr-table.ts';
import { passOf, runFor } from '../support/control.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';
import { cellsEverywhere, tableOf } from './omr-world.ts';

/** `back`: sessions before today, from 1; undefined: there is no close. */
export type CloseOf = (symbol: string, back: number) => number | undefined;

export interface SignalWorld extends Pick<
  TestWorld,
  'desired' | 'ports' | 'clock' | 'broker' | 'journal' | 'log' | 'books' | 'held'
> {
  /** Prices of now, in dollars, which a test may change; '' is none. */
  readonly prices: Record<string, string>;
  apply(changes?: Partial<Ports>): Promise<PassResult>;
  /** The control loop, up to that time. */
  runUntil(time: string): Promise<void>;
  /** `buy 10 AAA 12-02 15:55`, for each order that the broker has taken. */
  sent(): string[];
}

interface Signals {
  readonly signals: Readonly<Record<string, DesiredSignal>>;
  readonly closeOf: CloseOf;
  readonly openOf: (symbol: string) => number;
  readonly table: string | null;
}

const MINUTE = 60_000;
const SHARE = 1_000_000_000;

async function signalWorld(
  facts: WorldFacts & Pick<SignalWorld, 'prices'>,
  given: Signals,
): Promise<SignalWorld> {
  const home = await world(facts);
  const strategies = home.desired.strategies.map((strategy): DesiredStrategy => {
    const signal = given.signals[strategy.name];
    return signal === undefined ? strategy : { ...strategy, signal };
  });
  const desired = { ...home.desired, strategies };
  const ports = {
    ...home.ports,
    market: marketOf(home, given),
    signalFiles: { table: () => Promise.resolve(given.table === null ? null : parseTable(given.table)) },
  };
  const yes = () => Promise.resolve(true);
  const own = { ...home, desired, ports, prices: facts.prices };
  return {
    ...own,
    apply: (changes) =>
      reconcile(passOf({ desired, ports: { ...ports, ...changes } }), { approve: yes, approveChange: yes }),
    runUntil: async (time) => {
      await runFor(own, (Date.parse(time) - home.clock.now()) / MINUTE);
    },
    sent: () =>
      home.broker
        .state()
        .orders.map(
          ({ side, quantity, symbol, submittedAt }) =>
            `${side} ${quantity / SHARE} ${symbol} ${formatLocal(submittedAt).slice(5, 16)}`,
        ),
  };
}

function marketOf({ ports }: TestWorld, { closeOf, openOf }: Signals): Ports['market'] {
  const rows = (symbol: string, { from, to }: DateSpan) => {
    const dates = sessionsBefore(addDays(to, 1), 300).filter((date) => date >= from);
    return dates.flatMap((date, index) => {
      const close = closeOf(symbol, dates.length - index);
      return close === undefined ? [] : [{ date, close }];
    });
  };
  const barOf = (symbol: string, date: CalendarDate) => ({
    date,
    open: openOf(symbol),
    close: openOf(symbol),
  });
  return {
    quotes: (symbols, now) => ports.market.quotes(symbols, now),
    closes: (symbols, span) =>
      Promise.resolve(new Map(symbols.map((symbol) => [symbol, rows(symbol, span)]))),
    bars: (symbols, { to }) =>
      Promise.resolve(new Map(symbols.map((symbol) => [symbol, [barOf(symbol, to)]]))),
    minutes: () => Promise.resolve(new Map()),
    actions: () => Promise.resolve(new Map()),
  };
}

export const at = (time: string): Instant => Date.parse(time) as Instant;

const EXIT = { at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE } as const;
const ENTRY = { at: { kind: 'close', offset: -5 * MINUTE }, action: 'entry', window: 4 * MINUTE } as const;

export interface NightFacts extends Omit<WorldFacts, 'strategies'> {
  /** Of the strategy `night`. */
  readonly night?: StrategyFacts;
  readonly others?: Readonly<Record<string, StrategyFacts>>;
  /** Symbol -> what is otherwise in its record; it rises over 6 nights of 10. */
  readonly cells?: Readonly<Record<string, Partial<ReversionCell>>>;
  readonly sides?: 'both';
  readonly closeOf?: CloseOf;
}

/**
 * Overnight mean reversion a moment before the close of a sideways Tuesday: AAA to DDD opened at 50, are at 48, and have
 * risen over most nights after such a day.
 */
export function nightWorld({ night, others, cells, sides, closeOf, ...facts }: NightFacts = {}) {
  const symbols = ['AAA', 'BBB', 'CCC', 'DDD'];
  const universe = night?.universe ?? symbols;
  const rows = symbols.flatMap((symbol) => cellsEverywhere(symbol, cells?.[symbol]));
  const own: StrategyFacts = {
    positionSize: '15%',
    maxPositions: 3,
    maxExposure: '45%',
    schedule: [EXIT, ENTRY],
    ...night,
    universe,
  };
  return signalWorld(
    {
      now: at('2025-12-02T15:55:10-05:00'),
      settings: { clock: 'exchange', partialFills: 0 as never, ...facts.settings },
      ...facts,
      prices: { AAA: '48', BBB: '48', CCC: '48', DDD: '48', SPY: '400', VIX: '15', ...facts.prices },
      strategies: { night: own, ...others },
    },
    {
      signals: {
        night: {
          type: 'overnight-mean-reversion',
          table: '/night.json',
          minWinRate: 580_000 as never,
          minExpectedReturn: 2_000 as never,
          ...(sides && { sides }),
          band: null,
          wholeShares: true,
        },
      },
      // Half of the closes of the VIX are below that of today, and SPY stands still.
      closeOf: closeOf ?? ((symbol, back) => (symbol === 'VIX' ? (back % 2 === 0 ? 20 : 10) : 400)),
      openOf: () => 50,
      table: tableText(tableOf(rows)),
    },
  );
}

const REBALANCE = { ...ENTRY, action: 'rebalance' } as const;
/** Drift a session: EEE is the strongest. */
const DRIFTS: Readonly<Record<string, number>> = {
  AAA: 0.001,
  BBB: 0.002,
  CCC: 0.003,
  DDD: 0.004,
  EEE: 0.005,
};

export interface MomentumFacts extends Omit<WorldFacts, 'strategies'> {
  /** Of the strategy `mp`. */
  readonly mp?: StrategyFacts;
  readonly others?: Readonly<Record<string, StrategyFacts>>;
  readonly closeOf?: CloseOf;
}

/** The close of `back` sessions ago of what rises to its price of now by the same part every session. */
export const rising: CloseOf = (symbol, back) => 100 / (1 + (DRIFTS[symbol] ?? 0)) ** back;

/** Momentum with protection a moment before a calm Tuesday's close: AAA to EEE cost 100, the two strongest are wanted. */
export function momentumWorld({ mp, others, closeOf, ...facts }: MomentumFacts = {}) {
  const own: StrategyFacts = {
    universe: Object.keys(DRIFTS),
    positionSize: '10%',
    maxPositions: 2,
    maxExposure: '20%',
    schedule: [REBALANCE],
    ...mp,
  };
  const prices = Object.fromEntries(Object.keys(DRIFTS).map((symbol) => [symbol, '100']));
  return signalWorld(
    {
      now: at('2025-12-02T15:55:10-05:00'),
      settings: { clock: 'exchange', partialFills: 0 as never, ...facts.settings },
      ...facts,
      prices: { ...prices, SPY: '100', VIX: '15', ...facts.prices },
      strategies: { mp: own, ...others },
    },
    {
      signals: {
        mp: {
          type: 'momentum-protection',
          formation: 21,
          skip: 5,
          vixAbove: 25,
          drawdown: 50_000 as never,
          peakWindow: 30,
          reducedExposure: 500_000 as never,
          benchmark: 'SPY',
          band: null,
          wholeShares: true,
        },
      },
      closeOf: closeOf ?? rising,
      openOf: () => 100,
      table: null,
    },
  );
}
