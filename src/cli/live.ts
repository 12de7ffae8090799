/** Nothing goes out on an account of real money before somebody could read that it is one. */
import { readOnly } from '../broker/read-only.ts';
import { isLive, type DesiredAccount } from '../desired/desired-state.ts';
import type { Broker } from '../reconciler/ports.ts';
import type { Io } from './io.ts';

export const LIVE_WORDS = 'LIVE account: these orders trade real money';

export interface Announced {
  readonly broker: Broker;
  /** Those words stood above a plan: they are not said again. */
  readonly said: () => void;
}

/**
 * Of a live account: the words go to stderr once, before the first order or cancel, whichever command sends it, unless a plan has
 * said them. Another account is left as it is.
 */
export function announceLive(io: Pick<Io, 'stderr'>, account: DesiredAccount, broker: Broker): Announced {
  if (!isLive(account)) return { broker, said: () => undefined };
  const news = broker.news?.bind(broker);
  let isSaid = false;
  const say = (): void => {
    if (!isSaid) io.stderr(`${LIVE_WORDS}\n`);
    isSaid = true;
  };
  return {
    broker: {
      ...readOnly(broker),
      kind: broker.kind,
      ...(news && { news }),
      submit: (request) => {
        say();
        return broker.submit(request);
      },
      cancel: (brokerOrderId) => {
        say();
        return broker.cancel(brokerOrderId);
      },
    },
    said: () => {
      isSaid = true;
    },
  };
}
