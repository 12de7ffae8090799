/** `hgctl describe strategy NAME`: its manifest, conditions, positions, orders and what comes next. */
import { formatPercent } from '../../domain/decimal.ts';
import { dateOf } from '../../domain/instant.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatScheduleTime } from '../../domain/schedule.ts';
import type { DesiredStrategy, ScheduleEntry } from '../../desired/desired-state.ts';
import type { Look } from '../../actions/look.ts';
import { isQuiet } from '../../reconciler/conditions.ts';
import { lookAndPlan } from '../../reconciler/reconcile.ts';
import { knownStrategies, type Standing } from '../../reconciler/standing.ts';
import { ageOf } from '../../strategies/omr-provenance.ts';
import { counted } from '../health/verdicts.ts';
import { seenByController } from '../condition-file.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { grouped } from '../output/figures.ts';
import { tableCell } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { passOf, warnOfRefusal } from '../prepare.ts';
import { FILL_COLUMNS, fillItems } from '../views/orders.ts';
import { POSITION_COLUMNS, positionItems } from '../views/positions.ts';
import { absent, strategyItems, type StrategyItem } from '../views/strategies.ts';
import { tablesOf, type TableFacts } from '../views/trained-tables.ts';
import { unknownStrategy } from '../known-names.ts';

const FILLS_SHOWN = 10;

interface Described extends Look {
  readonly tables: readonly TableFacts[];
}

