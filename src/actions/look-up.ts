/** Finds out what became of an order whose answer was lost. */
import { SECOND } from '../domain/instant.ts';
import type { BrokerOrder } from '../observed/broker-view.ts';
import type { Execution } from './execution.ts';
import type { Ports } from '../reconciler/ports.ts';
import { read } from './read.ts';

/** After the doubt arose. A miss right after the request proves nothing: brokers list new orders late. */
const AFTER_DOUBT = [2 * SECOND, 8 * SECOND] as const;
const AT_ONCE_AND_LATER = [0, ...AFTER_DOUBT] as const;

export type LookUp =
  | { readonly kind: 'found'; readonly order: BrokerOrder }
  /** The broker said with authority, at each look, that it knows no such order. Not yet proof. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Asks at 2 s and at 8 s; absent only when both looks say so. */
export async function lookUpAfterDoubt(execution: Execution, clientOrderId: string): Promise<LookUp> {
  const answers = await lookUpAt(execution, [clientOrderId], AFTER_DOUBT);
  return answers.get(clientOrderId) ?? { kind: 'absent' };
}

/** The same for many orders that nobody has looked for yet: at once, at 2 s and at 8 s, all of them together. */
export function lookUpAll(
  execution: Execution,
  clientOrderIds: readonly string[],
): Promise<ReadonlyMap<string, LookUp>> {
  return lookUpAt(execution, clientOrderIds, AT_ONCE_AND_LATER);
}

/** Only once, where a miss is no surprise. */
export function lookUpOnce(
  execution: Execution,
  clientOrderIds: readonly string[],
): Promise<ReadonlyMap<string, LookUp>> {
  return lookUpAt(execution, clientOrderIds, [0]);
}

async function lookUpAt(
  { ports, releaseBy }: Execution,
  clientOrderIds: readonly string[],
  moments: readonly number[],
): Promise<ReadonlyMap<string, LookUp>> {
  const answers = new Map<string, LookUp>();
  const isFound = (id: string): boolean => answers.get(id)?.kind === 'found';
  let waited = 0;
  for (const moment of moments) {
    if (clientOrderIds.every(isFound)) break;
    if (moment > waited) await ports.clock.sleep(moment - waited);
    waited = moment;
    // A broker that does not answer for one order is not asked for the others at this moment.
    let down: LookUp | null = null;
    for (const id of clientOrderIds) {
      if (isFound(id)) continue;
      const seen: LookUp = down ?? (await lookUp(ports, id, releaseBy));
      if (seen.kind === 'unreachable') down = seen;
      // Absent only where every look has said so.
      if (seen.kind === 'found' || answers.get(id)?.kind !== 'unreachable') answers.set(id, seen);
    }
  }
  return answers;
}

/** `until`: monotonic; no pause goes on beyond it. */
export async function lookUp(
  { broker, clock }: Pick<Ports, 'broker' | 'clock'>,
  clientOrderId: string,
  until?: number,
): Promise<LookUp> {
  const answer = await read(clock, () => broker.orderByClientId(clientOrderId), until);
  if (answer.kind === 'unknown') return { kind: 'unreachable', reason: answer.reason };
  return answer.data === null ? { kind: 'absent' } : { kind: 'found', order: answer.data };
}
