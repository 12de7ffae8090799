/** Whatever a command sends on an account of real money: before the first of it the words are there, and once. */
import { describe, expect, test } from 'vitest';
import { announceLive, LIVE_WORDS } from '../../src/cli/live.ts';
import type { DesiredAccount } from '../../src/desired/desired-state.ts';
import type { Broker } from '../../src/reconciler/ports.ts';
import { memoryBroker } from '../support/memory-broker.ts';
import { buy, SETTINGS, START, venue } from '../support/simulated-world.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { freshState } from '../../src/broker/simulated-state.ts';

function accountOf(environment: 'paper' | 'live'): DesiredAccount {
  return { broker: { type: 'alpaca', environment } } as DesiredAccount;
}

/** What is said, and what reaches the broker, in their order. */
function heard(environment: 'paper' | 'live') {
  const lines: string[] = [];
  const real = memoryBroker(freshState(SETTINGS, START), venue(), virtualClock(START));
  const broker: Broker = {
    ...real,
    news: () => Promise.resolve(),
    submit: (request) => {
      lines.push(`submit ${request.symbol}`);
      return real.submit(request);
    },
    cancel: (id) => {
      lines.push('cancel');
      return real.cancel(id);
    },
  };
  const io = { stderr: (text: string) => lines.push(text.trimEnd()) };
  return { ...announceLive(io, accountOf(environment), broker), lines };
}

describe('on a live account', () => {
  test('the words come before the first order, and no second time', async () => {
    const { broker, lines } = heard('live');
    await broker.account();
    await broker.positions();
    expect(lines).toEqual([]);
    await broker.submit(buy('hg-1', 'VTI', 1));
    await broker.cancel('x');
    await broker.submit(buy('hg-2', 'GLD', 1));
    expect(lines).toEqual([LIVE_WORDS, 'submit VTI', 'cancel', 'submit GLD']);
  });

  test('a cancel waits for them, too', async () => {
    const { broker, lines } = heard('live');
    await broker.cancel('x');
    expect(lines).toEqual([LIVE_WORDS, 'cancel']);
  });

  test('after a plan that has said them nothing is said', async () => {
    const { broker, said, lines } = heard('live');
    said();
    await broker.submit(buy('hg-1', 'VTI', 1));
    expect(lines).toEqual(['submit VTI']);
  });

  test('the broker tells its news as before', async () => {
    await expect(heard('live').broker.news?.()).resolves.toBeUndefined();
  });
});

test('On a paper account nothing is said.', async () => {
  const { broker, lines } = heard('paper');
  await broker.submit(buy('hg-1', 'VTI', 1));
  expect(lines).toEqual(['submit VTI']);
});
