/**
 * The fault campaign: the real command line, through Alpaca's SDK, at a server that does what brokers do on bad days. Each
 * case ends with as many orders as there were decisions, and with books that are the broker's. `docs/broker-faults.md` is
 * made from what is seen here: `UPDATE_DOCS=1` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultPage, type FaultChapter } from '../support/fault-page.ts';
import { runTurn, type Seen } from '../support/run-fault-case.ts';
import type { FaultCase, Turn } from '../support/fault-case.ts';
import { FATES } from './fault-cases/fates.ts';
import { GOING_ON } from './fault-cases/going-on.ts';
import { LOOKING } from './fault-cases/looking.ts';
import { SENDING } from './fault-cases/sending.ts';

const CHAPTERS: readonly FaultChapter[] = [
  { title: 'Sending an order', cases: SENDING },
  { title: 'What becomes of an order', cases: FATES },
  { title: 'Looking at the account', cases: LOOKING },
  { title: 'While it goes on', cases: GOING_ON },
];

const PAGE = new URL('../../docs/broker-faults.md', import.meta.url);

const seen = new Map<Turn, Seen>();

describe.each(CHAPTERS)('$title', ({ cases }) => {
  for (const one of cases)
    test.each(one.turns.map((turn): [string, Turn] => [turn.of, turn]))(`${one.id}: %s`, async (_, turn) => {
      const found = await runTurn(one, turn);
      seen.set(turn, found);
      expect(found.unmet).toEqual([]);
      expectTurn(found, turn);
      expectPeace(found);
    });
});

function expectTurn({ steps, orders, journal, books }: Seen, turn: Turn): void {
  const expected = turn.steps.filter((step) => 'hgctl' in step);
  expected.forEach(({ says }, index) => expect(steps[index]?.lines).toContain(says));
  expect(steps.map(({ exit }) => exit)).toEqual(expected.map(({ exit }) => exit));
  expect({ orders, journal, books }).toEqual({
    orders: turn.orders,
    journal: [...(turn.journal ?? turn.orders)].sort(),
    books: turn.books,
  });
}

/** True of every turn, once nothing goes wrong any more. */
function expectPeace({ afterwards }: Seen): void {
  expect(afterwards).toEqual({
    strangers: [],
    books: afterwards.broker,
    unmanaged: {},
    broker: afterwards.broker,
    second: 'Nothing to do.',
    exits: [0, 0],
  });
}

test('docs/broker-faults.md says what was seen.', () => {
  const all: readonly FaultCase[] = CHAPTERS.flatMap(({ cases }) => cases);
  expect(all.flatMap(({ turns }) => turns).filter((turn) => !seen.has(turn))).toEqual([]);
  const page = faultPage(CHAPTERS, seen);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
