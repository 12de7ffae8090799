/** A week of `hgctl run` on real files and the same week simulated are one and the same week. */
import { expect, test, vi } from 'vitest';
import { advance } from '../../src/broker/simulated-advance.ts';
import { parseDocument } from '../../src/broker/simulated-document.ts';
import { runRun } from '../../src/cli/commands/run.ts';
import { runTrain } from '../../src/cli/commands/train.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { readRecords } from '../../src/store/journal-check.ts';
import { project, type Project } from '../support/project.ts';
import { FOUR, fourStrategies, LIVELY, MARGIN } from './four-strategies.ts';
import { eventsOf, optionsOf, quietIo, simulated } from './support.ts';

/** The week of Thanksgiving: four sessions, the last one until 13:00. */
const MONDAY = '2025-11-24';
const FRIDAY = '2025-11-28';
const END = parseInstant('2025-11-29T00:00:00-05:00') as Instant;

/** The four of the original, and one that follows its weights all day. */
function week(): Project {
  return project({
    now: `${MONDAY}T00:00:00-05:00`,
    account: {
      broker: {
        ...MARGIN,
        fillDelay: '3s',
        partialFills: '50%',
        slippage: { type: 'fixed', rate: '0.02%' },
        fees: { perShare: '0.005', minimum: '1.00' },
      },
      prices: LIVELY,
    },
    strategies: { ...fourStrategies(), core: { targets: { QQQ: '10%', SPY: '5%' }, spec: { priority: 1 } } },
  });
}

/** The table that both read. */
async function train(mine: Project): Promise<void> {
  const io = quietIo({ HGCTL_NOW: `${MONDAY}T00:00:00-05:00` });
  expect(await runTrain(io, 'omr', optionsOf(mine))).toBe(0);
}

/** `omr buy`, for each strategy and side that there is an order of. */
function sidesOf(records: readonly JournalRecord[]): string[] {
  return [...new Set(eventsOf(records, 'intent').map(({ strategy, side }) => `${strategy} ${side}`))].sort();
}

/** The loop of `hgctl run`, which waits by moving its clock. */
async function run(mine: Project): Promise<readonly JournalRecord[]> {
  const io = quietIo({ HGCTL_NOW: `${MONDAY}T00:00:00-05:00` });
  const options = { ...optionsOf(mine), until: '2025-11-29T00:00:00-05:00' };
  const code = await runRun(io, options, ({ clock }) =>
    Promise.resolve({
      mark: () => undefined,
      wait: (until) => clock.sleep(until - clock.now()),
      close: () => Promise.resolve(),
    }),
  );
  expect(code).toBe(0);
  return readRecords(mine.path('data/journal'));
}

/** Books, profits and fees, as data. */
function booksOf({ books, realised, fees }: Ledger): unknown {
  const rows = (all: ReadonlyMap<string, ReadonlyMap<string, unknown>>): unknown =>
    [...all].map(([strategy, own]) => [strategy, [...own].sort()]);
  return { books: rows(books), realised: rows(realised), fees: [...fees].sort() };
}

test('F-BOTH-11: decides otherwise in a simulation than live. Orders, fills, marks and books are the same, to the millisecond and the micro-dollar.', async () => {
  const mine = week();
  // Several controllers look at different moments: this one at those of the simulation.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  await train(mine);
  const real = await run(mine).finally(() => vi.restoreAllMocks());
  const { records, broker } = await simulated(mine, [MONDAY, FRIDAY]);
  const orders = eventsOf(real, 'intent', 'order-created', 'fill', 'order-ended');
  expect(sidesOf(real)).toEqual(
    expect.arrayContaining(FOUR.flatMap((name) => [`${name} buy`, `${name} sell`])),
  );
  expect(eventsOf(records, 'intent', 'order-created', 'fill', 'order-ended')).toEqual(orders);
  expect(eventsOf(records, 'day-marked')).toEqual(eventsOf(real, 'day-marked'));
  expect(eventsOf(records, 'targets-decided')).toEqual(eventsOf(real, 'targets-decided'));
  expect(booksOf(foldRecords(records))).toEqual(booksOf(foldRecords(real)));
  const account = advance(parseDocument(mine.read('data/broker.json')), END);
  const { cash, positions } = broker.state();
  expect({ cash, positions }).toEqual({ cash: account.cash, positions: account.positions });
  expect(account.orders).toHaveLength(eventsOf(records, 'order-created').length);
});
