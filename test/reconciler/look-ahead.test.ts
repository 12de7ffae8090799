/** What a controller asks about corporate actions before a session opens, and when it does not. */
import { describe, expect, test } from 'vitest';
import { Announcements } from '../../src/actions/announcements.ts';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import { BrokerUnavailable, type Market } from '../../src/reconciler/ports.ts';
import { passOf, runFor } from '../support/control.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const WEDNESDAY = '2025-12-03';
const SPLIT: CorporateAction = { kind: 'split', date: WEDNESDAY, ratio: { from: 1, to: 10 } };

/** The books are those of the evening before. */
async function morning(time: string, facts: Partial<WorldFacts> = {}): Promise<TestWorld> {
  const home = await world({
    now: Date.parse('2025-12-02T17:00:00-05:00') as Instant,
    prices: { X: '1200', Y: '50' },
    settings: { clock: 'exchange' },
    strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
    books: { a: { X: '10' }, b: { Y: '8' } },
    ...facts,
  });
  await home.apply();
  home.clock.advance(Date.parse(`${WEDNESDAY}T${time}:00-05:00`) - home.clock.now());
  return home;
}

interface Watched {
  readonly asked: string[];
  readonly waits: readonly string[];
  readonly plans: readonly string[];
}

/** Each question about corporate actions, with its time. */
async function watched(home: TestWorld, minutes: number, answer?: Market['actions']): Promise<Watched> {
  const asked: string[] = [];
  const actions: Market['actions'] = (symbols, span) => {
    asked.push(`${formatLocal(home.clock.now()).slice(11, 16)} ${symbols.join(',')} to ${span.to}`);
    return (answer ?? home.ports.market.actions)(symbols, span);
  };
  const ports = { ...home.ports, market: { ...home.ports.market, actions } };
  const announcements = new Announcements();
  const { waits, passes } = await runFor({ ...home, ports }, minutes, {
    declared: () => ({ pass: { ...passOf({ ...home, ports }), announcements }, problems: [] }),
  });
  const plans = passes.flatMap(({ plan }) => (plan === null ? [] : [...ordersIn(plan), ...holdsIn(plan)]));
  return { asked, waits, plans };
}

describe('before the open', () => {
  test('a controller wakes a quarter of an hour before it, and asks once for all that is held', async () => {
    const home = await morning('09:13');
    const count = home.journal.records.length;
    const { asked, waits } = await watched(home, 16);
    expect(waits[0]).toBe('09:15:00');
    expect(asked).toEqual([`09:15 X,Y to ${WEDNESDAY}`]);
    expect(home.journal.records).toHaveLength(count);
  });

  test('no answer is asked for again, but no slot waits for it', async () => {
    const home = await morning('09:13');
    const down = (): Promise<never> => Promise.reject(new BrokerUnavailable('500'));
    const { asked } = await watched(home, 40, down);
    expect(asked.map((line) => line.slice(0, 5))).toEqual(['09:15', '09:20', '09:25']);
  });

  test('nobody is asked where nothing is held', async () => {
    const home = await morning('09:13', { books: {}, strategies: { a: { targets: {} } } });
    const { asked, waits } = await watched(home, 16);
    expect(asked).toEqual([]);
    expect(waits[0]).toBe('09:18:00');
  });

  test('what the broker has carried out is followed, and the exit of the open has the new shares', async () => {
    const home = await morning('09:13', {
      announced: { X: [SPLIT] },
      strategies: {
        a: {
          targets: { X: '10' },
          schedule: [{ at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE }],
        },
        b: { targets: { Y: '8' } },
      },
    });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await watched(home, 25);
    const sent = home.broker
      .state()
      .orders.map(
        ({ side, quantity, submittedAt }) =>
          `${side} ${String(quantity / 1e9)} ${formatLocal(submittedAt).slice(11)}`,
      );
    expect(sent).toEqual(['sell 100 09:31:00']);
    expect(home.books()).toEqual({ b: { Y: '8' } });
  });

  test('what it has not is said all day, and nothing is added', async () => {
    const home = (await morning('09:15', { announced: { X: [SPLIT] } })).with({
      a: { targets: { X: '12' } },
      b: { targets: { Y: '8' } },
    });
    const { asked, plans } = await watched(home, 40);
    expect(asked).toHaveLength(1);
    expect(new Set(plans)).toEqual(new Set(['a/X: SplitPending']));
    expect(home.books()).toEqual({ a: { X: '10' }, b: { Y: '8' } });
  });
});
