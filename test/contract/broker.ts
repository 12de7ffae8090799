/** What hgctl relies on from every broker: one suite for all implementations of the port. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMoney, valueOf, type Money, type Quantity } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Side } from '../../src/domain/names.ts';
import { isTerminal, type BrokerOrder } from '../../src/observed/broker-view.ts';
import type { Broker, OrderRequest, SubmitAnswer } from '../../src/reconciler/ports.ts';

/** A new account with cash only, in an open market, without margin and without shorts. */
interface BrokerAccountSpec {
  /** Decimal dollars. */
  readonly cash: string;
  /** Every order that has more than one share fills in more than one step, or none does. */
  readonly partialFills: 'always' | 'never';
}

interface BrokerHarness {
  readonly broker: Broker;
  /** Lets so many milliseconds of the broker's time pass. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** A trade by hand, filled at once. */
  readonly tradeOutside: (symbol: string, side: Side, quantity: Quantity) => Promise<void>;
  /** Everything that the broker keeps, as text. */
  readonly stored: () => string;
  readonly dispose: () => void;
}

type MakeBroker = (spec: BrokerAccountSpec) => Promise<BrokerHarness>;

/** Longer than any order of the suite takes to become final. */
const LONG = 60_000;
const SYMBOL = 'AAPL';
const CASH = '100000.00';

