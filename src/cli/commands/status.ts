/** `hgctl status`: the seed's status screen. */
import type { CalendarOverrides } from '../../domain/calendar.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { formatLocal, formatLocalZone, type Instant } from '../../domain/instant.ts';
import { waitingFor } from '../../domain/schedule.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import type { Lot } from '../../observed/book.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { describeHalt, describeSuspension } from '../../reconciler/brakes.ts';
import type { ConditionHistory } from '../../reconciler/condition-history.ts';
import { doubtfulOrders } from '../../reconciler/conditions.ts';
import { isOff } from '../../reconciler/rules/orphans.ts';
import { dueOrNextSlot } from '../../reconciler/slots.ts';
import { isSwitchedOff, knownStrategies, type Standing } from '../../reconciler/standing.ts';
import { seenByController } from '../condition-file.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { foreignLock, warnOfRefusal, type ForeignLock } from '../prepare.ts';
import { stalledIn } from '../views/strategies.ts';

export async function runStatus(io: Io, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  try {
    io.stdout(`${statusScreen(world, world.ports.clock.now())}\n`);
    await warnOfRefusal(io, world);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function statusScreen(world: World, now: Instant): string {
  const { desired, ports, paths } = world;
  const foreign = foreignLock(world);
  const ledger = ports.journal.ledger();
  const seen = seenByController(paths, ports.processes);
  const known = [...knownStrategies(world, ledger)];
  const moment = { ledger, seen, now, calendar: desired.account.calendar };
  const blocks = [
    `Strategy Toggle Status\n======================\nTime: ${formatLocalZone(now)}`,
    ...(ledger.halt === null ? [] : [`Account: ${printable(describeHalt(ledger.halt))}`]),
    ...known.flatMap(([name, standing]) => blocksOf(name, standing, moment)),
    `Execution Lock: ${lockLine(ledger, foreign)}`,
    orphansBlock(known, ledger),
  ];
  return blocks.join('\n\n');
}

interface Moment {
  readonly ledger: Ledger;
  readonly seen: ConditionHistory;
  readonly now: Instant;
  readonly calendar: CalendarOverrides | undefined;
}

function blocksOf(name: string, standing: Standing, moment: Moment): string[] {
  switch (standing.kind) {
    case 'declared':
      return [strategyBlock(standing.strategy, moment)];
    case 'accepted':
      return [acceptedBlock(name, standing, moment)];
    case 'undeclared':
      return (moment.ledger.books.get(name)?.size ?? 0) > 0 ? [undeclaredBlock(name, moment.ledger)] : [];
  }
}

function strategyBlock(strategy: DesiredStrategy, moment: Moment): string {
  const lines = [
    `${strategy.name.toUpperCase()}: ${toggleWord(strategy)}`,
    ...bookLines(strategy.name, moment.ledger),
    `  Status: ${waiting(strategy, moment)}`,
    ...troubleLines(strategy.name, moment),
  ];
  if (strategy.lifecycle === 'planned') lines.push('  Lifecycle: planned, opens nothing yet');
  return lines.join('\n');
}

function troubleLines(name: string, { ledger, seen, now }: Moment): string[] {
  const lines: string[] = [];
  const suspension = suspensionAt(ledger, name, now);
  if (suspension !== null) lines.push(`  Entries: ${printable(describeSuspension(suspension))}`);
  const doubtful = doubtfulOrders(ledger, name);
  if (doubtful.length > 0) lines.push(`  In doubt: ${doubtful.join(', ')}`);
  const stalled = stalledIn(seen, name);
  if (stalled !== null) lines.push(`  Stalled: ${printable(stalled)}`);
  return lines;
}

/** As far as the journal knows it. */
function acceptedBlock(
  name: string,
  standing: Extract<Standing, { kind: 'accepted' }>,
  moment: Moment,
): string {
  const { ledger } = moment;
  const onWord = standing.entry.lifecycle === 'planned' ? 'PLANNED' : 'ENABLED';
  return [
    `${name.toUpperCase()}: ${isSwitchedOff(standing, ledger) ? 'DISABLED' : onWord}`,
    ...bookLines(name, ledger),
    '  Status: The manifests are invalid; its exits go on, and it opens nothing',
    ...troubleLines(name, moment),
  ].join('\n');
}

function toggleWord({ toggle, lifecycle }: DesiredStrategy): string {
  if (toggle === null) return lifecycle === 'planned' ? 'PLANNED' : 'DISABLED';
  if (!toggle.enabled) return 'DISABLED';
  return toggle.shutdownRequested ? 'SHUTDOWN REQUESTED' : 'ENABLED';
}

function bookLines(name: string, ledger: Ledger): string[] {
  const executed = ledger.lastExecution.get(name);
  return [
    `  Last execution: ${executed === undefined ? 'Never' : formatLocal(executed)}`,
    `  Positions: ${positionsOf(ledger.books.get(name))}`,
  ];
}

function positionsOf(book: ReadonlyMap<string, Lot> | undefined): string {
  const positions = [...(book ?? [])].map(
    ([symbol, { quantity }]) => `${symbol} (${formatQuantity(quantity)})`,
  );
  return positions.join(', ') || 'None';
}

function waiting(strategy: DesiredStrategy, { ledger, now, calendar }: Moment): string {
  if (strategy.toggle?.shutdownRequested === true) return 'Stopping: shutdown requested';
  if (isOff(strategy)) return offWith(ledger.books.get(strategy.name)?.size ?? 0, strategy);
  if (strategy.schedule.length === 0) return 'Follows its targets on every pass';
  return waitingFor(dueOrNextSlot(ledger, strategy, now, calendar), now);
}

function offWith(positions: number, { orphans }: DesiredStrategy): string {
  if (positions === 0) return 'Off';
  return orphans === 'close'
    ? 'Off, its positions are closed on the next pass'
    : 'Off, its positions are held';
}

function undeclaredBlock(name: string, ledger: Ledger): string {
  return [
    `${name.toUpperCase()}: UNDECLARED`,
    ...bookLines(name, ledger),
    '  Status: No manifest; its book is kept',
  ].join('\n');
}

function lockLine({ lock }: Ledger, foreign: ForeignLock | null): string {
  if (foreign !== null) {
    return `${printable(foreign.holder)} (another program, in the state file; until ${formatLocal(foreign.expires)})`;
  }
  return lock === null
    ? 'None'
    : `${lock.holder} (acquired ${formatLocal(lock.acquired)}, expires ${formatLocal(lock.expires)})`;
}

/** Rule 7 of the seed: positions in the book of a disabled strategy. */
function orphansBlock(known: readonly (readonly [string, Standing])[], ledger: Ledger): string {
  const orphaned = known.filter(
    ([name, standing]) => isSwitchedOff(standing, ledger) && (ledger.books.get(name)?.size ?? 0) > 0,
  );
  if (orphaned.length === 0) return 'Orphaned Positions: None';
  const lines = orphaned.map(([name]) => `  ${name.toUpperCase()}: ${positionsOf(ledger.books.get(name))}`);
  return ['Orphaned Positions:', ...lines].join('\n');
}