export async function runDescribe(
  io: Io,
  { kind, name }: { readonly kind: string; readonly name: string },
  options: GlobalOptions,
): Promise<ExitCode> {
  if (!['strategy', 'strategies', 'strat', 'st'].includes(kind)) {
    throw new HgctlError(EXIT.usage, `cannot describe ${JSON.stringify(kind)}`, { hint: 'one of: strategy' });
  }
  const world = openWorldAnyway(io, options);
  try {
    const look = await lookAndPlan(passOf(io, world), false);
    const items = strategyItems({
      desired: world.desired,
      problems: world.problems,
      ledger: look.observed.ledger,
      plan: look.plan,
      seen: seenByController(world.paths, world.ports.processes),
    });
    const item = items.find((candidate) => candidate.name === name);
    if (item === undefined)
      throw unknownStrategy(
        name,
        items.map((candidate) => candidate.name),
      );
    io.stdout(`${describe(item, world, { ...look, tables: await tablesOf(world) })}\n`);
    await warnOfRefusal(io, world);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function describe(item: StrategyItem, world: World, look: Described): string {
  const standing = knownStrategies(world, look.observed.ledger).get(item.name);
  const place = world.manifests.locate(`strategy/${item.name}`);
  const facts = [
    ['Name', item.name],
    ['Description', item.description || absent(item)],
    ['Manifest', place ?? absent(item)],
    [
      'Labels',
      Object.entries(item.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ') || absent(item),
    ],
    ['State', item.state],
    ...manifestFacts(standing),
    ...tableRows(item.name, world, look.tables),
    [
      'Exposure',
      `${item.exposurePercent ?? '<unknown>'} of equity (${item.exposure === null ? '<unknown>' : grouped(item.exposure)})`,
    ],
    ['Realised', item.realised],
    ['Last execution', item.lastExecution ?? '<none>'],
    ['Next slot', item.nextSlot === null ? '<none>' : `${item.nextSlot.action} at ${item.nextSlot.at}`],
  ];
  return [
    formatTable(
      [{ header: '' }, { header: '' }],
      facts.map(([label = '', value = '']) => [`${label}:`, printable(value)]),
      { headers: false },
    ).trimEnd(),
    section(
      'Conditions',
      item.conditions
        .filter((condition) => !isQuiet(condition))
        .map(({ type, status, reason, message, lastTransitionTime }) => [
          type,
          status,
          lastTransitionTime === undefined ? '' : `since ${lastTransitionTime}`,
          reason,
          printable(message),
        ]),
    ),
    positionsSection(item.name, world, look),
    fillsSection(item.name, look),
    dueSection(item.name, look),
  ].join('\n\n');
}

/** What a table knows, from where, and how old that is. */
function tableRows(name: string, { desired, ports }: World, tables: readonly TableFacts[]): string[][] {
  const today = dateOf(ports.clock.now());
  return tables
    .filter(({ strategy }) => strategy === name)
    .map(({ table }) => {
      if (typeof table === 'string') return ['Table', table];
      const { firstDate, lastDate, rows, prices } = table.training;
      const age = counted(ageOf(table, today, desired.account.calendar), 'session');
      const span = `${String(rows)} nights from ${firstDate} to ${lastDate}, ${age} before today`;
      return ['Table', `${span}; prices: ${prices?.source ?? '<unknown>'}; trained ${table.trainedAt}`];
    });
}

function manifestFacts(standing: Standing | undefined): string[][] {
  if (standing?.kind === 'declared') return declaredFacts(standing.strategy);
  if (standing?.kind !== 'accepted') return [];
  const { lifecycle, schedule } = standing.entry;
  return [
    ['Lifecycle', lifecycle],
    ['Schedule', scheduleWords(schedule)],
    ...['Priority', 'Signal', 'Universe', 'Capital', 'Orphans', 'Loss limits'].map((label) => [
      label,
      '<unknown>',
    ]),
  ];
}

function scheduleWords(schedule: readonly ScheduleEntry[]): string {
  return schedule.map(({ at, action }) => `${formatScheduleTime(at)} ${action}`).join(', ') || 'every pass';
}

function declaredFacts(strategy: DesiredStrategy): string[][] {
  const { capital, schedule, signal, universe, priority, orphans, lifecycle, risk } = strategy;
  return [
    ['Lifecycle', lifecycle],
    ['Priority', String(priority)],
    ['Signal', signal.type],
    ['Universe', `${universe.size} symbols`],
    [
      'Capital',
      `${formatPercent(capital.positionSize)} a position, at most ${capital.maxPositions}, together ${formatPercent(capital.maxExposure)}`,
    ],
    ['Schedule', scheduleWords(schedule)],
    ['Orphans', orphans],
    ['Loss limits', lossWords(risk)],
  ];
}

function lossWords(risk: DesiredStrategy['risk']): string {
  const { daily = null, weekly = null, drawdown = null } = risk ?? {};
  const words = Object.entries({ daily, weekly, drawdown }).flatMap(([limit, ratio]) =>
    ratio === null ? [] : [`${limit} ${formatPercent(ratio)}`],
  );
  return words.join(', ') || '<none>';
}

function positionsSection(name: string, { desired }: World, { observed }: Look): string {
  const items = positionItems(observed, desired.account.execution.settleWindow).filter(
    ({ strategy }) => strategy === name,
  );
  const columns = POSITION_COLUMNS.slice(1);
  return section(
    'Positions',
    items.map((item) => columns.map((column) => tableCell(column, item))),
    columns.map(({ header }) => header),
  );
}

function fillsSection(name: string, { observed }: Look): string {
  const items = fillItems(observed.ledger)
    .filter(({ strategy }) => strategy === name)
    .slice(-FILLS_SHOWN);
  return section(
    `Last ${FILLS_SHOWN} fills`,
    items.map((item) => FILL_COLUMNS.map((column) => tableCell(column, item))),
    FILL_COLUMNS.map(({ header }) => header),
  );
}

function dueSection(name: string, { plan }: Look): string {
  const due = plan.actions
    .filter((action) => action.strategy === name)
    .map((action) => [action.id, action.reason]);
  const held = plan.notDone
    .filter((hold) => hold.strategy === name)
    .map(({ symbol, reason, detail }) => [symbol ?? '', reason, printable(detail)]);
  const next = due.length > 0 ? "\n\nNext: 'hgctl apply' carries out what is due." : '';
  return `${section('Due', due)}\n\n${section('Not done', held)}${next}`;
}

function section(title: string, rows: readonly (readonly string[])[], headers?: readonly string[]): string {
  if (rows.length === 0) return `${title}: none`;
  const width = Math.max(...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) => ({ header: headers?.[index] ?? '' }));
  const table = formatTable(columns, rows, { headers: headers !== undefined });
  return `${title}:\n${table
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}`;
}
