/** Journals of any shape: valid in their chain, careless in their content. */
import { fc } from '../../support/law.ts';
import type { Money, Price, Quantity, Ratio } from '../../../src/domain/decimal.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { JournalEvent, JournalRecord } from '../../../src/observed/events.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const instant = fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }).map((at) => at as Instant);
const quantity = fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }).map((n) => n as Quantity);
const amount = fc.integer({ min: 1, max: 5_000_000_000 }).map((n) => n as Quantity);
const price = fc.integer({ min: 1, max: 900_000_000 }).map((n) => n as Price);
const money = fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }).map((n) => n as Money);
const value = fc.integer({ min: 1, max: 5_000_000_000 }).map((n) => n as Money);
const strategy = fc.constantFrom('core', 'omr', 'mp', 'constructor');
const symbol = fc.constantFrom('VTI', 'BND', 'BRK.B');
const clientOrderId = fc.constantFrom('o1', 'o2', 'o3', 'o4');
const slot = fc.constantFrom('core/2025-12-02/entry', 'omr/2025-12-02/exit');
const sessionDate = fc.constantFrom('2025-12-02', '2025-12-03');
const fence = fc.integer({ min: 1, max: 3 });
const ratio = fc.record({ from: fc.integer({ min: 1, max: 20 }), to: fc.integer({ min: 1, max: 20 }) });
const anchor = fc.record({ at: instant, unmanaged: quantity });
const orderId = fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }));
const words = fc.string({ unit: 'grapheme', maxLength: 12 });
const owner = fc.record({ pid: fc.nat(), started: words, bootId: words, host: words });
const type = fc.constant;

const lot = fc.record({
  strategy,
  symbol,
  quantity: quantity.filter((n) => n !== 0),
  cost: money,
  since: instant,
  orderId,
});

