/** The conditions of a strategy, as the last look shows them. */
import { suspensionAt } from '../observed/brakes.ts';
import type { Ledger, LedgerOrder } from '../observed/ledger.ts';
import { ACCOUNT } from '../observed/loss-curve.ts';
import { describeHalt, describeSuspension } from './brakes.ts';
import { describeIssues } from '../observed/data-issue.ts';
import { symbolsRead } from './symbols-read.ts';
import { isOrder, type Hold, type HoldReason, type Plan } from './plan-types.ts';
import { latchDetail } from './rules/loss-limits.ts';
import { isOff } from './rules/orphans.ts';
import { isSwitchedOff, type Standing } from './standing.ts';

export const CONDITION_TYPES = [
  'Ready',
  'Synced',
  'Healthy',
  'WithinLimits',
  'Suspended',
  'InDoubt',
  'Stalled',
  'OrphanedPositions',
  'DataFallback',
  'Undeclared',
  'ManifestsInvalid',
] as const;

export interface Condition {
  readonly type: (typeof CONDITION_TYPES)[number];
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Conditions that are False where all is well. */
export type Trouble =
  | 'Suspended'
  | 'InDoubt'
  | 'Stalled'
  | 'OrphanedPositions'
  | 'DataFallback'
  | 'Undeclared'
  | 'ManifestsInvalid';

export interface ConditionInput {
  readonly name: string;
  readonly standing: Standing;
  /** Why the manifests on disk are not in force; empty where they are. */
  readonly problems: readonly string[];
  readonly ledger: Ledger;
  readonly plan: Plan;
  /** What the controller says of it; null where it does not keep failing, or no controller runs. */
  readonly stalled: string | null;
  /** As the running controller has seen them last; empty without one. For what only the manifests in force can tell. */
  readonly seen: readonly Condition[];
}

/** Unknown where a strategy has no such condition: `WithinLimits` without a limit. */
export function statusOf(conditions: readonly Condition[], type: Condition['type']): Condition['status'] {
  return conditions.find((condition) => condition.type === type)?.status ?? 'Unknown';
}

/** All conditions in one order; `WithinLimits` only of strategies that have limits, or are stopped by one. */
export function conditionsOf(input: ConditionInput): Condition[] {
  const limits = withinLimits(input);
  return [
    ready(input),
    synced(input),
    healthy(input),
    ...(limits === null ? [] : [limits]),
    suspended(input),
    inDoubt(input),
    stalled(input),
    orphanedPositions(input),
    dataFallback(input),
    undeclared(input),
    manifestsInvalid(input),
  ];
}

const TROUBLES: ReadonlySet<Condition['type']> = new Set<Trouble>([
  'Suspended',
  'InDoubt',
  'Stalled',
  'OrphanedPositions',
  'DataFallback',
  'Undeclared',
  'ManifestsInvalid',
]);

/** Whether people need not be told: a trouble that is not there. */
export function isQuiet({ type, status }: Condition): boolean {
  return TROUBLES.has(type) && status === 'False';
}

function trouble(type: Trouble, found: { reason: string; message: string } | null): Condition {
  return found === null
    ? { type, status: 'False', reason: 'NothingFound', message: '' }
    : { type, status: 'True', ...found };
}

function suspended({ ledger, name, plan }: ConditionInput): Condition {
  const suspension = suspensionAt(ledger, name, plan.at);
  const found = suspension && { reason: 'Operator', message: describeSuspension(suspension) };
  return trouble('Suspended', found);
}

function inDoubt({ ledger, name }: ConditionInput): Condition {
  const ids = doubtfulOrders(ledger, name);
  const found = ids.length === 0 ? null : { reason: 'OrderUnresolved', message: ids.join(', ') };
  return trouble('InDoubt', found);
}

const DOUBTFUL: ReadonlySet<LedgerOrder['status']> = new Set(['unknown', 'unseen', 'declined']);

/** Ids of its orders of which nobody knows what became of them: no answer, or none was waited for. */
export function doubtfulOrders({ openOrders, lock }: Ledger, name: string): string[] {
  return [...openOrders.values()]
    .filter(({ intent }) => intent.strategy === name)
    .filter(({ status }) => DOUBTFUL.has(status) || (status === 'intended' && lock === null))
    .map(({ intent }) => intent.clientOrderId);
}

function stalled(input: ConditionInput): Condition {
  const found = input.stalled === null ? null : { reason: 'KeepsFailing', message: input.stalled };
  return trouble('Stalled', found);
}

function orphanedPositions({ standing, ledger, name }: ConditionInput): Condition {
  const held = ledger.books.get(name)?.size ?? 0;
  const isOrphaned = held > 0 && isSwitchedOff(standing, ledger);
  const found = isOrphaned ? { reason: 'StrategyDisabled', message: counted(held, 'position') } : null;
  return trouble('OrphanedPositions', found);
}

/** What this look was not told, a controller that runs may have been: it asks for series in slots only. */
function dataFallback({ standing, ledger, name, plan, seen }: ConditionInput): Condition {
  const read = new Set(ledger.books.get(name)?.keys());
  if (standing.kind === 'declared') for (const symbol of symbolsRead(standing.strategy)) read.add(symbol);
  const issues = (plan.dataIssues ?? []).filter(({ symbol }) => read.has(symbol));
  const known = seen.find(({ type, status }) => type === 'DataFallback' && status === 'True');
  if (issues.length === 0) return known ?? trouble('DataFallback', null);
  const failed = issues.some(({ kind }) => kind === 'failed');
  const reason = failed ? 'SourceFailed' : 'FallbackUsed';
  return trouble('DataFallback', { reason, message: describeIssues(issues) });
}

function undeclared({ standing }: ConditionInput): Condition {
  const message = 'the book is kept, nothing is opened';
  return trouble('Undeclared', standing.kind === 'undeclared' ? { reason: 'NoManifest', message } : null);
}

function manifestsInvalid({ problems }: ConditionInput): Condition {
  const message = problems.map((problem) => problem.replace(/\s*\n\s*/g, ' ')).join('; ');
  const found = problems.length === 0 ? null : { reason: 'LastAcceptedInForce', message };
  return trouble('ManifestsInvalid', found);
}

function ready(input: ConditionInput): Condition {
  const { standing, ledger, name, plan, problems } = input;
  const no = (reason: string, message: string): Condition => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
  });
  if (ledger.halt !== null) return no('Halted', describeHalt(ledger.halt));
  const suspension = suspensionAt(ledger, name, plan.at);
  if (suspension !== null) return no('Suspended', describeSuspension(suspension));
  if (standing.kind === 'undeclared') return no('Undeclared', 'it has no manifest');
  const { lifecycle } = standing.kind === 'declared' ? standing.strategy : standing.entry;
  if (lifecycle === 'planned') return no('Planned', 'lifecycle planned: it opens nothing yet');
  const drain = ledger.drains.get(name);
  if (drain !== undefined)
    return no(
      'Disabled',
      `the journal: ${drain.by} disabled it with hgctl; 'hgctl enable ${name}' ends that`,
    );
  const off = whyOff(standing, ledger);
  if (off !== null) return no(off.reason, off.message);
  if (problems.length > 0) return no('ManifestsInvalid', 'nothing is opened while the manifests are invalid');
  const limits = withinLimits(input);
  if (limits !== null && limits.status !== 'True') return no(limits.reason, limits.message);
  return { type: 'Ready', status: 'True', reason: 'Enabled', message: 'its targets are followed' };
}

