/** What an invariant is: its name, its sentence, the faults that attack it, and its check, by when it is made. */
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { SimProcess } from '../machine/process.ts';
import type { Taken, Written } from '../machine/watcher.ts';
import type { Limits } from './money.ts';
import type { Told } from './reports.ts';
import type { SlotWindow } from './slots.ts';

export type Attack =
  | 'crash'
  | 'power loss'
  | 'torn record'
  | 'full disk'
  | 'failed sync'
  | 'lost answer'
  | 'lost request'
  | 'refusal'
  | 'rate limit'
  | 'partial fill'
  | 'stale read'
  | 'empty list'
  | 'outside trade'
  | 'edit'
  | 'operator'
  | 'two processes'
  | 'pause past expiry'
  | 'clock jump'
  | 'hostile input';

/** What only who wrote the story knows. */
export interface Story {
  /** By symbol: how many shares the manifests have wanted so far, at most, in units of a billionth. */
  readonly mostWanted: ReadonlyMap<string, number>;
  /** Likewise, and at least: below zero where something was to be short. */
  readonly leastWanted: ReadonlyMap<string, number>;
  /** When a slot may run; null where the story says nothing of it. */
  readonly windowOf: (slot: string) => SlotWindow | null;
  /** Whether the broker keeps the hours of the exchange, and not all hours. */
  readonly isExchange: boolean;
  /** What the manifests limit; left out: nothing. */
  readonly limits?: Limits;
  /** By symbol, dollars: what a share costs when the program is asked what there is; left out: nobody knows. */
  readonly prices?: ReadonlyMap<string, number>;
  /** Whether a process is still there. */
  readonly isAlive: (identity: { readonly pid: number; readonly bootId: string }) => boolean;
}

/** What a process has answered, simulated or real. */
export type Answer = Pick<SimProcess, 'state' | 'code' | 'stdout' | 'stderr'>;

/** When nothing runs, no fault is left, and the account was followed until nothing was left to do. */
export interface Rest {
  readonly ledger: Ledger;
  readonly account: SimulatedState;
  readonly story: Story;
  /** What the state file says, as text; null where there is none. */
  readonly stateFile: string | null;
  /** The last pass, which was to find nothing to do. */
  readonly last: Answer;
}

/** Likewise, where the program is asked what there is. */
export interface Asked extends Rest {
  /** What the files say: of each strategy that has a manifest, whether the toggle file turns it on. */
  readonly declared: ReadonlyMap<string, boolean>;
}

/** Words of what is wrong; null where nothing is. */
export type Verdict = string | null;

export interface Named {
  readonly name: string;
  readonly sentence: string;
  readonly attackedBy: readonly Attack[];
}

export type Invariant = Named &
  (
    | { readonly at: 'record'; readonly check: (written: Written, story: Story) => Verdict }
    | { readonly at: 'order'; readonly check: (taken: Taken, story: Story) => Verdict }
    | { readonly at: 'rest'; readonly check: (rest: Rest) => Verdict }
    /** When a process that has written the newest record has ended with exit code 0, and no other one runs. */
    | { readonly at: 'zero'; readonly check: (rest: Rest) => Verdict }
    /** Of what the program says of itself at rest. */
    | { readonly at: 'report'; readonly check: (told: Told, asked: Asked) => Verdict }
    | { readonly at: 'exit'; readonly check: (answer: Answer) => Verdict }
    /** When `kill --flatten` has ended with exit code 0. */
    | { readonly at: 'flat'; readonly check: (rest: Rest) => Verdict }
    /** Checked by the watcher itself, which cannot go on where it does not hold. */
    | { readonly at: 'journal' }
    /** Checked by who compares two runs. */
    | { readonly at: 'comparison' }
    /** Checked by who is asked to end a doubt. */
    | { readonly at: 'doubt' }
  );

/** Whatever happens to a process. */
export const PROCESS: readonly Attack[] = ['crash', 'power loss', 'pause past expiry', 'two processes'];
/** Whatever the broker answers to an order. */
export const ANSWERS: readonly Attack[] = [
  'lost answer',
  'lost request',
  'refusal',
  'rate limit',
  'partial fill',
];
