import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulatedBroker, type SimulatedBrokerage } from '../../src/broker/simulated.ts';
import { simulatedFile } from '../../src/broker/simulated-file.ts';
import { freshState, type SimulatedSettings } from '../../src/broker/simulated-state.ts';
import { embeddedForm, IN_PROCESS } from '../../src/cli/conformance-embedded.ts';
import type { Price, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { PriceSource } from '../../src/market/price-source.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { brokerConformance } from '../contract/broker.ts';
import {
  buy,
  dollars,
  inTemporaryFolder,
  sell,
  SETTINGS,
  shares,
  START,
} from '../support/simulated-world.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const PRICES = syntheticPrices({ seed: 7, movement: 'constant' });

brokerConformance(embeddedForm(IN_PROCESS));

brokerConformance(
  embeddedForm({
    ...IN_PROCESS,
    name: 'the embedded broker, in its file',
    keep: (settings, now) => {
      const folder = mkdtempSync(join(tmpdir(), 'hgctl-conformance-'));
      return {
        store: simulatedFile(join(folder, 'broker.json'), () => freshState(settings, now)),
        stored: () =>
          readdirSync(folder)
            .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
            .join(''),
        drop: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  }),
);

interface World {
  readonly folder: string;
  readonly file: string;
  readonly clock: VirtualClock;
  /** Another process: a broker of its own on the same file. */
  readonly open: (options?: {
    settings?: Partial<SimulatedSettings>;
    prices?: Pick<PriceSource, 'priceAt'>;
  }) => SimulatedBrokerage;
}

function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'data', 'broker.json');
    const clock = virtualClock(START);
    const open: World['open'] = ({ settings, prices } = {}) =>
      simulatedBroker({ file, settings: { ...SETTINGS, ...settings }, clock, prices: prices ?? PRICES });
    return work({ folder, file, clock, open });
  });
}

describe('the file of the simulated broker', () => {
  test('is not made by reading, nor by an order that is refused', () =>
    inWorld(async ({ file, open }) => {
      const broker = open();
      await Promise.all([
        broker.account(),
        broker.positions(),
        broker.openOrders(),
        broker.history(0 as Instant),
      ]);
      await broker.clock();
      expect(existsSync(join(file, '..'))).toBe(false);
      expect(await broker.submit(sell('hg-1', 'AAPL', 1))).toMatchObject({ kind: 'refused' });
      expect(existsSync(file)).toBe(false);
    }));

  test('is private, and leaves neither a stage nor a lock behind', () =>
    inWorld(async ({ file, open }) => {
      await open().submit(buy('hg-1', 'AAPL', 1));
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
      expect(readdirSync(join(file, '..'))).toEqual(['broker.json']);
    }));

  test('is all that another process needs to see the same account', () =>
    inWorld(async ({ clock, open }) => {
      const first = open();
      await first.submit(buy('hg-1', 'AAPL', 10));
      clock.advance(60_000);
      const second = open();
      expect(await second.account()).toEqual(await first.account());
      expect(await second.positions()).toEqual(await first.positions());
      expect(await second.orderByClientId('hg-1')).toEqual(await first.orderByClientId('hg-1'));
      expect(await second.submit(buy('hg-1', 'AAPL', 10))).toMatchObject({ code: 'DuplicateClientOrderId' });
    }));

  test('holds against other settings: an account keeps its id and its cash', () =>
    inWorld(async ({ open }) => {
      const first = open();
      await first.submit(buy('hg-1', 'AAPL', 1));
      const second = open({ settings: { seed: 8, cash: dollars(5) } });
      const { id, cash } = await first.account();
      expect(await second.account()).toMatchObject({ id, cash });
    }));

  test('gets equal bytes from equal commands at equal times', async () => {
    const run = () =>
      new Promise<string>((resolve, reject) => {
        inWorld(async ({ file, clock, open }) => {
          const broker = open({ settings: { partialFills: 500_000 as Ratio } });
          for (const symbol of ['AAPL', 'MSFT', 'KO']) await broker.submit(buy(`hg-${symbol}`, symbol, 7));
          clock.advance(700);
          await broker.tradeOutside({ symbol: 'KO', side: 'buy', quantity: shares(1.5) });
          resolve(readFileSync(file, 'utf8'));
        }).catch(reject);
      });
    expect(await run()).toBe(await run());
  });

  test.each([
    ['is cut short', '{"version": 1, "acc', 'JSON'],
    ['has a newer version', JSON.stringify({ version: 2 }), 'version'],
    ['is empty', '', 'JSON'],
  ])('that %s is never an empty account', (_, text, reason) =>
    inWorld(async ({ file, open }) => {
      mkdirSync(join(file, '..'));
      writeFileSync(file, text);
      const broker = open();
      const reads = [
        broker.account(),
        broker.positions(),
        broker.openOrders(),
        broker.orderByClientId('hg-1'),
        broker.history(START),
        broker.clock(),
      ];
      for (const read of await Promise.allSettled(reads)) {
        const error: unknown = read.status === 'rejected' ? read.reason : undefined;
        expect(error).toBeInstanceOf(BrokerUnavailable);
        expect((error as Error).message).toContain(`${file} is not a simulated account`);
        expect((error as Error).message).toContain(reason);
      }
      const answer = await broker.submit(buy('hg-1', 'AAPL', 1));
      expect(answer).toMatchObject({ kind: 'refused', code: 'Refused' });
      expect(await broker.cancel('any')).toMatchObject({ kind: 'unknown' });
      expect(readFileSync(file, 'utf8')).toBe(text);
    }),
  );

  test('may not be writable: then an order is refused, and reading goes on', () =>
    inWorld(async ({ folder, open }) => {
      writeFileSync(join(folder, 'data'), 'a file where the folder should be');
      const answer = await open().submit(buy('hg-1', 'AAPL', 1));
      expect(answer).toMatchObject({ kind: 'refused', code: 'Refused' });
    }));
});

