/** Finds out what became of an order whose answer was lost. */
import { SECOND } from '../domain/instant.ts';
import type { BrokerOrder } from '../observed/broker-view.ts';
import type { Execution } from './execution.ts';
import { read } from './observe.ts';

/** A miss right after the request proves nothing: brokers list new orders late. */
const LOOK_UP_AFTER = [2 * SECOND, 8 * SECOND] as const;

export type LookUp =
  | { readonly kind: 'found'; readonly order: BrokerOrder }
  /** The broker said with authority, at each look, that it knows no such order. Not yet proof. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Asks at 2 s and at 8 s after the doubt arose. */
export async function lookUpAfterDoubt({ ports }: Execution, clientOrderId: string): Promise<LookUp> {
  let waited = 0;
  let last: LookUp = { kind: 'absent' };
  for (const moment of LOOK_UP_AFTER) {
    await ports.clock.sleep(moment - waited);
    waited = moment;
    last = await lookUp(ports, clientOrderId);
    if (last.kind === 'found') return last;
  }
  return last;
}

export async function lookUp({ broker, clock }: Execution['ports'], clientOrderId: string): Promise<LookUp> {
  const answer = await read(clock, () => broker.orderByClientId(clientOrderId));
  if (answer.kind === 'unknown') return { kind: 'unreachable', reason: answer.reason };
  return answer.data === null ? { kind: 'absent' } : { kind: 'found', order: answer.data };
}
