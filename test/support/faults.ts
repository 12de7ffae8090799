/** Faults in short, for tests, and any script of them. */
import { fc } from './law.ts';
import type { Fault, FaultEffect, Operation } from '../../src/broker/fault-script.ts';
import type { Quantity } from '../../src/domain/decimal.ts';

export function fault(on: Operation, effect: FaultEffect, more: Partial<Fault> = {}): Fault {
  const always = { symbol: null, side: null, strategy: null, from: null, until: null };
  return { ...always, after: 0, times: 1, on, effect, ...more };
}

const SHARE = 1_000_000_000;
const delay = fc.constantFrom(0, 500, 3_000, 9_000, 40_000, 120_000);
const shares = fc.integer({ min: 0, max: 12 }).map((count) => (count * SHARE) as Quantity);
const reads = fc.constantFrom<Operation>(
  'account',
  'positions',
  'openOrders',
  'orderByClientId',
  'history',
  'clock',
  'assets',
);

const readFaults = fc.tuple(
  reads,
  fc.oneof(
    fc.constant<FaultEffect>({ kind: 'unavailable', reason: 'HTTP 503' }),
    fc.constant<FaultEffect>({ kind: 'rate-limited', retryAfter: 1_000 }),
    fc.constant<FaultEffect>({ kind: 'rate-limited', retryAfter: null }),
  ),
);

const submitFaults = fc.tuple(
  fc.constant<Operation>('submit'),
  fc.oneof(
    fc.constant<FaultEffect>({ kind: 'unavailable', reason: 'time-out' }),
    fc.constant<FaultEffect>({ kind: 'rate-limited', retryAfter: 2_000 }),
    fc.constant<FaultEffect>({ kind: 'reject', code: 'Refused', message: 'no' }),
    delay.map((hiddenFor): FaultEffect => ({ kind: 'answer-lost', hiddenFor })),
    fc
      .record(
        { fills: fc.option(shares), fillAfter: delay, hiddenFor: delay, rejectAfter: delay },
        { requiredKeys: ['fills', 'fillAfter', 'hiddenFor'] },
      )
      .map((change): FaultEffect => ({ kind: 'order', ...change })),
    fc.constant<FaultEffect>({ kind: 'halt', until: null }),
  ),
);

const cancelFaults = fc.tuple(
  fc.constant<Operation>('cancel'),
  fc.constantFrom<FaultEffect>(
    { kind: 'stuck' },
    { kind: 'unavailable', reason: 'HTTP 500' },
    { kind: 'answer-lost', hiddenFor: 0 },
  ),
);

function listFaults(symbols: readonly string[]): fc.Arbitrary<[Operation, FaultEffect]> {
  const lists = fc.constantFrom<Operation>('positions', 'openOrders', 'history');
  const rows = fc.oneof(
    fc.constant<FaultEffect>({ kind: 'without', symbols: 'all' }),
    fc
      .subarray([...symbols], { minLength: 1 })
      .map((some): FaultEffect => ({ kind: 'without', symbols: some })),
  );
  const old = fc.tuple(
    fc.constantFrom<Operation>('positions', 'history'),
    delay.map((by): FaultEffect => ({ kind: 'stale', by })),
  );
  return fc.oneof(fc.tuple(lists, rows), old);
}

export interface ScriptBounds {
  readonly symbols: readonly string[];
  /** Lists that lie are left out where a law is about what happens without lies. */
  readonly lists: boolean;
}

/** Scripts of up to five faults; nothing in them trades or splits by itself. */
export function arbitraryFaults({ symbols, lists }: ScriptBounds): fc.Arbitrary<readonly Fault[]> {
  const kinds = [
    readFaults,
    submitFaults,
    submitFaults,
    cancelFaults,
    ...(lists ? [listFaults(symbols)] : []),
  ];
  const one = fc
    .tuple(fc.oneof(...kinds), fc.nat({ max: 4 }), fc.integer({ min: 1, max: 3 }))
    .map(([[on, effect], after, times]) => fault(on, effect, { after, times }));
  return fc.array(one, { maxLength: 5 });
}
