/** The five steps of a start after a crash (seed, "Process Crash Recovery"), said before anything is changed. */
import { viewLock } from '../actions/lock-view.ts';
import type { Look } from '../actions/look.ts';
import { formatQuantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { attribute } from '../observed/attribution.ts';
import type { Ledger } from '../observed/ledger.ts';
import { describeHalt } from '../reconciler/brakes.ts';
import { isFollowing } from '../reconciler/followed.ts';
import { isOff } from '../reconciler/rules/orphans.ts';
import { inspectStateFile } from '../store/state-inspection.ts';
import { whyUnknown } from '../observed/unknown.ts';
import type { World } from './compose.ts';
import { printable } from './output/printable.ts';

/** `look`: the first one of the command. The orders, syncs and the lock that it names are dealt with before any new order. */
export function recoverySteps({ ports, paths, desired }: World, look: Look): string {
  const { ledger } = look.observed;
  const steps = [
    `State: ${stateLine(ledger, inspectStateFile(paths.stateFile, ports.journal).kind)}`,
    `Sync with the broker: ${syncLine(look, desired.account.execution.settleWindow)}`,
    `Orphaned positions: ${orphanLine(desired, ledger)}`,
    `Execution lock: ${lockLine(ports, ledger)}`,
    resumeLine(ledger),
  ];
  const lines = steps.map((step, index) => `  ${index + 1}. ${printable(step)}\n`);
  return `Recovery\n${lines.join('')}`;
}

type StateKind = ReturnType<typeof inspectStateFile>['kind'];

const STATE_WORDS: Readonly<Record<StateKind, string>> = {
  current: 'the state file agrees',
  missing: 'the state file is missing',
  older: 'the state file is older',
  ahead: 'the state file has seen more',
  edited: 'the state file was changed outside',
  foreign: "the state file is another program's",
  invalid: 'the state file cannot be read',
};

function stateLine({ seq, books, opened }: Ledger, kind: StateKind): string {
  if (!opened) return 'no journal yet, a first start';
  const positions = [...books.values()].reduce((sum, book) => sum + book.size, 0);
  return `${count(seq, 'record')}, ${count(positions, 'position')} in the books; ${STATE_WORDS[kind]}`;
}

function syncLine({ plan, observed }: Look, settleWindow: number): string {
  const { ledger, snapshot } = observed;
  const { positions, takenAt } = snapshot;
  if (positions.kind === 'unknown') return whyUnknown(positions);
  const differing = plan.actions.filter(
    (action) => action.kind === 'sync-position' || action.kind === 'report-break' || isFollowing(action),
  );
  const doubtful = plan.notDone.filter(({ reason }) => reason === 'Unconfirmed');
  const names = new Set([...differing, ...doubtful].map(({ symbol }) => symbol ?? ''));
  const breaks = [...ledger.breaks.keys()].filter((symbol) => !names.has(symbol));
  const { differences } = attribute(ledger, positions.data, takenAt, settleWindow);
  const settling = [...differences.values()].filter((one) => one.settling !== 0).map(({ symbol }) => symbol);
  const parts = [
    listed('differs in', [...names]),
    listed('open break on', breaks),
    listed('settling in', settling),
  ];
  return parts.filter((part) => part !== '').join('; ') || 'every position is there';
}

function listed(what: string, symbols: readonly string[]): string {
  return symbols.length === 0 ? '' : `${what} ${symbols.join(', ')}`;
}

function orphanLine({ strategies }: DesiredState, { books }: Ledger): string {
  const orphans = strategies
    .filter((strategy) => isOff(strategy) && (books.get(strategy.name)?.size ?? 0) > 0)
    .map(({ name }) => {
      const positions = [...(books.get(name) ?? [])].map(
        ([symbol, { quantity }]) => `${symbol} (${formatQuantity(quantity)})`,
      );
      return `${name.toUpperCase()}: ${positions.join(', ')}`;
    });
  return orphans.join('; ') || 'none';
}

function lockLine(ports: World['ports'], { lock }: Ledger): string {
  const view = viewLock(ports, lock, null);
  if (lock === null || view.kind === 'free') return 'none';
  const holder = `${lock.holder} (pid ${lock.owner.pid}, lock ${lock.lockId})`;
  if (view.kind === 'stale') return `stale, of ${holder}: it is released`;
  return `held by ${holder}`;
}

function resumeLine({ openOrders, drains, halt }: Ledger): string {
  if (halt !== null) return `Not resuming: ${describeHalt(halt)}`;
  const orders = openOrders.size === 0 ? [] : [`${count(openOrders.size, 'order')} without an end`];
  const pending = [...drains.values()].filter(({ state }) => state === 'pending');
  const shutdowns = pending.map(({ strategy }) => `the shutdown of ${strategy}`);
  const first = [...orders, ...shutdowns];
  return first.length === 0 ? 'Resuming normal operation' : `Resuming with ${first.join(' and ')}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
