/** One event of each type, whole: every field that it can have. Each could be the next one of a journal behind a lock of fence 7. */
import type { Money, Price, Quantity, Ratio } from '../../../src/domain/decimal.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { EventOf, JournalEvent } from '../../../src/observed/events.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const at = 1_764_707_400_000 as Instant;
const sessionDate = '2025-12-02';
const strategy = 'fixed';
const symbol = 'VTI';
const slot = 'fixed/2025-12-02/rebalance/1555';
const fence = 7;
const clientOrderId = 'hg-fixed-20251202-plan-aaaaaaaaaaaaaaaa';
const brokerOrderId = 'b-1';
const reason = 'a reason';
const by = 'operator';
const detail = 'a detail';
const shares = (count: number): Quantity => (count * 1_000_000_000) as Quantity;
const dollars = (count: number): Money => (count * 1_000_000) as Money;
const price = (count: number): Price => (count * 1_000_000) as Price;
const anchor = { at, unmanaged: shares(3) };
const evidence = ['a trade of somebody else'];
const lot = {
  strategy,
  symbol,
  quantity: shares(2),
  cost: dollars(500),
  since: at,
  orderId: clientOrderId,
};
const latch = {
  strategy,
  limit: 'daily' as const,
  session: sessionDate,
  loss: dollars(5),
  base: dollars(100),
  allowed: 50_000 as Ratio,
};
const memory = { signal: 'pairs', state: { open: ['XOM', 'CVX'], days: 3 } };
const intent = {
  clientOrderId,
  fence,
  strategy,
  symbol,
  side: 'buy' as const,
  quantity: shares(2),
  purpose: 'increase' as const,
  reason,
  estimate: price(270),
  sessionDate,
  key: 'plan/VTI/buy',
};
const schedule = [
  { at: { kind: 'clock' as const, time: '15:55' }, action: 'rebalance' as const, window: 240_000 },
  { at: { kind: 'open' as const, offset: 60_000 }, action: 'entry' as const, window: 60_000 },
  { at: { kind: 'close' as const, offset: -300_000 }, action: 'exit' as const, window: 60_000 },
];