function whyOff(standing: Standing, ledger: Ledger): Pick<Condition, 'reason' | 'message'> | null {
  if (standing.kind === 'accepted' && isSwitchedOff(standing, ledger))
    return { reason: 'Disabled', message: 'it was switched off when the last manifests were accepted' };
  if (standing.kind !== 'declared') return null;
  const { strategy } = standing;
  if (isOff(strategy)) return { reason: 'Disabled', message: 'it is disabled in the toggle file' };
  const isStopping = strategy.toggle?.shutdownRequested === true;
  return isStopping ? { reason: 'ShutdownRequested', message: 'a shutdown is requested' } : null;
}

/** Of strategies that have limits, or are stopped by one: their own, or the account's. Null for all others. */
function withinLimits({ standing, ledger, name, plan }: ConditionInput): Condition | null {
  const is = (status: Condition['status'], reason: string, message: string): Condition => ({
    type: 'WithinLimits',
    status,
    reason,
    message,
  });
  const latch = ledger.latches.get(ACCOUNT) ?? ledger.latches.get(name);
  if (latch !== undefined) return is('False', 'LossLimit', latchDetail(latch));
  const due = plan.actions.find(
    (action) => action.kind === 'latch-limit' && (action.strategy === null || action.strategy === name),
  );
  if (due?.kind === 'latch-limit') return is('False', 'LossLimit', due.to);
  const unknown = plan.notDone.find((held) => held.strategy === name && held.reason === 'LossUnknown');
  if (unknown !== undefined) return is('Unknown', unknown.reason, unknown.detail);
  const hasLimits = standing.kind === 'declared' && standing.strategy.risk !== undefined;
  return hasLimits ? is('True', 'WithinLimits', 'no loss limit is crossed') : null;
}

