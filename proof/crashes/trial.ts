/** One step of the day with faults in it, and what comes of it. */
import { createHash } from 'node:crypto';
import type { JournalRecord } from '../../src/observed/events.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import { Guard } from '../guard.ts';
import type { Broken } from '../part.ts';
import { chance } from '../machine/chance.ts';
import type { Effect } from '../machine/effects.ts';
import { Machine, type MachineState } from '../machine/machine.ts';
import type { SimProcess } from '../machine/process.ts';
import { APPLY, command, MANIFESTS, misbehave } from '../machine/trader.ts';
import type { Watcher } from '../machine/watcher.ts';
import { MOST_WANTED, type Step } from './day.ts';
import { injector, script, type Extent, type Fault } from './fault.ts';

/** Null where everything was found as it had been found before. */
export interface Trial {
  readonly broken: readonly Broken[];
  readonly records: readonly JournalRecord[];
  /** What is left in the end: as of {@link outcomeOf}. */
  readonly outcome: string;
  /** Where the machine stands. */
  readonly state: MachineState;
  readonly extent: Extent;
}

export interface TrialOptions {
  readonly seed: number;
  readonly step: Step;
  readonly faults: readonly Fault[];
  /** How it ends where nothing goes wrong; null: this is how. */
  readonly expected: string | null;
  /** What was found behind faults already: from equal things equal things follow. */
  readonly seen: Set<string>;
}

const TRIES = 10;
/** Of `apply`, until nothing is left to do. */
const PASSES = 4;
const PAUSE = 60_000;
/** Of so many new states behind single faults, the program is asked in one for what there is. */
const ASKED = 4;
/** Something is not done. */
const UNFINISHED = 12;

/** `start`: with everything that comes before the command done. */
export async function tryStep(start: MachineState, options: TrialOptions): Promise<Trial | null> {
  const { seed, step, faults, expected, seen } = options;
  const machine = new Machine(seed, start);
  const extent = {
    effects: [] as Effect[],
    bytes: new Map<number, number>(),
    orders: 0,
    reads: [] as number[],
  };
  const guard = new Guard(machine, { mostWanted: MOST_WANTED });
  const { watcher, broken } = guard;
  script(machine, faults);
  const inject = injector(machine, faults, { chance: chance(seed).stream('loss'), watcher });
  const first = machine.effects;
  machine.hooks = {
    effect: (effect) => {
      guard.sees(effect);
      if (effect.phase === 'before') extent.effects.push(effect);
      if (inject.strike(effect) === 'power') watcher.lookAgain();
    },
    failure: (effect, bytes) => {
      if (bytes > 0) extent.bytes.set(effect.number - first, bytes);
      return inject.failure(effect);
    },
    staleRead: ({ versions }) => {
      extent.reads.push(versions);
      return inject.staleRead();
    },
  };
  const before = machine.account()?.orders.length ?? 0;
  const say = async (args: readonly string[]): Promise<SimProcess> => {
    const process = await machine.run(args);
    guard.ended(process);
    return process;
  };
  let process = await say(step.command);
  extent.orders = (machine.account()?.orders.length ?? 0) - before;
  const happened = {
    ...extent,
    effects: [...extent.effects],
    reads: [...extent.reads],
    bytes: new Map(extent.bytes),
  };
  const found = digestOf(machine);
  if (broken.length === 0 && seen.has(found)) return null;
  seen.add(found);
  // From now on nothing goes wrong.
  machine.hooks = { effect: (effect) => guard.sees(effect) };
  misbehave(machine, []);
  const ends = endsOf(options);
  // Behind a partial fill the rest is another order.
  const mayOrderMore = faults.some((fault) => fault.kind === 'answer' && fault.outcome === 'partial');
  const isEnd = (outcome: string): boolean =>
    ends === null ||
    ends.has(outcome) ||
    (mayOrderMore && [...ends].map(unordered).includes(unordered(outcome)));
  const hasEnded = (): boolean => isEnd(outcomeOf(machine, watcher));
  const mayRely = faults.every(({ kind }) => kind !== 'stale' && kind !== 'empty');
  let tries = 0;
  while (tries < TRIES && (process.code !== 0 || !hasEnded())) {
    await machine.loop.passTo(machine.loop.now + PAUSE);
    const doubt = neverTaken(machine, process) ?? (faults.length > 1 ? provenGone(process) : null);
    if (doubt !== null) await say(command('resolve', doubt, '--as', 'broker', '--reason', 'it never was'));
    guard.note('zero-is-done', mayRely ? tooSoon(process) : null);
    process = await say(step.command);
    guard.note('doubt-is-fair', unfairDoubt(machine, process));
    tries += 1;
    if (ends !== null && hasEnded() && neverTaken(machine, process) === null) break;
  }
  let last = process;
  for (let pass = 1; pass === 1 || (!isDone(last) && pass <= PASSES); pass += 1) {
    await machine.loop.passTo(machine.loop.now + PAUSE);
    last = await say(APPLY);
  }
  const outcome = outcomeOf(machine, watcher);
  guard.note('comes-to-rest', isDone(last) ? null : `after ${PASSES} passes: ${last.stdout.slice(-400)}`);
  guard.rests(last);
  // There is time for a part of them, and behind pairs for none. Who tries one fault again is told.
  if (faults.length <= 1 && seen.size % ASKED === 1) await guard.reports(last);
  const wanted = [...(ends ?? [])];
  if (!isEnd(outcome))
    guard.note(
      wanted.map(withoutWork).includes(withoutWork(outcome)) ? 'same-work' : 'same-end',
      `${outcome}\nwhere it is without the fault\n${expected ?? ''}`,
    );
  const { records } = watcher;
  return { broken, records, outcome, state: machine.state(), extent: happened };
}

