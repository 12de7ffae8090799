/** A broker that is asked again where it, or the adapter's own budget, wants a pause: being asked often is no failure. */
import { MINUTE, SECOND } from '../domain/instant.ts';
import {
  BrokerRateLimited,
  type Broker,
  type CancelAnswer,
  type Clock,
  type SubmitAnswer,
} from '../reconciler/ports.ts';

/** A count of requests starts anew within a minute; others may use the account, too. */
const TRIES = 4;
const UNSAID = 30 * SECOND;

/** An order that was sent away is sent again under its id, which the broker takes only once. */
export function patientBroker(broker: Broker, clock: Pick<Clock, 'sleep'>): Broker {
  const pause = (asked: number | null): Promise<void> => clock.sleep(Math.min(asked ?? UNSAID, MINUTE));
  const read = async <Data>(ask: () => Promise<Data>): Promise<Data> => {
    for (let tries = 1; ; tries += 1)
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof BrokerRateLimited) || tries === TRIES) throw error;
        await pause(error.retryAfter);
      }
  };
  const act = async <Answer extends SubmitAnswer | CancelAnswer>(
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await ask();
      if (answer.kind !== 'rate-limited' || tries === TRIES) return answer;
      await pause(answer.retryAfter);
    }
  };
  return {
    kind: broker.kind,
    account: () => read(() => broker.account()),
    positions: () => read(() => broker.positions()),
    openOrders: () => read(() => broker.openOrders()),
    orderByClientId: (id) => read(() => broker.orderByClientId(id)),
    history: (since) => read(() => broker.history(since)),
    clock: () => read(() => broker.clock()),
    assets: (symbols) => read(() => broker.assets(symbols)),
    submit: (request) => act(() => broker.submit(request)),
    cancel: (id) => act(() => broker.cancel(id)),
  };
}
