/** One thing that goes wrong while a step of the day runs, and its catalogue: all of them. */
import type { Chance } from '../machine/chance.ts';
import type { Loss } from '../machine/disk.ts';
import type { Effect, Failure } from '../machine/effects.ts';
import type { Machine } from '../machine/machine.ts';
import { commitFirst, isJournal } from '../machine/rival.ts';
import { misbehave } from '../machine/trader.ts';
import type { Watcher } from '../machine/watcher.ts';

type Phase = Effect['phase'];

/** What is left of what was not synced: nothing, all, or what chance leaves. */
type Leaves = 'nothing' | 'names' | 'content' | 'some';

/** Effects, orders and reads are counted from 1, from the start of the step. */
export type Fault =
  | { readonly kind: 'kill'; readonly effect: number; readonly phase: Phase }
  | { readonly kind: 'power'; readonly effect: number; readonly phase: Phase; readonly leaves: Leaves }
  | { readonly kind: 'error'; readonly effect: number; readonly code: 'ENOSPC' | 'EIO' | 'EROFS' }
  | {
      readonly kind: 'torn';
      readonly effect: number;
      readonly bytes: number;
      readonly then: 'killed' | 'told';
    }
  /** At this write, somebody else's record is on the disk first. */
  | { readonly kind: 'beaten'; readonly effect: number }
  | { readonly kind: 'answer'; readonly order: number; readonly outcome: Outcome }
  | { readonly kind: 'stale'; readonly read: number; readonly version: number }
  | { readonly kind: 'empty'; readonly list: 'positions' | 'openOrders' | 'history'; readonly call: number };

export type Outcome =
  | 'refused'
  | 'rate-limited'
  | 'answer lost'
  | 'answer lost and shown late'
  | 'shown late'
  | 'request lost'
  | 'partial';

const OUTCOMES: Readonly<Record<Outcome, object>> = {
  refused: { effect: 'reject', code: 'Refused', message: 'not today' },
  'rate-limited': { effect: 'rate-limited', retryAfter: '1s' },
  'answer lost': { effect: 'answer-lost' },
  'answer lost and shown late': { effect: 'answer-lost', hiddenFor: '20s' },
  'shown late': { effect: 'order', hiddenFor: '20s' },
  'request lost': { effect: 'unavailable' },
  partial: { effect: 'order', fills: '1' },
};

/** As an argument of the command line. */
export function wordsOf(fault: Fault): string {
  return Object.values(fault).join(' ');
}

/** What a step does when nothing goes wrong. */
export interface Extent {
  readonly effects: readonly Pick<Effect, 'kind' | 'of'>[];
  /** Bytes of each effect that writes, by its number. */
  readonly bytes: ReadonlyMap<number, number>;
  readonly orders: number;
  /** Versions of the account that were there at each read. */
  readonly reads: readonly number[];
}

const PHASES = ['before', 'after'] as const;
const LEAVES = ['nothing', 'names', 'content', 'some'] as const;
const LISTS = ['positions', 'openOrders', 'history'] as const;