/** Of a command that has not done all: what is wrong, if it says so. */
function tooSoon({ code, stdout, stderr }: SimProcess): string | null {
  if (code !== 0 || stdout.includes('\nNot done\n')) return null;
  return `exit 0, and it is not done: ${(stderr + stdout).slice(-400)}`;
}

function isDone({ code, stdout }: SimProcess): boolean {
  return code === 0 && stdout.includes('Nothing to do.');
}

/** Behind the faults the broker shows all that it has: an order that somebody is asked about now is not there. */
function unfairDoubt(machine: Machine, { code, stdout }: SimProcess): string | null {
  if (code !== UNFINISHED) return null;
  const [, id = ''] = /the broker does not know (\S+) \(yet\)/.exec(stdout) ?? [];
  const isThere = machine.account()?.orders.some(({ clientOrderId }) => clientOrderId === id) ?? false;
  return isThere ? `${id} is in doubt, and the broker has it` : null;
}

/**
 * The symbol of an entry without a slot that was on its way when its process died, and that the broker does not know: it is
 * never sent again by itself, and whoever reads the hint and looks at the broker says so. Null where there is none.
 */
function neverTaken(machine: Machine, { code, stdout }: SimProcess): string | null {
  if (code !== UNFINISHED) return null;
  const [, id, symbol] =
    /the broker does not know (\S+-plan-\S+) \(yet\): .*?(\S+) takes no other order/.exec(stdout) ??
    /the broker does not know (\S+) \(yet\): (\S+) takes no order/.exec(stdout) ??
    [];
  const isThere = machine.account()?.orders.some(({ clientOrderId }) => clientOrderId === id) ?? false;
  return isThere ? null : (symbol ?? null);
}

/** The symbol of which two faulty looks have proven that shares are gone: then a person decides. Null where there is none. */
function provenGone({ stdout }: SimProcess): string | null {
  return /(\S+) +BreakOpen +missing-shares/.exec(stdout)?.[1]?.split('/').at(-1) ?? null;
}