const events = {
  sealed: fc.record({ type: type('sealed' as const), next: fc.constant(2) }),
  checkpoint: fc.record({ type: type('checkpoint' as const), state: fc.constant({}) }),
  genesis: fc.record({
    type: type('genesis' as const),
    accountId: words,
    environment: fc.constantFrom('simulated' as const, 'paper' as const),
    broker: fc.constantFrom('simulated' as const, 'alpaca' as const),
  }),
  'books-opened': fc.record({
    type: type('books-opened' as const),
    source: fc.constantFrom('empty' as const, 'state-file' as const),
    lots: fc.array(lot, { maxLength: 4 }),
    lastExecution: fc.array(fc.record({ strategy, at: instant }), { maxLength: 2 }),
    historySince: instant,
    unmanaged: fc.array(fc.record({ symbol, quantity }), { maxLength: 2 }),
  }),
  'revision-accepted': fc.record({
    type: type('revision-accepted' as const),
    digest: words,
    strategies: fc.array(
      fc.record({
        name: strategy,
        lifecycle: fc.constantFrom('active' as const, 'planned' as const),
        schedule: fc.constant([]),
      }),
      {
        maxLength: 3,
      },
    ),
    account: fc.record({ file: words, name: words, settings: fc.constant(TEST_ACCOUNT) }),
  }),
  'strategy-pruned': fc.record({ type: type('strategy-pruned' as const), strategy }),
  'strategy-renamed': fc
    .record({ type: type('strategy-renamed' as const), from: strategy })
    .map((event) => ({ ...event, to: 'renamed' })),
  'drain-requested': fc.record({
    type: type('drain-requested' as const),
    strategy,
    close: fc.boolean(),
    by: words,
  }),
  'drain-completed': fc.record({
    type: type('drain-completed' as const),
    strategy,
    leftovers: fc.array(symbol, { maxLength: 2 }),
  }),
  'drain-lifted': fc.record({ type: type('drain-lifted' as const), strategy, by: words }),
  'strategy-suspended': fc.record({
    type: type('strategy-suspended' as const),
    strategy,
    reason: words,
    by: words,
    until: fc.option(instant),
  }),
  'strategy-resumed': fc.record({ type: type('strategy-resumed' as const), strategy, by: words }),
  halted: fc.record({
    type: type('halted' as const),
    mode: fc.constantFrom('hold' as const, 'cancel' as const, 'flatten' as const),
    reason: words,
    by: words,
  }),
  unhalted: fc.record({ type: type('unhalted' as const), reason: words, by: words }),
  'lock-acquired': fc.record({
    type: type('lock-acquired' as const),
    fence,
    lockId: words,
    holder: strategy,
    owner,
    acquired: instant,
    expires: instant,
    expiresMonotonic: fc.nat(),
  }),
  'lock-released': fc.record({ type: type('lock-released' as const), fence }),
  'lock-unlocked': fc.record({ type: type('lock-unlocked' as const), lockId: words, by: words }),
  'order-handed-over': fc.record({ type: type('order-handed-over' as const), fence, clientOrderId }),
  'order-reopened': fc.record({
    type: type('order-reopened' as const),
    fence,
    clientOrderId,
    brokerOrderId: words,
    contained: quantity,
    containedValue: money,
  }),
  released: fc.record({
    type: type('released' as const),
    strategy,
    symbol,
    quantity,
    reason: words,
    anchor,
  }),
  'lots-set': fc.record({
    type: type('lots-set' as const),
    cause: fc.constantFrom('state-file' as const, 'split' as const),
    reason: words,
    lots: fc.array(lot, { maxLength: 2 }),
    anchors: fc.array(fc.record({ symbol, anchor }), { maxLength: 2 }),
  }),
  'targets-decided': fc.record({
    type: type('targets-decided' as const),
    fence,
    strategy,
    targets: fc.constant([]),
  }),
  intent: fc.record({
    type: type('intent' as const),
    clientOrderId,
    fence,
    strategy,
    symbol,
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: amount,
    purpose: fc.constantFrom('open' as const, 'close' as const),
    reason: words,
    estimate: price,
    sessionDate,
    key: words,
  }),
  'order-created': fc.record({
    type: type('order-created' as const),
    fence,
    clientOrderId,
    brokerOrderId: words,
  }),
  'order-unknown': fc.record({ type: type('order-unknown' as const), fence, clientOrderId, detail: words }),
  'order-unseen': fc.record({ type: type('order-unseen' as const), fence, clientOrderId }),
  'order-sent-again': fc.record({
    type: type('order-sent-again' as const),
    fence,
    clientOrderId,
    reason: words,
  }),
  'order-declined': fc.record({ type: type('order-declined' as const), fence, clientOrderId, detail: words }),
  'order-deferred': fc.record({ type: type('order-deferred' as const), fence, clientOrderId, detail: words }),
  fill: fc.record({
    type: type('fill' as const),
    fence,
    clientOrderId,
    brokerOrderId: words,
    quantity: amount,
    value,
    cumulative: amount,
    averagePrice: price,
    fee: value,
    at: instant,
    reportedAt: instant,
  }),
  'order-ended': fc.record({
    type: type('order-ended' as const),
    fence,
    clientOrderId,
    status: fc.constantFrom('filled' as const, 'refused' as const),
    detail: words,
  }),
  synced: fc.record({
    type: type('synced' as const),
    fence,
    strategy,
    symbol,
    from: quantity,
    to: quantity,
    price,
    evidence: fc.array(words, { maxLength: 2 }),
    anchor,
    sessionDate,
  }),
  adopted: fc.record({
    type: type('adopted' as const),
    strategy,
    symbol,
    quantity,
    cost: money,
    reason: words,
    anchor,
  }),
  'break-opened': fc.record({
    type: type('break-opened' as const),
    fence,
    symbol,
    kind: fc.constantFrom('missing-shares' as const, 'overfill' as const),
    detail: words,
  }),
  'symbol-resolved': fc.record({
    type: type('symbol-resolved' as const),
    symbol,
    reason: words,
    lots: fc.array(fc.record({ strategy, quantity, cost: fc.option(money) }), { maxLength: 2 }),
    price,
    seenPrice: price,
    anchor,
    sessionDate: fc.constant('2025-12-02'),
  }),
  'split-applied': fc.record({
    type: type('split-applied' as const),
    fence,
    symbol,
    splits: fc.array(fc.record({ date: sessionDate, ratio }), { maxLength: 2 }),
    lots: fc.array(fc.record({ strategy, from: quantity, to: quantity, cost: money }), { maxLength: 2 }),
    unmanaged: fc.record({ from: quantity, to: quantity }),
    seenPrice: price,
    evidence: fc.array(words, { maxLength: 2 }),
    anchor,
    sessionDate,
  }),
  'symbol-changed': fc.record({
    type: type('symbol-changed' as const),
    fence,
    symbol,
    to: symbol,
    date: sessionDate,
    lots: fc.array(fc.record({ strategy, quantity, cost: money }), { maxLength: 2 }),
    unmanaged: quantity,
    seenPrice: price,
    evidence: fc.array(words, { maxLength: 2 }),
    anchor,
    sessionDate,
  }),
  'slot-started': fc.record(
    {
      type: type('slot-started' as const),
      fence,
      slot,
      strategy,
      targets: fc.array(fc.record({ symbol, quantity, priority: fc.integer() }), { maxLength: 2 }),
      memory: fc.record({ signal: words, state: fc.record({ kind: words, days: fc.nat() }) }),
    },
    { requiredKeys: ['type', 'fence', 'slot', 'strategy', 'targets'] },
  ),
  'slot-ended': fc.record({
    type: type('slot-ended' as const),
    fence,
    slot,
    outcome: fc.constantFrom('done' as const, 'partial' as const),
  }),
  'slot-missed': fc.record({ type: type('slot-missed' as const), fence, slot, strategy }),
  'slot-triggered': fc.record({
    type: type('slot-triggered' as const),
    slot,
    strategy,
    by: fc.string(),
    reason: fc.string(),
  }),
  'data-missing': fc.record({
    type: type('data-missing' as const),
    slot,
    strategy,
    missing: fc.array(symbol, { maxLength: 2 }),
    stale: fc.array(symbol, { maxLength: 2 }),
  }),
  'signal-failed': fc.record({
    type: type('signal-failed' as const),
    slot,
    strategy,
    detail: fc.string(),
  }),
  'day-marked': fc.record({
    type: type('day-marked' as const),
    fence,
    session: sessionDate,
    kind: fc.constantFrom('start' as const, 'interim' as const, 'close' as const),
    at: instant,
    equity: money,
    cash: money,
    positions: fc.array(fc.record({ symbol, quantity, price: fc.option(price) }), { maxLength: 2 }),
    strategies: fc.array(
      fc.record({
        strategy,
        value: fc.option(money),
        cost: money,
        realised: money,
        fees: money,
        carried: money,
      }),
      { maxLength: 2 },
    ),
  }),
  'limit-latched': fc.record({
    type: type('limit-latched' as const),
    fence,
    strategy: fc.option(strategy),
    limit: fc.constantFrom('daily' as const, 'weekly' as const, 'drawdown' as const),
    session: sessionDate,
    loss: value,
    base: value,
    allowed: fc.constant(20_000 as Ratio),
  }),
  'limit-reset': fc.record({
    type: type('limit-reset' as const),
    strategy: fc.option(strategy),
    by: words,
    reason: words,
    equity: money,
    profit: money,
  }),
  'execution-ended': fc.record({ type: type('execution-ended' as const), fence, strategy, at: instant }),
} satisfies { readonly [Type in JournalEvent['type']]: fc.Arbitrary<Extract<JournalEvent, { type: Type }>> };