/**
 * True only where the book is as wanted. What is due makes it False, and so does a hold that keeps the book from what is
 * wanted, with the reason of that hold. No deviation are a difference within the band, a weight of less than one share,
 * and a strategy that is switched off or planned and owns nothing. A position that such a strategy still owns is one:
 * also where the manifest says `orphans: hold`, nobody follows it any more.
 */
function synced(input: ConditionInput): Condition {
  const { name, plan } = input;
  const is = (status: Condition['status'], reason: string, message: string): Condition => ({
    type: 'Synced',
    status,
    reason,
    message,
  });
  if (plan.totals === null) return is('Unknown', 'BrokerUnknown', 'the account is not known');
  const holds = plan.notDone.filter((hold) => deviates(hold, input));
  const failed = holds.find(({ reason }) => reason === 'SignalFailed');
  if (failed !== undefined) return is('False', failed.reason, failed.detail);
  const due = plan.actions.filter((action) => action.strategy === name);
  if (due.length > 0)
    return is(
      'False',
      'ActionsDue',
      `${counted(due.length, 'action')} due, ${counted(due.filter(isOrder).length, 'order')} of them`,
    );
  const { standing } = input;
  if (standing.kind === 'accepted' && !wantsNothing(standing, input)) return seenSynced(input);
  const held = holds.find(({ reason }) => reason !== 'SignalNotRun');
  if (held !== undefined) return is('False', held.reason, heldText(held, holds.length - 1));
  const [unasked] = holds;
  if (unasked !== undefined) return is('Unknown', unasked.reason, unasked.detail);
  return is('True', 'NothingToDo', 'the book is as wanted');
}

type AcceptedStanding = Extract<Standing, { kind: 'accepted' }>;

/** Whoever is planned or switched off and owns nothing is as wanted, whatever the manifest says. */
function wantsNothing(standing: AcceptedStanding, { ledger, name }: ConditionInput): boolean {
  const isPlanned = standing.entry.lifecycle === 'planned';
  return (isPlanned || isSwitchedOff(standing, ledger)) && (ledger.books.get(name)?.size ?? 0) === 0;
}

/** The journal does not record what a manifest wants; a controller that runs may still have it in its memory. */
function seenSynced({ seen }: ConditionInput): Condition {
  const found = seen.find(({ type }) => type === 'Synced');
  const message = 'what is wanted is not known while the manifests are invalid';
  return found ?? { type: 'Synced', status: 'Unknown', reason: 'ManifestsInvalid', message };
}

const AS_WANTED: ReadonlySet<HoldReason> = new Set(['WithinBand', 'BelowOneShare']);
/** Of a strategy that follows no targets: its book alone says whether something is not as it should be. */
const IDLE: ReadonlySet<HoldReason> = new Set(['StrategyDisabled', 'StrategyPlanned', 'ShutdownRequested']);

function deviates({ strategy, symbol, reason }: Hold, { name, ledger }: ConditionInput): boolean {
  const book = ledger.books.get(name);
  // A break is nobody's; it concerns whoever owns the symbol.
  if (strategy === null) return reason === 'BreakOpen' && symbol !== null && book?.has(symbol) === true;
  if (strategy !== name || AS_WANTED.has(reason)) return false;
  // Said of the strategy as a whole; what it keeps from the book is held symbol by symbol.
  if (reason === 'Suspended' && symbol === null) return false;
  return !IDLE.has(reason) || (book?.size ?? 0) > 0;
}

function heldText({ symbol, detail }: Hold, others: number): string {
  const more = others > 0 ? `; and ${others} more` : '';
  return `${symbol === null ? '' : `${symbol}: `}${detail}${more}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** False while a symbol of the strategy is frozen for everything. */
function healthy({ name, ledger, plan }: ConditionInput): Condition {
  const symbols = new Set(ledger.books.get(name)?.keys());
  const broken = [...ledger.breaks.values()].filter(({ symbol }) => symbols.has(symbol));
  if (broken.length > 0) {
    const message = broken.map(({ symbol, kind }) => `${symbol}: ${kind}`).join(', ');
    return { type: 'Healthy', status: 'False', reason: 'BreakOpen', message };
  }
  const doubtful = [...ledger.openOrders.values()].filter(({ intent }) => intent.strategy === name);
  if (doubtful.length > 0) {
    const message = doubtful.map(({ intent }) => intent.clientOrderId).join(', ');
    return { type: 'Healthy', status: 'False', reason: 'OrderUnresolved', message };
  }
  if (plan.totals === null)
    return {
      type: 'Healthy',
      status: 'Unknown',
      reason: 'BrokerUnknown',
      message: 'the account is not known',
    };
  return { type: 'Healthy', status: 'True', reason: 'AsExpected', message: 'no doubt about any symbol' };
}
