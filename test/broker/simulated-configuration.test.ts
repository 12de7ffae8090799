import { describe, expect, test } from 'vitest';
import { brokerageOf } from '../../src/broker/simulated.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { configurationOf, configure } from '../../src/broker/simulated-configuration.ts';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import { cancelOrder, submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { memoryStore } from '../../src/broker/simulated-store.ts';
import { plus } from '../../src/domain/instant.ts';
import { buy, dollars, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const SHORTING = venue({ shorting: { hardToBorrow: [] } });
const FRESH = freshState(SETTINGS, START);
const NO_SHORTING = configure(FRESH, { noShorting: true }).state;
const SUSPENDED = configure(FRESH, { suspendTrade: true }).state;
const SHORT = { ...sell('hg-1', 'KO', 3), reduceOnly: false };

const holding = (state: SimulatedState, count: number): SimulatedState => ({
  ...state,
  positions: new Map([['KO', { quantity: shares(count), averagePrice: dollars(100) }]]),
});

describe('the configuration of the account', () => {
  test('is off at first, and changes by what is named alone', () => {
    expect(configurationOf(FRESH)).toEqual({ noShorting: false, suspendTrade: false });
    const both = configure(NO_SHORTING, { suspendTrade: true });
    expect(both.answer).toEqual({ noShorting: true, suspendTrade: true });
    const one = configure(both.state, { noShorting: false });
    expect(one.answer).toEqual({ noShorting: false, suspendTrade: true });
    expect(configurationOf(one.state)).toEqual(one.answer);
    expect(configure(one.state, { suspendTrade: false }).state).toEqual(FRESH);
  });

  test.each([{}, { noShorting: true }, { suspendTrade: false }])(
    '%j that changes nothing is not written',
    (same) => {
      expect(configure(NO_SHORTING, same).state).toBe(NO_SHORTING);
    },
  );

  test('is in its file where it is on; where it was written as off, or not at all, it is off', () => {
    const { state } = configure(NO_SHORTING, { suspendTrade: true });
    expect(JSON.parse(formatDocument(state))).toMatchObject({ noShorting: true, suspendTrade: true });
    expect(parseDocument(formatDocument(state))).toEqual(state);
    expect(formatDocument(FRESH)).not.toMatch(/noShorting|suspendTrade/);
    const written = { ...(JSON.parse(formatDocument(FRESH)) as object), noShorting: false };
    expect(parseDocument(JSON.stringify(written))).toEqual(FRESH);
    const wrong = JSON.stringify({ ...written, suspendTrade: 'yes' });
    expect(() => parseDocument(wrong)).toThrow(/^suspendTrade: expected true or false/);
  });
});

describe('an account that is set to make no short sales', () => {
  test('opens none, whatever the manifest allows', () => {
    expect(submitOrder(FRESH, SHORT, START, SHORTING).answer.kind).toBe('created');
    const expected = {
      kind: 'refused',
      code: 'ShortNotAllowed',
      message: 'account is not allowed to short',
      body: { status: 403, code: 40310000 },
    };
    expect(submitOrder(NO_SHORTING, SHORT, START, SHORTING).answer).toMatchObject(expected);
    const short = holding(NO_SHORTING, -5);
    expect(submitOrder(short, SHORT, START, SHORTING).answer).toMatchObject(expected);
    const trade = { symbol: 'KO', side: 'sell' as const, quantity: shares(3) };
    expect(tradeOutside(NO_SHORTING, trade, START, SHORTING).answer).toMatchObject(expected);
  });

  test('still exits what is long, and what is short', () => {
    const long = holding(NO_SHORTING, 5);
    expect(submitOrder(long, sell('hg-1', 'KO', 5), START, SHORTING).answer.kind).toBe('created');
    const cover = { ...buy('hg-1', 'KO', 5), reduceOnly: true };
    expect(submitOrder(holding(NO_SHORTING, -5), cover, START, SHORTING).answer.kind).toBe('created');
  });

  test('says so before anybody plans a short', async () => {
    const broker = (state: SimulatedState) =>
      brokerageOf(memoryStore(state), {
        settings: SHORTING.settings,
        clock: virtualClock(START),
        prices: { priceAt: () => undefined },
      });
    expect(await broker(FRESH).assets(['KO'])).toEqual(new Map([['KO', { notShortable: null }]]));
    expect(await broker(NO_SHORTING).assets(['KO'])).toEqual(
      new Map([['KO', { notShortable: 'account is not allowed to short' }]]),
    );
  });
});

describe('an account of which trading is suspended', () => {
  const refused = {
    kind: 'refused',
    code: 'Refused',
    message: 'new orders are rejected by user request',
    body: { status: 403, code: 40310000 },
  };

  test.each([
    ['entry', SUSPENDED, buy('hg-1', 'KO', 1)],
    ['exit', holding(SUSPENDED, 5), sell('hg-1', 'KO', 5)],
  ])('takes no %s', (_, state, request) => {
    const answer = submitOrder(state, request, START, SHORTING);
    expect(answer.answer).toMatchObject(refused);
    expect(answer.state).toBe(state);
  });

  test('goes on with what it has taken before, and lets it be cancelled', () => {
    const open = submitOrder(FRESH, buy('hg-1', 'KO', 1), START, SHORTING).state;
    const { state } = configure(open, { suspendTrade: true });
    expect(advance(state, plus(START, 5_000)).orders[0]?.status).toBe('filled');
    expect(cancelOrder(state, state.orders[0]!.brokerOrderId, START).answer).toEqual({ kind: 'requested' });
  });

  test('does not keep a fault script from trading', () => {
    const trade = { symbol: 'KO', side: 'buy' as const, quantity: shares(1) };
    expect(tradeOutside(SUSPENDED, trade, START, SHORTING).answer).toMatchObject(refused);
    const freely = { ...trade, allowed: 'anything' as const };
    expect(tradeOutside(SUSPENDED, freely, START, SHORTING).answer.kind).toBe('created');
  });
});
