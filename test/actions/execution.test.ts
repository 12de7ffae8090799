import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { Broker, OrderRequest, Ports, RefusalCode, SubmitAnswer } from '../../src/reconciler/ports.ts';
import type { PassResult } from '../../src/reconciler/reconcile.ts';
import { allOrders } from '../../src/observed/ledger.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '250', BND: '75', GLD: '200' };

const core = (strategy: object, rest: Partial<WorldFacts> = {}): WorldFacts => ({
  prices: PRICES,
  strategies: { core: strategy },
  ...rest,
});

/** The world's broker, with other answers to `submit`. */
function submitting(
  w: TestWorld,
  submit: (request: OrderRequest, real: Broker) => Promise<SubmitAnswer>,
): Partial<Ports> {
  return { broker: { ...w.broker, submit: (request) => submit(request, w.broker) } };
}

function outcomes(result: PassResult): string[] {
  if (result.kind !== 'executed') return [result.kind];
  return result.outcomes.map(
    (outcome) => `${outcome.action.id}: ${outcome.kind}${outcome.kind === 'done' ? '' : ` ${outcome.code}`}`,
  );
}

describe('an order', () => {
  test('is in the journal, with the lock held, before the broker hears of it', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const seen: string[] = [];
    await w.apply(
      submitting(w, (request, real) => {
        const { openOrders, lock } = w.journal.ledger();
        seen.push(
          `${openOrders.get(request.clientOrderId)?.status ?? 'nothing'} under ${lock?.holder ?? 'nobody'}`,
        );
        return real.submit(request);
      }),
    );
    expect(seen).toEqual(['intended under core']);
  });

  test('has an id made from the decision: another process on the same day would choose the same', async () => {
    const facts = core({ targets: { GLD: '5' } });
    const [one, two] = [await world(facts), await world(facts)];
    await one.apply();
    await two.apply();
    expect(one.broker.submitted).toEqual(two.broker.submitted);
    expect(one.broker.submitted[0]).toMatch(/^hg-core-20251202-plan-[a-z2-7]{16}$/);
  });

  test('of the same decision gets another id once the first has ended', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const refuse = submitting(w, () =>
      Promise.resolve({ kind: 'refused', code: 'Refused', message: 'not today' }),
    );
    expect(outcomes(await w.apply(refuse))).toEqual(['open/core/GLD: failed OrderRefused']);
    await w.apply();
    const ids = allOrders(w.journal.ledger()).map(({ intent }) => intent.clientOrderId);
    expect(new Set(ids).size).toBe(2);
    expect(w.books()).toEqual({ core: { GLD: '5' } });
  });
});

test('news of the broker make an order followed early: nobody waits for the next question', async () => {
  const w = await world(core({ targets: { GLD: '5' } }, { settings: { partialFills: 0 as Ratio } }));
  const news = (): Promise<void> => {
    w.clock.advance(1_000);
    return Promise.resolve();
  };
  const clock = { ...w.clock, sleep: () => new Promise<void>(() => undefined) };
  expect(outcomes(await w.apply({ broker: { ...w.broker, news }, clock }))).toEqual(['open/core/GLD: done']);
  expect(w.books()).toEqual({ core: { GLD: '5' } });
});

describe('a refusal', () => {
  const THREE = core({ targets: { GLD: '5', VTI: '1', BND: '2' } });
  const refusing = (
    w: TestWorld,
    code: RefusalCode,
  ): { readonly sent: string[]; readonly ports: Partial<Ports> } => {
    const sent: string[] = [];
    const ports = submitting(w, ({ symbol }) => {
      sent.push(symbol);
      return Promise.resolve({ kind: 'refused', code, message: 'no' });
    });
    return { sent, ports };
  };

  test.each<RefusalCode>(['AccountBlocked', 'AccessDenied'])(
    'of the account ends the execution: nothing more is sent (%s)',
    async (code) => {
      const w = await world(THREE);
      const { sent, ports } = refusing(w, code);
      const codes = outcomes(await w.apply(ports)).map((line) => line.split(': ')[1]);
      expect(codes).toEqual([
        'failed AccountRefused',
        'not-started AccountRefused',
        'not-started AccountRefused',
      ]);
      expect(sent).toHaveLength(1);
      expect(allOrders(w.journal.ledger()).map(({ status }) => status)).toEqual(['refused']);
    },
  );

  test('of one order does not stop the others', async () => {
    const w = await world(THREE);
    const { sent, ports } = refusing(w, 'NotFractionable');
    await w.apply(ports);
    expect(sent).toHaveLength(3);
  });
});

describe('a lost answer', () => {
  test('is looked up, and the order that landed is booked once', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const lost = submitting(w, async (request, real) => {
      await real.submit(request);
      return { kind: 'unknown', reason: 'connection reset' };
    });
    expect(outcomes(await w.apply(lost))).toEqual(['open/core/GLD: done']);
    expect(w.broker.submitted).toHaveLength(1);
    expect(w.books()).toEqual({ core: { GLD: '5' } });
  });

  test('of an order that never arrived sends the same id again, once', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const ids: string[] = [];
    const dropped = submitting(w, (request, real) => {
      ids.push(request.clientOrderId);
      return ids.length === 1
        ? Promise.resolve({ kind: 'unknown', reason: 'time-out' })
        : real.submit(request);
    });
    expect(outcomes(await w.apply(dropped))).toEqual(['open/core/GLD: done']);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(w.books()).toEqual({ core: { GLD: '5' } });
  });

  test('that nobody can find out stays in doubt: no second order on the symbol, until the session is over', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const never = submitting(w, () => Promise.resolve({ kind: 'unknown', reason: 'time-out' }));
    expect(outcomes(await w.apply(never))).toEqual(['open/core/GLD: in-doubt OrderInDoubt']);
    const plan = await w.plan();
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual(['core/GLD: OrderUnresolved']);
    expect(outcomes(await w.apply())).toEqual([
      expect.stringMatching(/^resolve-order\/.*: in-doubt OrderNotSeen$/),
    ]);
    expect(w.broker.submitted).toEqual([]);
    w.clock.advance(24 * 3_600_000);
    await w.apply();
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '5' } });
  });

  test('whose order shows up later is booked to its strategy', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    let late: OrderRequest | undefined;
    await w.apply(
      submitting(w, (request) => {
        late = request;
        return Promise.resolve({ kind: 'unknown', reason: 'time-out' });
      }),
    );
    await w.broker.submit(late!);
    w.clock.advance(5_000);
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '5' } });
    expect(allOrders(w.journal.ledger()).map(({ status }) => status)).toEqual(['filled']);
  });
});

