/** Passes that are killed at any moment, as by `kill -9`. */
import type { Ports } from '../../src/reconciler/ports.ts';
import type { TestWorld } from './world.ts';

/** A pass may be refused: by a broker that is down, or a lock that is held. Never by a broken invariant. */
export function onlyExpected(error: unknown): void {
  if (error instanceof Error && /broker does not answer|execution lock/.test(error.message)) return;
  throw error;
}

/** To whoever starts behind a crash, the process that held the lock is gone. */
export function afterCrash(home: TestWorld): Partial<Ports> {
  return { processes: { ...home.ports.processes, lookUp: () => 'gone' } };
}

export const NEVER = Infinity;

class Killed extends Error {}

/**
 * One pass that is killed at this moment: nothing of it runs any more, not even a `finally`. Moments are counted before
 * every await, when the effect has not happened; after it, when its answer finds nobody; and around every record.
 * Returns how many there were.
 */
export async function passUntil(home: TestWorld, last: number): Promise<number> {
  let moments = 0;
  const elapse = (): void => {
    if (moments === last) throw new Killed();
    moments += 1;
    if (moments === last) throw new Killed();
  };
  const asking = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== 'function' || SYNCHRONOUS.has(name)) return value;
        return async (...args: unknown[]): Promise<unknown> => {
          elapse();
          const answer: unknown = await Reflect.apply(value, object, args);
          elapse();
          return answer;
        };
      },
    });
  const commit: Ports['journal']['commit'] = (event) => {
    elapse();
    const answer = home.journal.commit(event);
    elapse();
    return answer;
  };
  const { broker, market, clock } = home.ports;
  const ports = {
    ...afterCrash(home),
    broker: asking(broker),
    market: asking(market),
    clock: asking(clock),
    journal: { ...home.journal, commit },
  };
  await home.apply(ports).catch((error: unknown) => {
    if (!(error instanceof Killed)) onlyExpected(error);
  });
  return moments;
}

const SYNCHRONOUS: ReadonlySet<string | symbol> = new Set(['now', 'monotonic']);