export function brokerConformance(name: string, makeBroker: MakeBroker): void {
  describe(`${name} keeps the contract of a broker`, () => {
    let harness: BrokerHarness;
    let broker: Broker;

    const open = async (partialFills: BrokerAccountSpec['partialFills']): Promise<void> => {
      harness = await makeBroker({ cash: CASH, partialFills });
      broker = harness.broker;
    };
    const bought = async (count: number): Promise<BrokerOrder> => {
      created(await broker.submit(order('hg-conformance-bought', 'buy', count)));
      await harness.pass(LONG);
      return found('hg-conformance-bought');
    };
    const found = async (clientOrderId: string): Promise<BrokerOrder> => {
      const known = await broker.orderByClientId(clientOrderId);
      if (known === null) throw new Error(`the broker does not know ${clientOrderId}`);
      return known;
    };
    /** The order as it looks every few milliseconds until it is final. */
    const followed = async (clientOrderId: string): Promise<BrokerOrder[]> => {
      const seen = [await found(clientOrderId)];
      for (let waited = 0; waited < LONG; waited += 5) {
        const last = seen.at(-1);
        if (last !== undefined && isTerminal(last.status)) return seen;
        await harness.pass(5);
        seen.push(await found(clientOrderId));
      }
      throw new Error(`${clientOrderId} is not final after ${LONG} ms`);
    };

    beforeEach(() => open('never'));
    afterEach(() => harness.dispose());

    test('a new account has its cash, and nothing else', async () => {
      const cash = parseMoney(CASH);
      expect(await broker.account()).toMatchObject({ cash, equity: cash, buyingPower: cash });
      expect(await broker.positions()).toEqual([]);
      expect(await broker.openOrders()).toEqual([]);
    });

    test('an order is created first, unfilled, and filled later', async () => {
      const answer = created(await broker.submit(order('hg-conformance-1', 'buy', 10)));
      expect(['pending_new', 'new', 'accepted']).toContain(answer.status);
      expect(answer).toMatchObject({ clientOrderId: 'hg-conformance-1', symbol: SYMBOL, side: 'buy' });
      expect(answer.filledQuantity).toBe(0);
      expect(answer.averagePrice).toBeNull();
      expect(await broker.positions()).toEqual([]);
      expect((await broker.openOrders()).map((each) => each.brokerOrderId)).toEqual([answer.brokerOrderId]);

      const seen = await followed('hg-conformance-1');
      expect(seen.map((each) => each.status)).toContain('new');
      expect(seen.at(-1)).toMatchObject({
        brokerOrderId: answer.brokerOrderId,
        status: 'filled',
        filledQuantity: shares(10),
      });
      expect(await broker.openOrders()).toEqual([]);
      const [position] = await broker.positions();
      expect(position).toMatchObject({ symbol: SYMBOL, quantity: shares(10), available: shares(10) });
    });

    test('a fill moves its value from cash to the position', async () => {
      const before = await broker.account();
      const filled = await bought(10);
      const after = await broker.account();
      if (filled.averagePrice === null) throw new Error('filled without a price');
      expect(before.cash - after.cash).toBe(valueOf(shares(10), filled.averagePrice));
    });

    test('an order that fills in steps only ever grows, and its executions add up to it', async () => {
      harness.dispose();
      await open('always');
      const before = (await broker.clock()).now;
      const { brokerOrderId } = created(await broker.submit(order('hg-conformance-parts', 'buy', 30)));
      const seen = await followed('hg-conformance-parts');
      const cumulative = seen.map((each) => each.filledQuantity);
      expect(cumulative).toEqual([...cumulative].sort((a, b) => a - b));
      expect(seen.map((each) => each.status)).toContain('partially_filled');
      expect(seen.at(-1)).toMatchObject({ status: 'filled', filledQuantity: shares(30) });
      const executions = (await broker.history(before)).filter(
        (fill) => fill.brokerOrderId === brokerOrderId,
      );
      expect(executions.length).toBeGreaterThan(1);
      expect(executions.reduce((sum, fill) => sum + fill.quantity, 0)).toBe(shares(30));
    });

    test.each(['while it is open', 'after it was filled', 'after it was canceled'])(
      'a client order id is refused a second time %s',
      async (when) => {
        const first = created(await broker.submit(order('hg-conformance-twice', 'buy', 1)));
        if (when === 'after it was canceled') await broker.cancel(first.brokerOrderId);
        if (when !== 'while it is open') await harness.pass(LONG);
        const second = await broker.submit(order('hg-conformance-twice', 'buy', 2));
        expect(second).toMatchObject({ kind: 'refused', code: 'DuplicateClientOrderId' });
        expect((await found('hg-conformance-twice')).quantity).toBe(shares(1));
      },
    );

    test('what the account cannot pay is refused, and leaves no order', async () => {
      const answer = await broker.submit(order('hg-conformance-dear', 'buy', 1_000_000));
      expect(answer).toMatchObject({ kind: 'refused', code: 'InsufficientBuyingPower' });
      expect(await broker.orderByClientId('hg-conformance-dear')).toBeNull();
    });

    test('an open buy reserves its value at once', async () => {
      const before = await broker.account();
      created(await broker.submit(order('hg-conformance-reserve', 'buy', 10)));
      const during = await broker.account();
      expect(during.buyingPower).toBeLessThan(before.buyingPower);
      expect(during.buyingPower).toBeGreaterThanOrEqual(0);
    });

    test('more than is held is refused', async () => {
      await bought(10);
      const answer = await broker.submit(order('hg-conformance-over', 'sell', 11));
      expect(answer).toMatchObject({ kind: 'refused', code: 'InsufficientQuantity' });
    });

    test('what is not held is refused: an exit never opens a short position', async () => {
      const answer = await broker.submit(order('hg-conformance-short', 'sell', 1));
      expect(answer).toMatchObject({ kind: 'refused', code: 'ShortNotAllowed' });
      expect(await broker.positions()).toEqual([]);
    });

    test('says of every symbol that it is asked for why it cannot be sold short', async () => {
      const assets = await broker.assets([SYMBOL, 'KO']);
      expect([...assets.keys()].sort()).toEqual([SYMBOL, 'KO']);
      for (const { notShortable } of assets.values()) expect(notShortable).toMatch(/short/);
    });

    test('an order that opens does not reduce what is held', async () => {
      await bought(10);
      const wrong = { ...order('hg-conformance-intent', 'sell', 5), reduceOnly: false };
      expect(await broker.submit(wrong)).toMatchObject({ kind: 'refused' });
      expect(await broker.positions()).toMatchObject([{ quantity: shares(10), available: shares(10) }]);
    });

    test('shares of an open sell are held until it is final', async () => {
      await bought(10);
      created(await broker.submit(order('hg-conformance-sell', 'sell', 6)));
      const [position] = await broker.positions();
      expect(position).toMatchObject({ quantity: shares(10), available: shares(4) });
      const tooMuch = await broker.submit(order('hg-conformance-sell-2', 'sell', 5));
      expect(tooMuch).toMatchObject({ kind: 'refused', code: 'InsufficientQuantity' });
      created(await broker.submit(order('hg-conformance-sell-3', 'sell', 4)));
      await harness.pass(LONG);
      expect(await broker.positions()).toEqual([]);
    });

    test('an order against an open one of the same symbol is refused', async () => {
      await bought(10);
      created(await broker.submit(order('hg-conformance-sell', 'sell', 1)));
      const answer = await broker.submit(order('hg-conformance-against', 'buy', 1));
      expect(answer).toMatchObject({ kind: 'refused', code: 'WashTrade' });
    });

    test('a symbol that does not exist is refused', async () => {
      const answer = await broker.submit({ ...order('hg-conformance-odd', 'buy', 1), symbol: 'no such' });
      expect(answer).toMatchObject({ kind: 'refused', code: 'UnknownSymbol' });
    });

    test('a cancel is a request: the order is final only later', async () => {
      const { brokerOrderId } = created(await broker.submit(order('hg-conformance-cancel', 'buy', 10)));
      expect(await broker.cancel(brokerOrderId)).toEqual({ kind: 'requested' });
      expect(isTerminal((await found('hg-conformance-cancel')).status)).toBe(false);
      const last = (await followed('hg-conformance-cancel')).at(-1);
      expect(['canceled', 'filled']).toContain(last?.status);
      const held = (await broker.positions()).reduce((sum, position) => sum + position.quantity, 0);
      expect(held).toBe(last?.filledQuantity);
    });

    test('a cancel of a final order says so', async () => {
      const { brokerOrderId } = await bought(1);
      expect(await broker.cancel(brokerOrderId)).toEqual({ kind: 'already-final' });
    });

    test('the history has every execution after a moment once, oldest first, ours or not', async () => {
      const start = (await broker.clock()).now;
      const { brokerOrderId } = await bought(10);
      const middle = (await broker.clock()).now;
      await harness.tradeOutside(SYMBOL, 'sell', shares(4));
      const all = await broker.history(start);
      expect(all.map((fill) => [fill.side, fill.quantity])).toEqual([
        ['buy', shares(10)],
        ['sell', shares(4)],
      ]);
      expect(all[0]?.brokerOrderId).toBe(brokerOrderId);
      expect(new Set(all.map((fill) => fill.id)).size).toBe(2);
      expect((await broker.history(middle)).map((fill) => fill.side)).toEqual(['sell']);
      expect(await broker.history(all[1]?.time ?? middle)).toEqual([]);
      expect(await broker.history(plus(all[0]?.time ?? middle, -1))).toEqual(all);
    });

    test('a trade by hand shows in positions and cash, under an id that is not ours', async () => {
      const before = await broker.account();
      const start = (await broker.clock()).now;
      await harness.tradeOutside(SYMBOL, 'buy', shares(3));
      const [fill] = await broker.history(start);
      if (fill === undefined) throw new Error('no execution');
      expect(await broker.positions()).toMatchObject([{ symbol: SYMBOL, quantity: shares(3) }]);
      expect((await broker.account()).cash).toBe((before.cash - valueOf(shares(3), fill.price)) as Money);
      expect(await broker.openOrders()).toEqual([]);
      expect(fill.brokerOrderId.startsWith('hg-')).toBe(false);
    });

    test('an order that nobody sent is unknown', async () => {
      expect(await broker.orderByClientId('hg-conformance-never')).toBeNull();
    });

    test('the market is open within its session', async () => {
      const clock = await broker.clock();
      expect(clock.isOpen).toBe(true);
      expect(clock.session.open).toBeLessThanOrEqual(clock.now);
      expect(clock.now).toBeLessThan(clock.session.close);
    });

    test('reading changes nothing that is kept', async () => {
      created(await broker.submit(order('hg-conformance-read', 'buy', 10)));
      const kept = harness.stored();
      await harness.pass(LONG);
      const { now } = await broker.clock();
      await Promise.all([broker.account(), broker.positions(), broker.openOrders(), broker.history(now)]);
      expect((await found('hg-conformance-read')).status).toBe('filled');
      expect(harness.stored()).toBe(kept);
    });
  });
}

function order(clientOrderId: string, side: Side, count: number): OrderRequest {
  return { clientOrderId, symbol: SYMBOL, side, quantity: shares(count), reduceOnly: side === 'sell' };
}

function shares(count: number): Quantity {
  return (count * 1_000_000_000) as Quantity;
}

function created(answer: SubmitAnswer): BrokerOrder {
  if (answer.kind !== 'created') throw new Error(`not created: ${JSON.stringify(answer)}`);
  return answer.order;
}
