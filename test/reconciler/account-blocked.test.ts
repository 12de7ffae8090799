/** An account of which the broker takes no order: nothing goes out, nothing is lost, and it goes on by itself. */
import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import type { Broker, Ports } from '../../src/reconciler/ports.ts';
import { holdsIn, ordersIn, world, type TestWorld } from '../support/world.ts';

const WHY = 'the broker has blocked trading (trading_blocked)';
const BOTH = {
  prices: { VTI: '250', GLD: '200' },
  strategies: { core: { targets: { VTI: '3', GLD: '5' } } },
  books: { core: { VTI: '10' } },
};

function blocked({ broker }: TestWorld): { readonly broker: Broker } {
  return { broker: { ...broker, account: async () => ({ ...(await broker.account()), blocked: WHY }) } };
}

/** The plan of a look in which the broker says so. */
async function planned(home: TestWorld, ports: Partial<Ports>) {
  const { observed } = await home.look();
  const account = await (ports.broker ?? home.broker).account();
  const snapshot = {
    ...observed.snapshot,
    account: { kind: 'ok', data: account, asOf: home.clock.now() },
  } as const;
  const input = {
    desired: home.desired,
    observed: { ...observed, snapshot },
    now: home.clock.now(),
    turnTaken: new Set<string>(),
    reductionsOver: false,
    manifests: 'accepted',
  } as const;
  return { input, plan: makePlan(input) };
}

describe('a blocked account', () => {
  test('takes no order, exits neither, and says why', async () => {
    const home = await world(BOTH);
    const { input, plan } = await planned(home, blocked(home));
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual([
      '*/*: AccountBlocked',
      'core/GLD: AccountBlocked',
      'core/VTI: AccountBlocked',
    ]);
    expect(plan.notDone.map(({ detail }) => detail).join('\n')).toContain(WHY);
    expect(checkPlan(plan, input)).toEqual([]);
  });

  test('sells nothing either where everything is to be sold', async () => {
    const home = await world(BOTH);
    home.journal.commit({ type: 'halted', mode: 'flatten', by: 'operator', reason: 'test' });
    const { plan } = await planned(home, blocked(home));
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toContain('core/VTI: AccountBlocked');
  });

  test('with nothing to do says so all the same', async () => {
    const home = await world({ ...BOTH, strategies: { core: { targets: { VTI: '10' } } } });
    const { plan } = await planned(home, blocked(home));
    expect(holdsIn(plan)).toEqual(['*/*: AccountBlocked']);
  });

  test('is no matter of a plan that was made before: the second opinion finds it', async () => {
    const home = await world(BOTH);
    const { input } = await planned(home, blocked(home));
    const found = checkPlan(await home.plan(), input).map(({ invariant }) => invariant);
    expect(found).toContain('blocked-sends-nothing');
  });

  test('after the plan was shown stops what was shown, and the next pass goes on', async () => {
    const home = await world(BOTH);
    let looks = 0;
    const account = async () => {
      looks += 1;
      const answer = await home.broker.account();
      return looks > 1 ? { ...answer, blocked: WHY } : answer;
    };
    const result = await home.apply({ broker: { ...home.broker, account } });
    const outcomes = result.kind === 'executed' ? result.outcomes : [];
    expect(
      outcomes.map((outcome) => (outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.code}`)),
    ).toEqual(['not-started AccountBlocked', 'not-started AccountBlocked']);
    expect(home.broker.submitted).toEqual([]);
    await home.apply();
    expect(home.books()).toEqual({ core: { VTI: '3', GLD: '5' } });
  });
});