/** Every single fault of a step, class by class. */
export function catalogueOf({
  effects,
  bytes,
  orders,
  reads,
}: Extent): ReadonlyMap<string, readonly Fault[]> {
  const numbers = effects.map((_, index) => index + 1);
  const onDisk = numbers.filter((number) => effects[number - 1]?.kind !== 'request');
  return new Map<string, Fault[]>([
    ['kill', numbers.flatMap((effect) => PHASES.map((phase): Fault => ({ kind: 'kill', effect, phase })))],
    [
      'power loss',
      numbers.flatMap((effect) =>
        LEAVES.map((leaves): Fault => ({ kind: 'power', effect, phase: 'after', leaves })),
      ),
    ],
    [
      'disk error',
      onDisk.flatMap((effect) =>
        (['ENOSPC', 'EIO', 'EROFS'] as const).map((code): Fault => ({ kind: 'error', effect, code })),
      ),
    ],
    [
      'torn write',
      [...bytes].flatMap(([effect, count]) =>
        [0, 1, Math.floor(count / 2), count - 1].flatMap((written) =>
          (['killed', 'told'] as const).map((then): Fault => ({
            kind: 'torn',
            effect,
            bytes: written,
            then,
          })),
        ),
      ),
    ],
    [
      'beaten',
      numbers
        .filter((number) => isAppend(effects[number - 1]))
        .map((effect): Fault => ({ kind: 'beaten', effect })),
    ],
    [
      'answer',
      upTo(orders).flatMap((order) =>
        (Object.keys(OUTCOMES) as Outcome[]).map((outcome): Fault => ({ kind: 'answer', order, outcome })),
      ),
    ],
    [
      'stale read',
      reads.flatMap((versions, index) =>
        upTo(versions - 1).map((version): Fault => ({
          kind: 'stale',
          read: index + 1,
          version: version - 1,
        })),
      ),
    ],
    ['empty list', LISTS.flatMap((list) => upTo(4).map((call): Fault => ({ kind: 'empty', list, call })))],
  ]);
}

function isAppend(effect: Extent['effects'][number] | undefined): boolean {
  return effect?.kind === 'write' && isJournal(effect.of);
}

function upTo(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => index + 1);
}

/** What scripted faults of the broker become: in its file, before the step. */
export function script(machine: Machine, faults: readonly Fault[]): void {
  const lines = faults.flatMap((fault) => {
    if (fault.kind === 'answer')
      return [{ on: 'submit', after: fault.order - 1, ...OUTCOMES[fault.outcome] }];
    if (fault.kind === 'empty')
      return [{ on: fault.list, after: fault.call - 1, effect: 'without', symbols: 'all' }];
    return [];
  });
  if (lines.length > 0) misbehave(machine, lines);
}

export interface Injector {
  /** Kills what has to be killed at this effect. */
  readonly strike: (effect: Effect) => 'power' | null;
  readonly failure: (effect: Effect) => Failure | null;
  readonly staleRead: () => number | null;
}

interface Scene {
  readonly chance: Chance;
  readonly watcher: Watcher;
}

/** Counts what happens from now on. */
export function injector(machine: Machine, faults: readonly Fault[], { chance, watcher }: Scene): Injector {
  const start = machine.effects;
  let reads = 0;
  return {
    strike: ({ number, phase, process, of }) => {
      for (const fault of faults) {
        if (fault.kind === 'beaten' && phase === 'before' && fault.effect === number - start)
          commitFirst(machine, watcher, of);
        if (!('phase' in fault) || fault.phase !== phase || fault.effect !== number - start) continue;
        if (fault.kind === 'kill') machine.kill(process);
        else {
          machine.losePower(lossOf(fault.leaves, chance));
          return 'power';
        }
      }
      return null;
    },
    failure: ({ number }) => {
      for (const fault of faults) {
        if (fault.kind === 'error' && fault.effect === number - start) return fault;
        if (fault.kind === 'torn' && fault.effect === number - start)
          return { kind: 'short', bytes: fault.bytes, then: fault.then };
      }
      return null;
    },
    staleRead: () => {
      reads += 1;
      for (const fault of faults) if (fault.kind === 'stale' && fault.read === reads) return fault.version;
      return null;
    },
  };
}

function lossOf(leaves: Leaves, chance: Chance): Loss {
  const keepsNames = leaves === 'names';
  const keepsContent = leaves === 'content';
  if (leaves !== 'some')
    return {
      keepsName: () => keepsNames,
      keepsChanges: (count) => (keepsContent ? count : 0),
      tears: () => 0,
    };
  return {
    keepsName: () => chance.once(2),
    keepsChanges: (count) => chance.below(count + 1),
    tears: (bytes) => chance.below(bytes + 1),
  };
}