/** Every type; lock records more often, so that fences are current often enough to matter. */
const arbitraryEvent: fc.Arbitrary<JournalEvent> = fc.oneof(
  ...Object.values(events),
  ...[
    events['lock-acquired'],
    events.intent,
    events.intent,
    events.fill,
    events.fill,
    events['books-opened'],
  ],
);

/** One lock, one fence, and events that all carry it: nearly nothing is void. */
const arbitraryExecution: fc.Arbitrary<readonly JournalEvent[]> = fc
  .tuple(events['lock-acquired'], fc.array(arbitraryEvent, { maxLength: 30 }))
  .map(([lock, rest]) => [
    { ...lock, fence: 1 },
    ...rest
      .filter((event) => event.type !== 'lock-acquired' && event.type !== 'lock-released')
      .map((event) => ('fence' in event ? { ...event, fence: 1 } : event)),
  ]);

export const arbitraryEvents: fc.Arbitrary<readonly JournalEvent[]> = fc.oneof(
  arbitraryExecution,
  fc.array(arbitraryEvent, { maxLength: 30 }),
);

/** The records that a journal of these events holds, but for their places in a file. */
export function recordsOf(events: readonly JournalEvent[]): JournalRecord[] {
  return events.map((event, index) => ({
    v: 1,
    seq: index + 1,
    prev: index === 0 ? '' : `hash-${index}`,
    at: index,
    run: 'run',
    time: (1_764_709_200_000 + (index % 3) * 7_919) as Instant,
    mono: index,
    boot: 'boot',
    event,
    sum: `hash-${index + 1}`,
  }));
}
