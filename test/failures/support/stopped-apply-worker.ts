/**
 * `apply --yes` of the working folder in a process that stops itself (SIGSTOP) at one of its awaits:
 * `stopped-apply-worker N`. Awaits are counted at every asynchronous port, before the call and after its answer; each
 * is said on stderr as `await N OPERATION before|after`. With N = 0 nothing stops.
 */
import { writeSync } from 'node:fs';
import { applyIn } from '../../../src/cli/commands/apply.ts';
import { openWorld } from '../../../src/cli/compose.ts';
import { processIo } from '../../../src/cli/process-io.ts';
import type { Ports } from '../../../src/reconciler/ports.ts';

const stopAt = Number(process.argv[2] ?? '0');
let count = 0;

function pass(operation: string, moment: 'before' | 'after'): void {
  count += 1;
  writeSync(2, `await ${count} ${operation} ${moment}\n`);
  if (count === stopAt) process.kill(process.pid, 'SIGSTOP');
}

/** The same object, whose asynchronous methods pass through here. */
function watched<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get: (object, key, receiver) => {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (SYNCHRONOUS.has(key)) return Reflect.apply(value, object, args);
        pass(String(key), 'before');
        return (Reflect.apply(value, object, args) as Promise<unknown>).then((answer) => {
          pass(String(key), 'after');
          return answer;
        });
      };
    },
  });
}

const SYNCHRONOUS: ReadonlySet<string | symbol> = new Set(['now', 'monotonic', 'newestTime', 'notBefore']);

const io = processIo();
const options = { color: 'never' as const, output: 'table', yes: true };
const world = openWorld(io, options);
const { clock, broker, market, queue } = world.ports;
const ports: Ports = {
  ...world.ports,
  clock: watched(clock),
  broker: watched(broker),
  market: watched(market),
  queue: watched(queue),
};
process.exitCode = await applyIn(io, { ...world, ports }, options);
