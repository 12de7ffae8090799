/** Due slots that wait for something to pass: what keeps one open, and when a turn would only find that again. */
import { isOrder, type DueSlot, type Hold, type Plan } from './plan-types.ts';

export const UNKNOWN_WORLD: ReadonlySet<string> = new Set([
  'AccountUnknown',
  'PositionsUnknown',
  'OrdersUnknown',
  'ClockUnknown',
]);

/** What may be otherwise in a minute: a slot that was stopped by it goes on while its window is open. */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...UNKNOWN_WORLD,
  'Settling',
  'Unconfirmed',
  'HistoryUnavailable',
  'PendingOrder',
  'OrderUnresolved',
  'NothingAvailable',
  'MarketClosed',
  'Halted',
  'AccountBlocked',
  'Suspended',
  'NotFilled',
  'PartialFill',
  'RateLimited',
  'ClockSkew',
  'CalendarMismatch',
  'ForeignController',
  'ManifestsInvalid',
  'LossUnknown',
  'QuoteStale',
  'SpreadTooWide',
  'SymbolHalted',
  'BorrowUnknown',
]);

/** An exit goes on until the session ends: these end by themselves before that, or by an operator's word. */
const HOLDS_EXITS: ReadonlySet<string> = new Set([
  'BookChanged',
  'BreakOpen',
  'JournalBusy',
  'NoPrice',
  'SplitPending',
]);

/** Said of the strategy as a whole: only an entry that waits for its end keeps a slot open. */
function isSuspensionItself({ reason, symbol }: Hold): boolean {
  return reason === 'Suspended' && symbol === null;
}

type Due = readonly Pick<DueSlot, 'action'>[];

/** Whether the reason that stopped an order of such slots may pass while they are open. `code`: of a hold, or of an outcome. */
export function mayPass(code: string, due: Due): boolean {
  return TRANSIENT.has(code) || (HOLDS_EXITS.has(code) && due.some(({ action }) => action === 'exit'));
}

/** Whether a hold of their strategy keeps such slots open. */
export function keepsOpen(hold: Hold, due: Due): boolean {
  return mayPass(hold.reason, due) && !isSuspensionItself(hold);
}

/**
 * Strategies whose turn would do nothing: their due slots have started, they have no order, and something holds the slots
 * open. A turn of theirs would take the lock and give it back, with two records for nothing.
 */
export function onlyWaiting({ slots, actions, notDone }: Plan): ReadonlySet<string> {
  const names = new Set(slots.map(({ strategy }) => strategy));
  const waits = (name: string): boolean => {
    const due = slots.filter(({ strategy }) => strategy === name);
    const hasOrder = actions.some((action) => isOrder(action) && action.strategy === name);
    const isHeld = notDone.some((hold) => hold.strategy === name && keepsOpen(hold, due));
    return due.every(({ started }) => started) && !hasOrder && isHeld;
  };
  return new Set([...names].filter(waits));
}