describe('a slow market', () => {
  test('an order that does not fill in time is cancelled, and what filled is booked', async () => {
    const slow = core(
      { targets: { GLD: '50' } },
      { settings: { fillDelay: 36_000_000, partialFills: 1_000_000 as never } },
    );
    const w = await world(slow);
    const result = await w.apply();
    const booked = Number(w.books()['core']?.['GLD'] ?? '0');
    expect(booked).toBeLessThan(50);
    expect(outcomes(result)).toEqual([`open/core/GLD: failed ${booked > 0 ? 'PartialFill' : 'NotFilled'}`]);
    expect(Number(w.held()['GLD'] ?? '0')).toBe(booked);
  });

  test('orders behind slow ones go out on figures that are read again', async () => {
    const targets = { VTI: '1', BND: '1', GLD: '1', A: '1', B: '1', C: '1' };
    const prices = { ...PRICES, A: '10', B: '10', C: '10' };
    const w = await world({
      prices,
      strategies: { core: { targets } },
      settings: { fillDelay: 29_000, partialFills: 0 as never },
    });
    const result = await w.apply();
    expect(outcomes(result).filter((line) => line.endsWith(': done'))).toHaveLength(6);
  });
});

describe('stopping', () => {
  test('a shutdown that is requested during an execution aborts the orders that are left', async () => {
    const w = await world(core({ targets: { VTI: '1', BND: '1', GLD: '1' } }));
    const result = await w.apply({ shutdownRequested: () => w.broker.submitted.length >= 1 });
    expect(outcomes(result)).toEqual([
      'open/core/GLD: not-started ShutdownRequested',
      'open/core/VTI: not-started ShutdownRequested',
      'open/core/BND: done',
    ]);
    expect(w.log).toContain('[!] [core] Shutdown requested - aborting remaining 2 orders');
    expect(w.log).toContain('[core] Execution aborted gracefully');
  });

  test.each([
    ['has not looked for it', false],
    ['has ended it already', true],
  ])(
    'a lock that goes to somebody else: nothing more is sent, and what was sent is in doubt, where that one %s',
    async (_, isEnded) => {
      const w = await world(core({ targets: { VTI: '1', BND: '1' } }));
      const taken = submitting(w, async (request, real) => {
        const answer = await real.submit(request);
        const { fence } = w.journal.ledger();
        const owner = { pid: 2, started: 'x', bootId: 'boot', host: 'test' };
        const times = { acquired: w.clock.now(), expires: w.clock.now(), expiresMonotonic: 1e15 };
        w.journal.commit({
          type: 'lock-acquired',
          fence: fence + 1,
          lockId: 'other',
          holder: 'core',
          owner,
          ...times,
        });
        if (isEnded)
          w.journal.commit({
            type: 'order-ended',
            fence: fence + 1,
            clientOrderId: request.clientOrderId,
            status: 'canceled',
            detail: '',
          });
        return answer;
      });
      expect(outcomes(await w.apply(taken))).toEqual([
        'open/core/BND: in-doubt LockLost',
        'open/core/VTI: not-started LockLost',
      ]);
      expect(w.broker.submitted).toHaveLength(1);
      expect(w.journal.ledger().lock?.lockId).toBe('other');
    },
  );

  test('a price that ran away from the plan skips the entry', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    let asked = 0;
    const market = {
      ...w.ports.market,
      quotes: async (symbols: readonly string[], now: never) => {
        const quotes = new Map(await w.ports.market.quotes(symbols, now));
        asked += 1;
        if (asked > 2) quotes.set('GLD', { price: 220_000_000 as never, asOf: now });
        return quotes;
      },
    };
    expect(outcomes(await w.apply({ market }))).toEqual(['open/core/GLD: skipped PriceCollar']);
  });
});

describe('a stale lock', () => {
  test('of a process that is gone is taken over, and its open order is brought to its end first', async () => {
    const w = await world(core({ targets: { GLD: '5' } }));
    const crash = submitting(w, async (request, real) => {
      await real.submit(request);
      throw new Error('crashed');
    });
    await expect(w.apply({ ...crash, stateFile: w.ports.stateFile })).rejects.toThrow('crashed');
    w.journal.commit({
      type: 'lock-acquired',
      fence: w.journal.ledger().fence + 1,
      lockId: 'dead',
      holder: 'core',
      owner: { pid: 9, started: 'x', bootId: 'boot', host: 'test' },
      acquired: w.clock.now(),
      expires: w.clock.now(),
      expiresMonotonic: 1e15,
    });
    const gone: Partial<Ports> = { processes: { ...w.ports.processes, lookUp: () => 'gone' } };
    const result = await w.apply(gone);
    expect(outcomes(result).slice(0, 1)).toEqual(['release-stale-lock/2: done']);
    expect(w.books()).toEqual({ core: { GLD: '5' } });
    expect(w.broker.submitted).toHaveLength(1);
  });
});
