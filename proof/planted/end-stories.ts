/** Stories of what has to end first: sales before what they pay for, and orders that do not fill in their time. A part of the table in stories.ts. */
import { SHARE } from '../invariants/account.ts';
import { APPLY, declare, misbehave, settle, type Targets } from '../machine/trader.ts';
import { Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

/** What two strategies want, one after the other: what the second plan sells pays for what it buys. */
interface Exchange {
  readonly first: Readonly<Record<'core' | 'mp', Targets>>;
  readonly then: Readonly<Record<'core' | 'mp', Targets>>;
  readonly fillDelay: string;
}

/** A share is some 276 dollars (VTI), 286 (BND), 340 (AAPL), 252 (GLD): most of it is spent. */
const CASH = '10000.00';
const SYMBOLS = { core: ['VTI', 'BND'], mp: ['AAPL', 'GLD'] } as const;

const EXCHANGES: readonly Exchange[] = [
  // Of one strategy.
  {
    first: { core: { VTI: 35 }, mp: { GLD: 1 } },
    then: { core: { VTI: 5, BND: 28 }, mp: { GLD: 1 } },
    fillDelay: '3s',
  },
  // The one that sells has its turn first by its name, or last.
  {
    first: { core: { VTI: 35 }, mp: { GLD: 1 } },
    then: { core: { VTI: 5 }, mp: { GLD: 1, AAPL: 22 } },
    fillDelay: '3s',
  },
  {
    first: { core: { BND: 1 }, mp: { AAPL: 28 } },
    then: { core: { BND: 1, VTI: 25 }, mp: { AAPL: 7 } },
    fillDelay: '3s',
  },
  {
    first: { core: { VTI: 16 }, mp: { AAPL: 16 } },
    then: { core: { BND: 17 }, mp: { GLD: 18 } },
    fillDelay: '10s',
  },
  // There is money for it, too.
  {
    first: { core: { VTI: 10 }, mp: { GLD: 1 } },
    then: { core: { VTI: 5, BND: 10 }, mp: { GLD: 1 } },
    fillDelay: '10s',
  },
];

/** What becomes of an order of 40 that does not fill in its time, and of the requests to cancel it. */
interface Cancel {
  readonly order: object;
  readonly cancel: readonly object[];
  /** It fills while the first request to cancel it is on its way. */
  readonly isOvertaken?: true;
}

const PART = { fills: '15' };
const LATE = { fillAfter: '24s' };

const CANCELS: readonly Cancel[] = [
  { order: PART, cancel: [{ effect: 'answer-lost' }] },
  { order: PART, cancel: [{ effect: 'unavailable', times: 2 }] },
  { order: PART, cancel: [{ effect: 'unavailable', times: 9 }] },
  { order: PART, cancel: [{ effect: 'stuck' }] },
  { order: PART, cancel: [{ effect: 'rate-limited', retryAfter: '5s', times: 2 }] },
  { order: LATE, cancel: [], isOvertaken: true },
  { order: LATE, cancel: [{ effect: 'unavailable', times: 2 }] },
  { order: { ...LATE, ...PART }, cancel: [{ effect: 'answer-lost' }], isOvertaken: true },
];

const FILL_TIMEOUT = 20 * SECOND;

export const END_STORIES: readonly Story[] = [
  {
    name: 'paid with a sale',
    sentence:
      'What a strategy is to buy is paid with what it sells itself, or another one does, in the same plan.',
    variants: EXCHANGES.length,
    tell: async (seed, variant) => {
      const { first, then, fillDelay } = numbered(EXCHANGES, variant);
      const mostWanted = { VTI: 35, BND: 28, AAPL: 28, GLD: 18 };
      const scene = new Scene({ seed: seed + variant, mostWanted });
      const { machine, guard } = scene;
      settle(machine, ['core', 'mp'], { broker: { cash: CASH, fillDelay } });
      for (const wanted of [first, then]) {
        declare(machine, 'core', { universe: SYMBOLS.core, targets: wanted.core });
        declare(machine, 'mp', { universe: SYMBOLS.mp, targets: wanted.mp });
        await machine.run(APPLY);
        guard.note('one-plan-is-enough', whatIsMissing(scene, wanted));
      }
      return scene.rest();
    },
  },
  {
    name: 'a cancel that is lost',
    sentence:
      'An order does not fill in its time, and the request to cancel it is lost, or its answer, or it comes too late.',
    variants: CANCELS.length,
    tell: async (seed, variant) => {
      const { order, cancel, isOvertaken } = numbered(CANCELS, variant);
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core'], { execution: { fillTimeout: `${FILL_TIMEOUT / SECOND}s` } });
      declare(machine, 'core', { universe: ['VTI'], targets: { VTI: 40 } });
      misbehave(machine, [
        { on: 'submit', effect: 'order', ...order },
        ...cancel.map((fault) => ({ on: 'cancel', ...fault })),
      ]);
      const started = machine.loop.now;
      const process = machine.start(APPLY);
      scene.at = ({ kind, phase }) => {
        if (isOvertaken !== true || kind !== 'request' || phase !== 'before') return;
        if (machine.loop.now > started + FILL_TIMEOUT) process.pausedUntil ??= machine.loop.now + 5 * SECOND;
      };
      await scene.end(process);
      const broken = await scene.rest();
      guard.note('same-end', whatIsMissing(scene, { core: { VTI: 40 } }));
      return broken;
    },
  },
];

/** Of what each of them is to own, and nothing besides. */
function whatIsMissing({ guard }: Scene, wanted: Readonly<Record<string, Targets>>): string | null {
  for (const [name, targets] of Object.entries(wanted)) {
    const book = guard.watcher.ledger.books.get(name);
    for (const symbol of new Set([...Object.keys(targets), ...(book?.keys() ?? [])])) {
      const owned = (book?.get(symbol)?.quantity ?? 0) / SHARE;
      const shares = targets[symbol] ?? 0;
      if (owned !== shares) return `${name} owns ${owned} ${symbol}, and wants ${shares}`;
    }
  }
  return null;
}

function numbered<Item>(items: readonly Item[], number: number): Item {
  const item = items[number];
  if (item === undefined) throw new Error(`there is no variant ${number}`);
  return item;
}
