/** What it takes a small world to see, in each of its states. A part of the table in table.ts. */
import type { SimulatedOrder } from '../../src/broker/simulated-state.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import { attribute } from '../../src/observed/attribution.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import type { Written } from '../machine/watcher.ts';
import type { Sent } from '../states/checks.ts';
import type { Recorder } from '../states/pass.ts';
import { EXECUTION, symbolsOf } from '../states/scope.ts';
import { bookedOf, heldBy, notBooked, ofOthers, onTheirWay, shares, wantedOf } from '../states/shares.ts';
import { accountNow, nowOf, type World } from '../states/world.ts';
import type { Named, Verdict } from './invariant.ts';

export type SmallInvariant = Named &
  (
    | { readonly at: 'record'; readonly check: (run: Recorder, written: Written) => Verdict }
    | { readonly at: 'order'; readonly check: (run: Recorder, sent: Sent, order: SimulatedOrder) => Verdict }
    | { readonly at: 'state'; readonly check: (world: World) => Verdict }
    /** Checked by who follows a state to its rest, and by who sees a pass end. */
    | { readonly at: 'rest' | 'exit' }
  );

export const SMALL_INVARIANTS: readonly SmallInvariant[] = [
  {
    name: 'no-more-than-its-target',
    sentence:
      'No purchase brings what is held and on its way beyond the target of the manifests by which its sender acts.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'two processes', 'edit'],
    at: 'order',
    check: ({ desired, world }, { before }, { symbol, side, quantity }) => {
      if (side === 'sell') return null;
      const unmanaged = Math.max(0, ofOthers(world.ledger, before, symbol));
      const target = wantedOf(desired.strategies, symbol) + unmanaged;
      const most = heldBy(before, symbol) + onTheirWay(before, symbol) + quantity;
      return most > target ? `${shares(most)} ${symbol} where ${shares(target)} are wanted` : null;
    },
  },
  {
    name: 'by-the-newest-manifests',
    sentence:
      'No order goes out by manifests that others had replaced before the lock of its sender was taken.',
    attackedBy: ['edit', 'two processes', 'pause past expiry'],
    at: 'order',
    check: ({ desired, world: { ledger } }, _, { clientOrderId }) => {
      const { lock, revision } = ledger;
      if (lock === null || revision === null || revision.digest === desired.digest) return null;
      return revision.acceptedAt <= lock.acquired ? `${clientOrderId} follows older manifests` : null;
    },
  },
  {
    name: 'no-older-manifests-are-accepted',
    sentence: 'Nobody accepts manifests that were read before others were accepted.',
    attackedBy: ['edit', 'two processes', 'pause past expiry'],
    at: 'record',
    check: ({ acceptedBefore }, { record: { event }, before: { revision } }) =>
      event.type === 'revision-accepted' && (revision?.number ?? null) !== acceptedBefore
        ? `revision ${String(revision?.number)} is replaced by what was read when ${String(acceptedBefore)} was in force`
        : null,
  },
  {
    name: 'switched-off-is-off',
    sentence: 'Nobody decides on an entry of a strategy that the toggle file as it has read it turns off.',
    attackedBy: ['operator', 'two processes', 'crash'],
    at: 'record',
    check: ({ desired }, { record: { event } }) => {
      if (event.type !== 'intent' || !isEntry(event.purpose)) return null;
      const strategy = desired.strategies.find(({ name }) => name === event.strategy);
      const isOn = strategy?.toggle?.enabled === true && !strategy.toggle.shutdownRequested;
      return isOn ? null : `an entry of ${event.strategy}, which is off: ${event.clientOrderId}`;
    },
  },
  {
    name: 'enters-its-universe-only',
    sentence: 'No entry of a strategy is in a symbol that its manifest does not give to it.',
    attackedBy: ['edit', 'two processes'],
    at: 'record',
    check: ({ desired }, { record: { event } }) => {
      if (event.type !== 'intent' || !isEntry(event.purpose)) return null;
      const strategy = desired.strategies.find(({ name }) => name === event.strategy);
      return strategy?.universe.has(event.symbol) === true
        ? null
        : `${event.strategy} enters ${event.symbol}, which is not its own`;
    },
  },
  {
    name: 'books-add-up',
    sentence: 'Books + settling + unmanaged + missing are what the broker holds, of every symbol.',
    attackedBy: ['crash', 'partial fill', 'outside trade'],
    at: 'state',
    check: (world) => {
      const { ledger, scope } = world;
      const account = accountNow(world);
      const positions = new Map(
        [...account.positions].map(([symbol, { quantity, averagePrice }]) => [
          symbol,
          { symbol, quantity, averagePrice, marketPrice: averagePrice, available: quantity },
        ]),
      );
      const { differences } = attribute(ledger, positions, nowOf(world), EXECUTION.settleWindow);
      for (const symbol of symbolsOf(scope)) {
        const { settling, unmanaged, missing } = differences.get(symbol) ?? NO_DIFFERENCE;
        const sum = bookedOf(ledger, symbol) + settling + unmanaged + missing;
        const held = heldBy(account, symbol);
        if (sum !== held) return `${shares(sum)} ${symbol} add up where ${shares(held)} are held`;
      }
      return null;
    },
  },
  {
    name: 'every-share-is-explained',
    sentence:
      'What the broker holds beyond the books is exactly what fills of ours that are not booked yet and the trades of others since the last sync have brought.',
    attackedBy: ['crash', 'partial fill', 'lost answer', 'outside trade', 'pause past expiry'],
    at: 'state',
    check: (world) => {
      const { ledger, scope } = world;
      const account = accountNow(world);
      for (const symbol of symbolsOf(scope)) {
        const beyond = heldBy(account, symbol) - bookedOf(ledger, symbol);
        const known = notBooked(ledger, account, symbol) + ofOthers(ledger, account, symbol);
        if (beyond !== known)
          return `the broker holds ${shares(beyond)} ${symbol} beyond the books, and ${shares(known)} are known of`;
      }
      return null;
    },
  },
  {
    name: 'small-world-comes-to-rest',
    sentence:
      'From every state, with no more faults, a few passes (and a later session) reach the targets: nothing is open, the lock is free, and one more pass does nothing.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'operator', 'pause past expiry'],
    at: 'rest',
  },
  {
    name: 'pass-ends-in-order',
    sentence: 'A pass ends by itself, or because somebody else holds the lock, and by nothing else.',
    attackedBy: ['crash', 'two processes', 'pause past expiry'],
    at: 'exit',
  },
];

const NONE = 0 as Quantity;
const NO_DIFFERENCE = { settling: NONE, unmanaged: NONE, missing: NONE };
