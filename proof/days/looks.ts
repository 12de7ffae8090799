/** Looks at slots when they have to be done: whether they are, or somebody has said that they are not to be. */
import type { JournalEvent, JournalRecord, TerminalStatus } from '../../src/observed/events.ts';
import { lateBeginning, slotOf } from '../invariants/slots.ts';
import { momentOf, WEDNESDAY, type Planned } from './schedules.ts';
import type { Sessions } from './sessions.ts';
import { MINUTE, SECOND, SHARE, type Stage } from './stage.ts';

/** What a controller needs to bring a slot to its end when nothing goes wrong any more. */
const ENOUGH = 4 * MINUTE;
/** An exit is tried again within a minute. */
const ENOUGH_FOR_AN_EXIT = 2 * MINUTE;
/** From the time of a slot to the decision on its first order: turns of others, and looks for lost orders, may come between. */
const BEGINNING = 30 * SECOND;
/** From the last moment at which an order may go out to the look at what has become of it. */
const FOLLOWED = MINUTE;
/** Looks at each slot once, when it has to be done. `plans`: what is scheduled for this session now. */
export function looksOf(sessions: Sessions, plans: () => readonly Planned[]): (now: number) => void {
  const looked = new Set<string>();
  return (now) => {
    for (const planned of plans()) {
      if (looked.has(planned.slot) || now < lookAt(planned)) continue;
      looked.add(planned.slot);
      look(sessions, planned);
    }
  };
}

/** Of an exit in the morning, long enough after the trader came; else just after the last moment of all. */
function lookAt({ slot, action, closesAt, lastStart }: Planned): number {
  if (action !== 'exit') return closesAt + FOLLOWED;
  return slot.endsWith('/0931') ? momentOf(WEDNESDAY, '09:48:00') : lastStart + FOLLOWED;
}

function look(sessions: Sessions, planned: Planned): void {
  const { stage, calm } = sessions;
  const isExit = planned.action === 'exit';
  const end = isExit ? lookAt(planned) - FOLLOWED : planned.closesAt;
  if (calm === null || calm + (isExit ? ENOUGH_FOR_AN_EXIT : ENOUGH) > end) return;
  if (isExcused(sessions, planned)) return stage.count('slots that were stopped, or refused');
  stage.count('slots that had to be done');
  lookAtStart(sessions, planned);
  if (isExit) stage.guard.note('exits-go-on', whatIsLeft(stage, planned));
  else stage.guard.note('a-slot-is-done-in-its-window', whatIsMissing(stage, planned));
}

/** Where nothing went wrong for long enough before it. */
function lookAtStart({ stage, calm }: Sessions, { slot, opensAt }: Planned): void {
  if (calm === null || calm + ENOUGH > opensAt) return;
  stage.count('slots that had to begin in time');
  const { records } = stage.guard.watcher;
  stage.guard.note('a-slot-begins-in-time', lateBeginning(records, { slot, opensAt }, BEGINNING));
}

function whatIsLeft({ guard }: Stage, { strategy, opensAt }: Planned): string | null {
  const book = [...(guard.watcher.ledger.books.get(strategy) ?? [])];
  const [left] = book.filter(([, { since }]) => since < opensAt);
  return left === undefined ? null : `${strategy} still owns ${left[1].quantity / SHARE} ${left[0]}`;
}

function whatIsMissing({ guard }: Stage, { slot, strategy }: Planned): string | null {
  const { slots: runs, books } = guard.watcher.ledger;
  const run = runs.get(slot);
  const ownedOf = (symbol: string): number => books.get(strategy)?.get(symbol)?.quantity ?? 0;
  const wrong = run?.targets.find(({ symbol, quantity }) => ownedOf(symbol) !== quantity);
  if (wrong !== undefined)
    return `${slot} wants ${wrong.quantity / SHARE} ${wrong.symbol}, and has ${ownedOf(wrong.symbol) / SHARE}`;
  return run?.state === 'done' ? null : `${slot} is ${run?.state ?? 'not started'}`;
}

/** Whether somebody has said that it is not to be done, has traded what it trades, or the broker has refused. */
function isExcused(
  { stage, edits, traded }: Sessions,
  { slot, strategy, opensAt, action }: Planned,
): boolean {
  const { watcher } = stage.guard;
  const since = momentOf(slot.split('/')[1] ?? '', '00:00:00');
  // Also behind its window: an edit that brings a slot whose time is over asks for nothing.
  const isEdited = edits.some((edit) => edit.strategy === strategy && edit.at > opensAt - MINUTE);
  if (action !== 'exit' && (isEdited || watcher.records.some(isTriggerBeside(slot, strategy, since))))
    return true;
  // Shares that nobody owns, or that are gone, wait for a person.
  const waits = (symbol: string): boolean => traded.has(symbol) || watcher.ledger.breaks.has(symbol);
  if (stage.wanted.get(strategy)?.universe.some(waits)) return true;
  if (watcher.records.some((record) => isExcuse(record, strategy, since))) return true;
  // What another slot has lost does not go out again in this one, and holds its symbol until the session is over.
  const open = [...watcher.ledger.openOrders.values()].filter(({ intent }) => intent.strategy === strategy);
  return open.some(({ intent }) => slotOf(intent) !== slot);
}

/** What an operator has had done of another slot of the day comes behind it: that one may sell what this one has bought. */
function isTriggerBeside(slot: string, strategy: string, since: number): (record: JournalRecord) => boolean {
  return ({ event, time }) =>
    time >= since &&
    event.type === 'slot-triggered' &&
    event.slot !== slot &&
    event.slot.startsWith(`${strategy}/`);
}

function isExcuse({ event, time }: JournalRecord, strategy: string, since: number): boolean {
  if (event.type === 'drain-requested' || event.type === 'strategy-suspended')
    return event.strategy === strategy;
  if (event.type === 'halted') return true;
  if (time < since) return false;
  return event.type === 'break-opened' || event.type === 'synced' || isRefusal(event, strategy);
}

/** A leg that has missed its part is not tried again in its session. */
function isFinalFor(strategy: string, status: TerminalStatus): boolean {
  return status === 'refused' || status === 'rejected' || (strategy === 'hedge' && status === 'canceled');
}

function isRefusal(event: JournalEvent, strategy: string): boolean {
  const isFinal =
    event.type === 'order-declined' || (event.type === 'order-ended' && isFinalFor(strategy, event.status));
  return isFinal && event.clientOrderId.startsWith(`hg-${strategy}-`);
}
