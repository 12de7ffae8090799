/** A process on the simulated machine: it can be killed at any moment, paused, and told to stop. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Machine } from './machine.ts';

export interface SimProcess {
  readonly pid: number;
  readonly machine: Machine;
  /** `hgctl` is called with them. */
  readonly args: readonly string[];
  readonly startedAt: number;
  /** `killed`: nothing of it happens any more, though its code may still be unwinding. */
  state: 'running' | 'ended' | 'killed';
  /** Nothing of it runs before then; null: it is not paused. */
  pausedUntil: number | null;
  /** When it has asked for positions last; null: never. */
  lookedAt: number | null;
  /** It was asked to stop by this signal. */
  signal: 'SIGINT' | 'SIGTERM' | null;
  stdout: string;
  stderr: string;
  /** What it answered; null while it runs, and of one that was killed. */
  code: number | null;
}

/** Unwinds the code of a process that is no more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

const contexts = new AsyncLocalStorage<SimProcess>();

/** Undefined while modules are loaded, before anything is simulated. */
export function processIfAny(): SimProcess | undefined {
  return contexts.getStore();
}

export function currentProcess(): SimProcess {
  const process = contexts.getStore();
  if (process === undefined) throw new Error('code of a simulated process runs outside of one');
  return process;
}

function inProcess<Result>(process: SimProcess, work: () => Result): Result {
  return contexts.run(process, work);
}

/** Throws where the current process is no more. */
export function refuseDead(process: SimProcess): void {
  if (process.state === 'killed') throw new Killed(`process ${process.pid} was killed`);
}

/** Runs `callback` in this process after so much virtual time, unless it is no more by then. */
export function later(process: SimProcess, after: number, callback: () => void): { cancel: () => void } {
  const { loop } = process.machine;
  let event = loop.schedule(after, fire);
  function fire(): void {
    if (process.state !== 'running') return;
    const { pausedUntil } = process;
    if (pausedUntil !== null && pausedUntil > loop.now) {
      event = loop.schedule(pausedUntil - loop.now, fire);
      return;
    }
    inProcess(process, callback);
  }
  return { cancel: () => loop.cancel(event) };
}
