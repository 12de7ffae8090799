/** A pass whose signal was asked before another pass has traded for the strategy, on an answer of its own. */
import { expect, test } from 'vitest';
import type { Fault } from '../../src/broker/fault-script.ts';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import type { PassResult } from '../../src/reconciler/reconcile.ts';
import { outcomeExit } from '../../src/cli/commands/apply.ts';
import { EXIT } from '../../src/domain/errors.ts';
import { fault } from '../support/faults.ts';
import { world, type StrategyFacts, type TestWorld } from '../support/world.ts';

const signal: DesiredStrategy['signal'] = {
  type: 'command',
  argv: ['decide'],
  timeout: 20_000,
  folder: '/',
  band: null,
  wholeShares: true,
};

/** `core` asks a program, and holds 10 VTI. */
async function asking(facts: StrategyFacts = {}, faults: readonly Fault[] = []): Promise<TestWorld> {
  const universe = ['VTI', 'BND'];
  const home = await world({
    prices: { VTI: '100', BND: '50' },
    strategies: { core: { universe, ...facts } },
    books: { core: { VTI: '10' } },
    faults,
  });
  for (const strategy of home.desired.strategies) Object.assign(strategy, { signal });
  return home;
}

function answering(shares: Readonly<Record<string, string>>): Pick<Ports, 'programs'> {
  const targets = Object.entries(shares).map(([symbol, quantity]) => ({ symbol, quantity }));
  const answer = { kind: 'ok', output: JSON.stringify({ version: 1, targets }) } as const;
  return { programs: { run: () => Promise.resolve(answer), callModule: () => Promise.resolve(answer) } };
}

/** `newer` comes between the answer of `older` and its first lock. */
async function overtaken(
  home: TestWorld,
  older: Readonly<Record<string, string>>,
  newer: () => Promise<unknown>,
): Promise<PassResult> {
  const { programs } = answering(older);
  const asked: Ports['programs'] = {
    ...programs,
    run: async (request) => {
      const answer = await programs.run(request);
      await newer();
      return answer;
    },
  };
  return home.apply({ programs: asked });
}

test('An answer that was overtaken undoes nothing: its turn does not come, exit 8.', async () => {
  const home = await asking();
  const result = await overtaken(home, { VTI: '5' }, () => home.apply(answering({ VTI: '40' })));
  expect(home.held()).toEqual({ VTI: '40' });
  expect(result).toMatchObject({
    outcomes: [
      {
        kind: 'not-started',
        code: 'AnswerOvertaken',
        detail: 'another execution has traded for core since its signal was asked',
      },
    ],
  });
  const outcomes = result.kind === 'executed' ? result.outcomes : [];
  expect(outcomes.map(outcomeExit)).toEqual([EXIT.conflict]);
  expect(home.journal.ledger().lock).toBeNull();
});

test('Where nobody has traded for it meanwhile, an answer is followed.', async () => {
  const home = await asking();
  const nothing = () => home.apply(answering({ VTI: '10' }));
  await overtaken(home, { VTI: '40' }, nothing);
  expect(home.held()).toEqual({ VTI: '40' });
});

test('Reductions of a pass are not what overtakes its entries.', async () => {
  const home = await asking();
  await home.apply(answering({ VTI: '4', BND: '6' }));
  expect(home.held()).toEqual({ VTI: '4', BND: '6' });
});

test('In a slot that was started meanwhile, its targets are followed, and they alone are recorded.', async () => {
  const schedule = [{ at: { kind: 'clock', time: '15:00' }, action: 'rebalance', window: 600_000 }] as const;
  const busy = fault('submit', { kind: 'rate-limited', retryAfter: 120_000 });
  const home = await asking({ schedule }, [busy]);
  await overtaken(home, { VTI: '5' }, () => home.apply(answering({ VTI: '40' })));
  expect(home.held()).toEqual({ VTI: '40' });
  const decided = home.journal.records.flatMap(({ event }) =>
    event.type === 'targets-decided' ? [event.targets] : [],
  );
  expect(decided).toMatchObject([[{ symbol: 'VTI', size: { quantity: 40_000_000_000 } }]]);
});
