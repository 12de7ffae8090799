/** Hours of the exchange: two calendars that disagree, and work that does not fit before the close. */
import { describe, expect, test } from 'vitest';
import type { CalendarOverrides } from '../../src/domain/calendar.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { orderHours } from '../../src/reconciler/order-hours.ts';
import { holdsIn, ordersIn, world, type TestWorld } from '../support/world.ts';

const at = (time: string): Instant => Date.parse(`2025-12-02T${time}-05:00`) as Instant;
const EARLY: CalendarOverrides = { '2025-12-02': { open: '09:30', close: '13:00' } };
const CLOSED: CalendarOverrides = { '2025-12-02': 'closed' };
const LATE: CalendarOverrides = { '2025-12-02': { open: '11:00', close: '16:00' } };

function disagreeing(
  time: string,
  ours: CalendarOverrides | undefined,
  theirs: CalendarOverrides | undefined,
): Promise<TestWorld> {
  return world({
    now: at(time),
    prices: { VTI: '100', BND: '50' },
    ...(ours && { calendar: ours }),
    settings: { clock: 'exchange', ...(theirs && { calendar: theirs }) },
    strategies: { core: { targets: { VTI: '10', BND: '5' } } },
    books: { core: { BND: '9' } },
  });
}

describe('where the calendars differ, nothing is opened, and reductions need both to be open', () => {
  const REDUCTION = ['sell 4 BND (reduce)'];
  test.each<[string, string, CalendarOverrides | undefined, CalendarOverrides | undefined, string[]]>([
    ['they close early, before their close', '12:00:00', undefined, EARLY, REDUCTION],
    ['they close early, after their close', '14:00:00', undefined, EARLY, []],
    ['we close early, before our close', '12:00:00', EARLY, undefined, REDUCTION],
    ['we close early, 30 s before our close', '12:59:31', EARLY, undefined, []],
    ['we close early, after our close', '14:00:00', EARLY, undefined, []],
    ['they are closed', '12:00:00', undefined, CLOSED, []],
    ['we are closed', '12:00:00', CLOSED, undefined, []],
    ['we open late', '10:00:00', LATE, undefined, []],
    ['we have opened late', '11:30:00', LATE, undefined, REDUCTION],
  ])('%s', async (_, time, ours, theirs, orders) => {
    const home = await disagreeing(time, ours, theirs);
    const plan = await home.plan();
    expect(ordersIn(plan)).toEqual(orders);
    expect(holdsIn(plan).some((hold) => hold.endsWith(': CalendarMismatch'))).toBe(true);
    await home.apply();
    expect(home.broker.submitted).toHaveLength(orders.length);
  });

  test.each([
    ['both close early', '12:00:00', EARLY],
    ['both open late', '11:30:00', LATE],
    ['neither', '12:00:00', undefined],
  ])('%s: they agree', async (_, time, both) => {
    const plan = await (await disagreeing(time, both, both)).plan();
    expect(ordersIn(plan)).toEqual(['sell 4 BND (reduce)', 'buy 10 VTI (open)']);
    expect(holdsIn(plan)).toEqual([]);
  });
});

describe('orders may go out', () => {
  const session = { date: '2025-12-02', open: at('09:30:00'), close: at('16:00:00') };
  const clock = (time: string, more: Partial<Parameters<typeof orderHours>[0]> = {}) => ({
    now: at(time),
    isOpen: true,
    session,
    lastSubmit: at('15:59:30'),
    ...more,
  });
  const OURS = { ...session, open: at('11:00:00') };
  test('while both are open, until the first of two cut-offs', () => {
    expect(orderHours(clock('12:00:00'), undefined)).toEqual({
      isOpen: true,
      lastSubmit: at('15:59:30'),
      disagreement: null,
    });
    expect(orderHours(clock('12:00:00', { lastSubmit: at('15:50:00') }), undefined).lastSubmit).toBe(
      at('15:50:00'),
    );
    expect(orderHours(clock('12:00:00', { lastSubmit: at('15:59:59') }), undefined).lastSubmit).toBe(
      at('15:59:30'),
    );
  });
  test.each([
    ['not while the broker is closed', clock('12:00:00', { isOpen: false }), undefined, false],
    ['not before our own open', clock('10:59:59'), LATE, false],
    ['from it on', clock('11:00:00'), LATE, true],
    ['not on a day that is closed to us', clock('12:00:00'), CLOSED, false],
  ])('%s', (_, theirs, ours, isOpen) => {
    expect(orderHours(theirs, ours).isOpen).toBe(isOpen);
  });
  test.each([
    ['of the open', { open: at('09:00:00') }],
    ['of the close', { close: at('13:00:00') }],
    ['of the date', { date: '2025-12-03' }],
  ])('but a disagreement %s is told', (_, theirs) => {
    const { disagreement } = orderHours(clock('12:00:00', { session: { ...session, ...theirs } }), undefined);
    expect(disagreement).toEqual(session);
    expect(orderHours(clock('12:00:00'), LATE).disagreement).toEqual(OURS);
  });
  test('at any time of a broker without a cut-off, as it says', () => {
    const any = (isOpen: boolean) => orderHours(clock('12:00:00', { lastSubmit: null, isOpen }), CLOSED);
    expect([any(true), any(false)]).toEqual([
      { isOpen: true, lastSubmit: null, disagreement: null },
      { isOpen: false, lastSubmit: null, disagreement: null },
    ]);
  });
});

describe('work that cannot be finished before the close', () => {
  const symbols = Array.from({ length: 12 }, (_, index) => `S${index}`);
  const prices = Object.fromEntries(symbols.map((symbol) => [symbol, '10']));
  const targets = Object.fromEntries(symbols.map((symbol) => [symbol, '1']));
  const priorities = Object.fromEntries(symbols.map((symbol, index) => [symbol, 100 - index]));

  const buying = async (time: string): Promise<{ orders: string[]; told: string[] }> => {
    const home = await world({
      now: at(time),
      prices: { ...prices, OLD: '10' },
      settings: { clock: 'exchange' },
      strategies: { core: { targets: { ...targets, OLD: '1' }, priorities } },
      books: { core: { OLD: '3' } },
    });
    const plan = await home.plan();
    return { orders: ordersIn(plan), told: holdsIn(plan).filter((hold) => hold.includes('NoTime')) };
  };

  // One wave of reductions, then three of entries, 45 s each; the last order goes out at 15:59:30.
  test.each([
    ['three waves fit', '15:57:15', 12, 0],
    ['two fit', '15:57:16', 8, 4],
    ['one fits', '15:58:45', 4, 8],
    ['none fits', '15:58:46', 0, 12],
  ])('%s: the others are told before anything is sent, and exits go on', async (_, time, fit, held) => {
    const { orders, told } = await buying(time);
    expect(orders[0]).toBe('sell 2 OLD (reduce)');
    expect(orders.slice(1)).toEqual(symbols.slice(0, fit).map((symbol) => `buy 1 ${symbol} (open)`));
    expect(told).toHaveLength(held);
  });

  test('of a strategy that comes second counts what the first one takes', async () => {
    const home = await world({
      now: at('15:58:46'),
      prices,
      settings: { clock: 'exchange' },
      strategies: {
        first: { targets: { S0: '1' }, priority: 1 },
        second: { targets: { S1: '1' }, priority: 2 },
      },
    });
    expect(holdsIn(await home.plan())).toEqual(['second/S1: NoTimeBeforeClose']);
  });
});
