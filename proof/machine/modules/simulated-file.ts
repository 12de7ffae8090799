/** In the place of the file that keeps a simulated account: the account at the venue, some milliseconds away. */
import type { SimulatedState } from '../../../src/broker/simulated-state.ts';
import type { SimulatedStore } from '../../../src/broker/simulated-store.ts';
import { currentProcess, later, refuseDead } from '../process.ts';

/** One way, ms at most. */
const DISTANCE = 20;

/** `fresh` makes an account that nobody has used. */
export function simulatedFile(file: string, fresh: () => SimulatedState): SimulatedStore {
  const versions = (): SimulatedState[] => {
    const { accounts } = currentProcess().machine.venue;
    const known = accounts.get(file);
    if (known !== undefined) return known;
    const made: SimulatedState[] = [];
    accounts.set(file, made);
    return made;
  };
  return {
    load: () => {
      const process = currentProcess();
      refuseDead(process);
      const { venue, hooks } = process.machine;
      const all = versions();
      venue.reads += 1;
      const version = hooks.staleRead?.({ number: venue.reads, versions: all.length }) ?? all.length - 1;
      return all[version] ?? fresh();
    },
    change: async (apply) => {
      const process = currentProcess();
      const { machine } = process;
      refuseDead(process);
      const number = (machine.effects += 1);
      const effect = { number, process, kind: 'request', of: file } as const;
      machine.happens({ ...effect, phase: 'before' });
      refuseDead(process);
      await arrival(DISTANCE);
      const all = versions();
      const before = all.at(-1) ?? fresh();
      const next = apply(before);
      if (next.state !== before) all.push(next.state);
      machine.happens({ ...effect, phase: 'after' });
      await arrival(DISTANCE);
      return next.answer;
    },
  };
}

/** Of a request, or of its answer: a process that is no more does not hear of it. */
function arrival(most: number): Promise<void> {
  const process = currentProcess();
  return new Promise((resolve) => void later(process, process.machine.chance.below(most), resolve));
}