describe('the simulated broker', () => {
  test('answers orders that are sent at once one after the other, and loses none', () =>
    inWorld(async ({ clock, open }) => {
      const [a, b] = [open(), open()];
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? a : b).submit(buy(`hg-${n}`, 'KO', 1))),
      );
      expect(answers.map((answer) => answer.kind)).toEqual(Array(12).fill('created'));
      clock.advance(60_000);
      expect(await a.positions()).toMatchObject([{ symbol: 'KO', quantity: shares(12) }]);
    }));

  test('reports the price of its market, and what was paid where there is none any more', () =>
    inWorld(async ({ open }) => {
      await open().tradeOutside({ symbol: 'AAPL', side: 'buy', quantity: shares(1), price: dollars(50) });
      const [priced] = await open().positions();
      expect(priced).toMatchObject({
        averagePrice: dollars(50),
        marketPrice: PRICES.priceAt('AAPL', START)?.price,
      });
      const [unpriced] = await open({ prices: { priceAt: () => undefined } }).positions();
      expect(unpriced).toMatchObject({ averagePrice: dollars(50), marketPrice: dollars(50) });
    }));

  test('never rejects a submit, not even when its prices fail', () =>
    inWorld(async ({ open }) => {
      const prices: Pick<PriceSource, 'priceAt'> = {
        priceAt: () => {
          throw new Error('AAPL.csv:2: malformed');
        },
      };
      const answer = await open({ prices }).submit(buy('hg-1', 'AAPL', 1));
      expect(answer).toEqual({ kind: 'refused', code: 'Refused', message: 'AAPL.csv:2: malformed' });
    }));

  test('never goes back in time, even when the clock of the machine does', () =>
    inWorld(async ({ clock, open }) => {
      const broker = open();
      await broker.submit(buy('hg-1', 'AAPL', 1));
      clock.advance(-3_600_000);
      expect((await broker.clock()).now).toBe(START);
      const answer = await broker.submit(buy('hg-2', 'AAPL', 1));
      expect(answer).toMatchObject({ order: { submittedAt: START } });
    }));

  test('values an account by its prices, and lends up to the multiplier', () =>
    inWorld(async ({ open }) => {
      let price = dollars(100) as Price;
      const prices: Pick<PriceSource, 'priceAt'> = { priceAt: (_, asOf) => ({ price, asOf }) };
      const broker = open({ prices, settings: { multiplier: 2_000_000 as Ratio, cash: dollars(1_000) } });
      await broker.tradeOutside({ symbol: 'AAPL', side: 'buy', quantity: shares(15) });
      expect(await broker.account()).toMatchObject({
        cash: dollars(-500),
        equity: dollars(1_000),
        buyingPower: dollars(500),
      });
      price = dollars(40);
      expect(await broker.account()).toMatchObject({ equity: dollars(100), buyingPower: 0 });
    }));
});
