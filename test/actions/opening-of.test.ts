/** A shadow's books are those of another journal as they are; and a look at an account is of one moment. */
import { describe, expect, test } from 'vitest';
import { lookAtAccount } from '../../src/actions/account-look.ts';
import { checkFirstStart, openBooks } from '../../src/actions/open-books.ts';
import { openingOf } from '../../src/actions/opening-of.ts';
import { readOnly } from '../../src/broker/read-only.ts';
import { shadowBroker, shadowState } from '../../src/broker/shadow.ts';
import { formatBeginning, parseBeginning, type Beginning } from '../../src/broker/shadow-beginning.ts';
import { freshState } from '../../src/broker/simulated-state.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { memoryBroker } from '../support/memory-broker.ts';
import { memoryJournal } from '../support/memory-journal.ts';
import { buy, dollars, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const BEGINNING: Beginning = {
  at: START,
  account: { id: 'SIM-1', environment: 'simulated', cash: dollars(900), equity: dollars(1_000) },
  positions: [
    { symbol: 'VTI', quantity: shares(3), averagePrice: dollars(50) },
    { symbol: 'GLD', quantity: shares(-1), averagePrice: dollars(50) },
  ],
};

function paperOn(clock = virtualClock(START)) {
  return memoryBroker(shadowState(BEGINNING, SETTINGS), venue(), clock);
}

function realOn(clock = virtualClock(START)) {
  return memoryBroker({ ...freshState(SETTINGS, START), accountId: 'SIM-1' }, venue(), clock);
}

test('Lots, executions, memories, sales from outside and all that is stopped are handed on; a memory that is handed on twice is the same.', async () => {
  const clock = virtualClock(START);
  const stopped = {
    drains: [
      { strategy: 'old', close: true, by: 'me', since: START, state: 'pending' as const, leftovers: [] },
    ],
    brakes: {
      halt: { mode: 'hold' as const, reason: 'why', by: 'me', since: START },
      suspensions: [{ strategy: 'core', reason: 'why', by: 'me', since: START, until: null }],
    },
    memories: [{ strategy: 'core', signal: 'pairs', state: { pairs: { a: 1 } } }],
    latches: [],
    shrunk: [{ symbol: 'GLD', sessionDate: '2025-12-02' }],
  };
  const lot = {
    strategy: 'core',
    symbol: 'VTI',
    quantity: shares(2),
    cost: dollars(99),
    since: START,
    orderId: 'hg-1',
  };
  const opening = {
    kind: 'shadow' as const,
    lots: [lot],
    lastExecution: [{ strategy: 'core', at: START }],
    writtenAt: START,
    ...stopped,
  };
  const first = await openBooks({ clock, journal: memoryJournal(clock), broker: paperOn(clock) }, opening);
  expect(openingOf(first, START)).toEqual(opening);
  expect(first.account?.id).toBe('SHADOW-SIM-1');
  expect(first.rebuiltAt).toBeNull();
  // What the account holds beyond its books is nobody's from the start.
  expect(first.anchors.get('VTI')).toEqual({ at: START, unmanaged: shares(1) });
});

test.each(['empty', 'unmanaged'] as const)(
  'No books are opened as %s where the list of positions names a symbol twice.',
  async (kind) => {
    const clock = virtualClock(START);
    const paper = paperOn(clock);
    const twice = async () => [...(await paper.positions()), ...(await paper.positions())];
    const ports = { clock, journal: memoryJournal(clock), broker: { ...paper, positions: twice } };
    const refused = { exit: 11, message: 'the broker does not answer: the position list names GLD twice' };
    await expect(openBooks(ports, { kind })).rejects.toMatchObject(refused);
    await expect(checkFirstStart(ports)).rejects.toMatchObject(refused);
    expect(ports.journal.ledger().opened).toBe(false);
  },
);

test('The beginning reads back as it was, and an unknown field is refused.', () => {
  const text = formatBeginning(BEGINNING);
  expect(parseBeginning(text)).toEqual(BEGINNING);
  expect(() => parseBeginning(text.replace('"at"', '"when"'))).toThrow('when');
});

describe('the broker of a shadow', () => {
  test('takes orders on paper, and what it asks the real one through cannot take any', async () => {
    const [paper, real] = [paperOn(), realOn()];
    const reads = readOnly(real);
    expect(Object.keys(reads).filter((name) => name === 'submit' || name === 'cancel')).toEqual([]);
    const before = real.state();
    const broker = shadowBroker(paper, reads, BEGINNING);
    expect((await broker.submit(buy('hg-2', 'VTI', 1))).kind).toBe('created');
    expect((await broker.account()).id).toBe('SHADOW-SIM-1');
    expect(real.state()).toEqual(before);
  });

  test('has no account while the real one does not answer, and no clock', async () => {
    const down = (): Promise<never> => Promise.reject(new BrokerUnavailable('HTTP 503'));
    const reads = { ...readOnly(realOn()), account: down, clock: down };
    const broker = shadowBroker(paperOn(), reads, BEGINNING);
    await expect(broker.account()).rejects.toThrow('HTTP 503');
    await expect(broker.clock()).rejects.toThrow('HTTP 503');
  });
});

test('A look at an account that trades meanwhile is tried again, and refused where it goes on.', async () => {
  const clock = virtualClock(START);
  const broker = paperOn(clock);
  const journal = memoryJournal(clock);
  let moves = 2;
  const ledger = () => {
    if (moves > 0) journal.commit({ type: 'strategy-pruned', strategy: 'old' });
    moves -= 1;
    return journal.ledger();
  };
  const look = await lookAtAccount(clock, { broker, ledger, since: START });
  expect(look.positions.map(({ symbol }) => symbol)).toEqual(['GLD', 'VTI']);
  expect(look.ledger.seq).toBe(2);
  moves = 100;
  await expect(lookAtAccount(clock, { broker, ledger, since: START })).rejects.toMatchObject({ exit: 8 });
});
