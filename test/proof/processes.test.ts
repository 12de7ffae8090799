/** A little of the campaign with real processes (`proof/processes`), and that it would find what it looks for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { parseDocument, formatDocument } from '../../src/broker/simulated-document.ts';
import { newHome } from '../../proof/processes/home.ts';
import { runProcesses } from '../../proof/processes/processes.ts';
import { settle, tradedAt, tradedWith } from '../../proof/processes/rest.ts';
import { Workshop } from '../../proof/processes/workshop.ts';

const SEED = 20_251_202;
/** Far beyond what it takes: a short form ends by itself. */
const PATIENCE = 100_000;

test('Processes that are killed, stopped, out of space or in a wrong time lose no order and double none.', async () => {
  const deadline = performance.now() + PATIENCE;
  const { figures, findings } = await runProcesses({
    seed: SEED,
    deadline,
    form: 'short',
    tell: () => undefined,
  });
  expect(findings).toEqual([]);
  const kills = figures.filter(([what]) => what.includes(': kill'));
  expect(kills.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(0);
});

test('An order that was sent twice, and books that know nothing of it, are found.', async () => {
  const workshop = new Workshop();
  onTestFinished(() => workshop.close());
  const home = newHome(workshop, { time: 'virtual' });
  home.declare({ core: { VTI: 3, GLD: 2 } });
  const wanted = tradedWith(tradedAt(null), {}, home.wanted);
  expect(await settle(home, wanted)).toEqual({ broken: [], doubts: 0 });
  const file = home.path('data', 'broker.json');
  const account = parseDocument(readFileSync(file, 'utf8'));
  const twice = account.orders.map((order) => ({
    ...order,
    brokerOrderId: `${order.brokerOrderId}-again`,
    clientOrderId: `${order.clientOrderId}-again`,
  }));
  writeFileSync(file, formatDocument({ ...account, orders: [...account.orders, ...twice] }));
  const { broken } = await settle(home, wanted);
  expect(new Set(broken.map(({ invariant }) => invariant))).toEqual(
    new Set(['same-work', 'order-has-intent', 'books-are-the-brokers', 'fees-are-the-brokers']),
  );
});