export const WHOLE_EVENTS: { readonly [Type in JournalEvent['type']]: EventOf<Type> } = {
  genesis: { type: 'genesis', accountId: 'SIM-1', environment: 'simulated', broker: 'simulated' },
  'books-opened': {
    type: 'books-opened',
    source: 'state-file',
    lots: [lot],
    lastExecution: [{ strategy, at }],
    historySince: at,
    unmanaged: [{ symbol: 'QQQ', quantity: shares(3) }],
    drains: [
      {
        strategy,
        close: true,
        by,
        since: at,
        state: 'pending',
        leftovers: [symbol],
        ends: 'when-done',
      },
    ],
    latches: [{ ...latch, since: at }],
    brakes: {
      halt: { mode: 'hold', reason, by, since: at },
      suspensions: [{ strategy, reason, by, since: at, until: at }],
    },
    memories: [{ strategy, ...memory }],
    shrunk: [{ symbol, sessionDate }],
  },
  'revision-accepted': {
    type: 'revision-accepted',
    digest: 'e988d8db',
    strategies: [{ name: strategy, lifecycle: 'active', schedule, follows: true }],
    account: {
      file: 'account.yaml',
      name: 'test',
      settings: {
        ...TEST_ACCOUNT,
        calendar: { '2025-12-03': 'closed', '2025-12-04': { open: '09:30', close: '12:00' } },
      },
    },
  },
  'strategy-pruned': { type: 'strategy-pruned', strategy },
  'strategy-renamed': { type: 'strategy-renamed', from: strategy, to: 'other' },
  'drain-requested': { type: 'drain-requested', strategy, close: true, by, ends: 'when-done' },
  'drain-completed': { type: 'drain-completed', strategy, leftovers: [symbol] },
  'drain-lifted': { type: 'drain-lifted', strategy, by },
  'strategy-suspended': { type: 'strategy-suspended', strategy, reason, by, until: at },
  'strategy-resumed': { type: 'strategy-resumed', strategy, by },
  halted: { type: 'halted', mode: 'hold', reason, by },
  unhalted: { type: 'unhalted', reason, by },
  'lock-acquired': {
    type: 'lock-acquired',
    fence,
    lockId: 'lock-7',
    holder: strategy,
    owner: { pid: 4_000_000, started: '1', bootId: 'boot', host: 'here' },
    acquired: at,
    expires: at,
    expiresMonotonic: 240_000.5,
  },
  'lock-released': { type: 'lock-released', fence },
  'lock-unlocked': { type: 'lock-unlocked', lockId: 'lock-7', by },
  intent: { type: 'intent', ...intent },
  'order-created': { type: 'order-created', fence, clientOrderId, brokerOrderId },
  'order-unknown': { type: 'order-unknown', fence, clientOrderId, detail },
  'order-unseen': { type: 'order-unseen', fence, clientOrderId },
  'order-sent-again': { type: 'order-sent-again', fence, clientOrderId, reason },
  'order-declined': { type: 'order-declined', fence, clientOrderId, detail },
  'order-deferred': { type: 'order-deferred', fence, clientOrderId, detail },
  'order-handed-over': { type: 'order-handed-over', fence, clientOrderId },
  'order-reopened': {
    type: 'order-reopened',
    fence,
    clientOrderId,
    brokerOrderId,
    contained: shares(1),
    containedValue: dollars(270),
    order: {
      intent,
      intendedAt: at,
      filled: shares(1),
      averagePrice: price(270),
      fills: [{ quantity: shares(1), value: dollars(270), fee: dollars(1), at }],
      detail,
      reportedAt: at,
    },
  },
  fill: {
    type: 'fill',
    fence,
    clientOrderId,
    brokerOrderId,
    quantity: shares(1),
    value: dollars(270),
    cumulative: shares(1),
    averagePrice: price(270),
    fee: dollars(1),
    at,
    reportedAt: at,
  },
  'order-ended': { type: 'order-ended', fence, clientOrderId, status: 'canceled', detail },
  synced: {
    type: 'synced',
    fence,
    strategy,
    symbol,
    from: shares(36),
    to: shares(30),
    price: price(270),
    evidence,
    anchor,
    sessionDate,
  },
  adopted: {
    type: 'adopted',
    strategy,
    symbol: 'QQQ',
    quantity: shares(3),
    cost: dollars(900),
    value: dollars(930),
    seenPrice: price(300),
    reason,
    anchor,
  },
  released: {
    type: 'released',
    strategy,
    symbol,
    quantity: shares(2),
    value: dollars(540),
    reason,
    anchor,
  },
  'lots-set': { type: 'lots-set', reason, lots: [lot], anchors: [{ symbol, anchor }] },
  'break-opened': { type: 'break-opened', fence, symbol, kind: 'missing-shares', detail },
  'symbol-resolved': {
    type: 'symbol-resolved',
    symbol,
    reason,
    lots: [
      { strategy, quantity: shares(20), cost: null },
      { strategy: 'other', quantity: shares(1), cost: dollars(270) },
    ],
    price: price(270),
    seenPrice: price(270),
    split: { from: 1, to: 10 },
    anchor,
    sessionDate,
  },
  'split-applied': {
    type: 'split-applied',
    fence,
    symbol,
    splits: [{ date: sessionDate, ratio: { from: 1, to: 2 } }],
    lots: [{ strategy, from: shares(36), to: shares(72), cost: dollars(9_000) }],
    unmanaged: { from: shares(1), to: shares(2) },
    seenPrice: price(135),
    evidence,
    anchor,
    sessionDate,
  },
  'symbol-changed': {
    type: 'symbol-changed',
    fence,
    symbol,
    to: 'VTIX',
    date: sessionDate,
    lots: [{ strategy, quantity: shares(36), cost: dollars(9_000) }],
    unmanaged: shares(1),
    seenPrice: price(270),
    evidence,
    anchor,
    sessionDate,
  },
  'targets-decided': {
    type: 'targets-decided',
    fence,
    strategy,
    targets: [
      { symbol, size: { kind: 'weight', weight: 300_000 as Ratio }, priority: 1, group: 'a' },
      { symbol: 'GLD', size: { kind: 'quantity', quantity: shares(2) }, priority: 0 },
    ],
    slot,
    blocked: [{ symbol: 'QQQ', reason: 'NotInUniverse', detail }],
    decision: {
      signal: 'pairs',
      inputs: 'e988d8db',
      parameters: { entry: 2.5, exit: 'half' },
      equity: dollars(100_000),
      market: ['VIX 17.25'],
      count: 2,
      ranking: [{ symbol, score: 0.25 }],
      unranked: [{ symbol: 'GLD', reason: 'TooYoung', why: detail }],
    },
  },
  'slot-started': {
    type: 'slot-started',
    fence,
    slot,
    strategy,
    targets: [{ symbol, quantity: shares(36), priority: 1, group: 'a' }],
    late: true,
    memory,
  },
  'slot-ended': { type: 'slot-ended', fence, slot, outcome: 'done' },
  'slot-missed': { type: 'slot-missed', fence, slot, strategy },
  'slot-triggered': { type: 'slot-triggered', slot, strategy, by, reason },
  'data-missing': { type: 'data-missing', slot, strategy, missing: [symbol], stale: ['GLD'] },
  'signal-failed': { type: 'signal-failed', slot, strategy, detail },
  'execution-ended': { type: 'execution-ended', fence, strategy, at },
  'day-marked': {
    type: 'day-marked',
    fence,
    session: sessionDate,
    kind: 'interim',
    at,
    equity: dollars(100_000),
    cash: dollars(90_000),
    positions: [
      { symbol, quantity: shares(36), price: price(270) },
      { symbol: 'GLD', quantity: shares(-12), price: null },
    ],
    strategies: [
      { strategy, value: null, cost: dollars(9_000), realised: dollars(0), carried: dollars(0) },
      {
        strategy: 'other',
        value: dollars(1),
        cost: dollars(1),
        realised: dollars(2),
        fees: dollars(1),
        carried: dollars(0),
      },
    ],
  },
  'limit-latched': { type: 'limit-latched', fence, ...latch },
  'limit-reset': {
    type: 'limit-reset',
    strategy: null,
    by,
    reason,
    equity: dollars(100_000),
    profit: dollars(-5),
  },
  sealed: { type: 'sealed', next: 2 },
  checkpoint: { type: 'checkpoint', state: {} },
};
