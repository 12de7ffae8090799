/**
 * Time, chance and identity of the simulated process, under the names of the real ones: the bundle of the machine is built
 * with these in their place, so that the program itself has no switch for it.
 */
import { currentProcess, later, processIfAny, refuseDead } from './process.ts';
import { real } from './real.ts';

export interface SimTimer {
  readonly cancel: () => void;
  unref(): this;
  ref(): this;
  hasRef(): boolean;
}

function timer(cancel: () => void): SimTimer {
  return {
    cancel,
    unref() {
      return this;
    },
    ref() {
      return this;
    },
    hasRef: () => true,
  };
}

export function setTimeout(callback: (...args: unknown[]) => void, after = 0, ...args: unknown[]): SimTimer {
  return timer(later(currentProcess(), after, () => callback(...args)).cancel);
}

export function setImmediate(callback: (...args: unknown[]) => void, ...args: unknown[]): SimTimer {
  return setTimeout(callback, 0, ...args);
}

export function setInterval(callback: (...args: unknown[]) => void, every = 1, ...args: unknown[]): SimTimer {
  const process = currentProcess();
  let current = later(process, every, tick);
  function tick(): void {
    current = later(process, every, tick);
    callback(...args);
  }
  return timer(() => current.cancel());
}

export function clearTimeout(started?: SimTimer | null): void {
  started?.cancel();
}

export { clearTimeout as clearInterval, clearTimeout as clearImmediate };

function wallNow(): number {
  return currentProcess().machine.wallNow();
}

class SimDate extends real.Date {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(wallNow());
    else super(...args);
  }

  static override now(): number {
    return wallNow();
  }
}

/** More than one argument goes to the real one, as time zones do not matter to it. */
export const Date = new Proxy(SimDate, {
  construct: (target, args, asked) =>
    args.length < 2
      ? (Reflect.construct(target, args, asked) as object)
      : (Reflect.construct(real.Date, args) as object),
  apply: () => new real.Date(wallNow()).toString(),
});

export const performance = { now: (): number => currentProcess().machine.monotonic() };

export const Math = Object.create(real.Math, {
  random: { value: () => processIfAny()?.machine.chance.next() ?? 0.5 },
}) as Math;

const OWN: Readonly<Record<string | symbol, unknown>> = {
  get pid() {
    return currentProcess().pid;
  },
  hrtime: { bigint: () => BigInt(Math.round(currentProcess().machine.monotonic() * 1e6)) },
  kill: (pid: number, signal: string | number) => currentProcess().machine.signal(pid, signal),
  // Handlers for the end of the real process are none of a simulated one.
  on: () => process,
  once: () => process,
  exit: () => {
    refuseDead(currentProcess());
    throw new Error('a simulated process has no exit');
  },
};

export const process: NodeJS.Process = new Proxy(real.process, {
  get: (target, name) => (name in OWN ? OWN[name] : (Reflect.get(target, name) as unknown)),
});