/** How the step may end; null where this is what is found out. What is refused in a slot is refused for the day. */
function endsOf({ step, faults, expected }: TrialOptions): ReadonlySet<string> | null {
  if (expected === null) return null;
  const { once = [] } = step;
  const refused = faults.filter((fault) => fault.kind === 'answer' && fault.outcome === 'refused').length;
  const lacksOne = refused > 0 ? once.map((symbol) => lacking(expected, symbol)) : [];
  const lacksAll = refused > 1 ? [once.reduce(lacking, expected)] : [];
  return new Set([expected, ...lacksOne, ...lacksAll]);
}

/** The same end without what was bought of this symbol. */
function lacking(end: string, symbol: string): string {
  const { books, held, traded, orders, ...rest } = JSON.parse(end) as Outcome;
  const others = <Row extends readonly [string, unknown]>(rows: readonly Row[]): Row[] =>
    rows.filter(([name]) => name !== symbol && name !== `buy ${symbol}`);
  const left = books
    .map(([name, book]) => [name, others(book)] as const)
    .filter(([, book]) => book.length > 0);
  const [kept, sold, ordered] = [others(held), others(traded), others(orders)];
  return JSON.stringify({ books: left, held: kept, traded: sold, orders: ordered, ...rest });
}

/** The same end, in however many orders. */
function unordered(end: string): string {
  return JSON.stringify({ ...(JSON.parse(end) as Outcome), orders: [] });
}

/** The same end, whatever was traded on the way. */
function withoutWork(end: string): string {
  return JSON.stringify({ ...(JSON.parse(end) as Outcome), traded: [], orders: [] });
}

type Shares = readonly (readonly [string, number])[];

/** What {@link outcomeOf} writes. */
interface Outcome {
  readonly books: readonly (readonly [string, Shares])[];
  readonly held: Shares;
  /** By side and symbol: how many shares, and how many orders of ours that have filled. */
  readonly traded: Shares;
  readonly orders: Shares;
}

/** Of all that whoever comes next can find. */
function digestOf(machine: Machine): string {
  const hash = createHash('sha1');
  for (const [path, { data }] of machine.disk.files())
    if (!path.includes('/logs/')) hash.update(path).update(data);
  const account = machine.account();
  hash.update(JSON.stringify([account?.orders, account?.fills, machine.bootId()]));
  return hash.digest('hex');
}

/** What does not depend on when: books, account, switches, and how much was traded on each side, in how many orders. */
function outcomeOf(machine: Machine, watcher: Watcher): string {
  // Of what a process wrote just before it died, nothing tells.
  watcher.look();
  const { ledger } = watcher;
  const account = machine.account();
  const books = [...ledger.books].map(([name, book]) => [
    name,
    [...book].map(([symbol, { quantity }]) => [symbol, quantity]).sort(),
  ]);
  const traded = totals(account?.fills ?? [], ({ quantity }) => quantity);
  const filled = (account?.orders ?? []).filter(
    ({ clientOrderId, filledQuantity }) => filledQuantity > 0 && clientOrderId.startsWith(ORDER_ID_PREFIX),
  );
  const toggle = machine.disk.find(`${MANIFESTS}/strategy_toggle.yaml`);
  return JSON.stringify({
    books: books.filter(([, book]) => book?.length !== 0).sort(),
    held: [...(account?.positions ?? [])].map(([symbol, { quantity }]) => [symbol, quantity]).sort(),
    traded,
    orders: totals(filled, () => 1),
    drains: [...ledger.drains.values()].map(({ strategy, close, state }) => [strategy, close, state]).sort(),
    toggle:
      toggle?.kind === 'file'
        ? toggle.data.toString().replace(/^(last_modified|modified_by).*$/gm, '')
        : null,
  });
}

/** By side and symbol. */
function totals<Item extends { readonly side: string; readonly symbol: string }>(
  items: readonly Item[],
  countOf: (item: Item) => number,
): Shares {
  const sums = new Map<string, number>();
  for (const item of items) {
    const key = `${item.side} ${item.symbol}`;
    sums.set(key, (sums.get(key) ?? 0) + countOf(item));
  }
  return [...sums].sort();
}
