/** An execution under way, one level below a pass: the lock is held, and intents of its orders are in the journal. */
import { acquire } from '../../src/actions/execution-lock.ts';
import type { Execution } from '../../src/actions/execution.ts';
import type { OrderContext } from '../../src/actions/dispatch.ts';
import { WHOLE, type Quantity } from '../../src/domain/decimal.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { IntentPayload } from '../../src/observed/events.ts';
import { isOrder, type OrderAction, type OrderCareAction } from '../../src/reconciler/plan-types.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { world, type TestWorld, type WorldFacts } from './world.ts';

export const shares = (count: number): Quantity => Math.round(count * 1e9) as Quantity;

export interface Executing {
  readonly home: TestWorld;
  readonly execution: Execution;
  /** The words of one level for people, in their order. */
  readonly log: readonly string[];
  /** Records that an order is about to be sent: ten shares of X are bought by `core`, but for what is said otherwise. */
  readonly intend: (more?: Partial<IntentPayload>) => IntentPayload;
}

export async function executing(facts: WorldFacts = {}, changes: Partial<Ports> = {}): Promise<Executing> {
  const home = await world({ prices: { X: '100' }, ...facts });
  const ports = { ...home.ports, ...changes };
  const execution = await acquire(ports, home.desired.account.execution, 'core');
  const intend: Executing['intend'] = (more = {}) => {
    const intent = { ...intentOf(execution), ...more };
    home.journal.commit({ type: 'intent', ...intent });
    return intent;
  };
  return { home, execution, log: home.log, intend };
}

function intentOf({ fence }: Execution): IntentPayload {
  return {
    clientOrderId: 'hg-1',
    fence,
    strategy: 'core',
    symbol: 'X',
    side: 'buy',
    quantity: shares(10),
    purpose: 'open',
    reason: 'NewTarget',
    estimate: 100_000_000 as IntentPayload['estimate'],
    sessionDate: '2025-12-02',
    key: 'key',
  };
}

export interface Underway extends Executing {
  /** The orders of the plan, reductions first. */
  readonly actions: readonly OrderAction[];
  readonly context: OrderContext;
}

/** The orders of the plan of this world, and the lock that was taken for them; `changes`: what behaves otherwise by then. */
export async function underway(
  facts: WorldFacts,
  changes: (home: TestWorld) => Partial<Ports> = () => ({}),
): Promise<Underway> {
  const under = await executing(facts);
  const { home } = under;
  const actions = (await home.plan()).actions.filter(isOrder);
  const execution = { ...under.execution, ports: { ...home.ports, ...changes(home) } };
  const context: OrderContext = {
    execution,
    desired: home.desired,
    readAt: home.clock.now(),
    session: { date: '2025-12-02', lastSubmit: null },
    margins: { multiplier: WHOLE, requirements: new Map() },
    buyingPower: 100_000e6,
  };
  return { ...under, execution, actions, context };
}

/** What the broker says of the order of an intent: accepted, and nothing filled, but for what is said otherwise. */
export function seenOf(intent: IntentPayload, more: Partial<BrokerOrder> = {}): BrokerOrder {
  const { clientOrderId, symbol, side, quantity } = intent;
  return {
    brokerOrderId: `broker-${clientOrderId}`,
    clientOrderId,
    symbol,
    side,
    quantity,
    filledQuantity: 0 as Quantity,
    averagePrice: null,
    status: 'accepted',
    submittedAt: 0 as BrokerOrder['submittedAt'],
    updatedAt: 0 as BrokerOrder['updatedAt'],
    ...more,
  };
}

/** The action by which an order of this intent is looked up. */
export const careOf = ({ clientOrderId, strategy, symbol }: IntentPayload): OrderCareAction => ({
  kind: 'resolve-order',
  id: `resolve-order/${clientOrderId}`,
  strategy,
  symbol,
  clientOrderId,
  reason: 'OrderUnresolved',
  from: 'unknown',
  to: 'ended',
  sources: [],
});
