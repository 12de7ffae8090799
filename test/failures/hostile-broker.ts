/** The simulated broker with one answer changed: `hostile(home, {submit: ...})`. */
import type { Broker, OrderRequest, SubmitAnswer } from '../../src/reconciler/ports.ts';
import type { TestWorld } from '../support/world.ts';

/** `submit` gets the real one, and decides what the caller hears. */
export function hostile(
  home: TestWorld,
  changes: Partial<Omit<Broker, 'submit'>> & {
    readonly submit?: (request: OrderRequest, real: Broker['submit']) => Promise<SubmitAnswer>;
  },
): Broker {
  const { submit, ...rest } = changes;
  const real: Broker['submit'] = (request) => home.broker.submit(request);
  return {
    ...home.broker,
    ...rest,
    ...(submit !== undefined && { submit: (request: OrderRequest) => submit(request, real) }),
  };
}

/** Takes the order, and the answer is lost. */
export async function acceptThenTimeOut(
  request: OrderRequest,
  real: Broker['submit'],
): Promise<SubmitAnswer> {
  await real(request);
  return { kind: 'unknown', reason: 'the request timed out' };
}

/** Orders at the broker that may still fill. */
export function liveOrders(home: TestWorld): number {
  const ended = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);
  return home.broker.state().orders.filter(({ status }) => !ended.has(status)).length;
}

/** Shares bought of a symbol so far, by all orders together. */
export function bought(home: TestWorld, symbol: string): number {
  const fills = home.broker.state().fills.filter((fill) => fill.symbol === symbol && fill.side === 'buy');
  return fills.reduce((sum, { quantity }) => sum + quantity, 0) / 1e9;
}
