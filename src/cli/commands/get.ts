/** `hgctl get`: lists of what is declared, owned, ordered, filled and locked. Writes nothing. */
import type { JournalRecord } from '../../observed/events.ts';
import { readRecords } from '../../store/journal-check.ts';
import { BREAK_COLUMNS, BREAK_WIDE, breakItems } from '../views/breaks.ts';
import { EVENT_COLUMNS, EVENT_WIDE, eventItems } from '../views/events.ts';
import { observe } from '../../actions/observe.ts';
import type { DesiredState } from '../../desired/desired-state.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import type { Ledger } from '../../observed/ledger.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import { whyUnknown } from '../../observed/unknown.ts';
import { lookAndPlan, withoutPrograms } from '../../reconciler/reconcile.ts';
import { knownStrategies, type ManifestsInForce, type Standing } from '../../reconciler/standing.ts';
import { seenByController } from '../condition-file.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { unknownStrategy } from '../known-names.ts';
import { parseFormat, renderList, type ListView } from '../output/formats.ts';
import { foreignLock, passOf, warnOfRefusal, type ForeignLock } from '../prepare.ts';
import { parseSelector } from '../selector.ts';
import { LOCK_COLUMNS, LOCK_WIDE, lockItems } from '../views/locks.ts';
import {
  FILL_COLUMNS,
  FILL_WIDE,
  fillItems,
  ORDER_COLUMNS,
  ORDER_WIDE,
  orderItems,
} from '../views/orders.ts';
import { POSITION_COLUMNS, POSITION_WIDE, positionItems } from '../views/positions.ts';
import { STRATEGY_COLUMNS, STRATEGY_WIDE, strategyItems, type StrategyContext } from '../views/strategies.ts';

export interface GetOptions extends GlobalOptions {
  readonly output: string;
  readonly headers: boolean;
  readonly selector?: string;
}

const KINDS = {
  strategies: ['strategy', 'strat', 'st'],
  positions: ['position', 'pos'],
  orders: ['order', 'ord'],
  fills: ['fill'],
  locks: ['lock'],
  breaks: ['break', 'br'],
  events: ['event', 'ev'],
} as const;

type Kind = keyof typeof KINDS;

export async function runGet(
  io: Io,
  { kind: word, names }: { readonly kind: string; readonly names: readonly string[] },
  options: GetOptions,
): Promise<ExitCode> {
  const kind = parseKind(word);
  const format = parseFormat(options.output);
  const selects = parseSelector(options.selector);
  const world = openWorldAnyway(io, options);
  try {
    const { observed, list } = await look(kind, io, world);
    const { positions } = observed.snapshot;
    if (positions.kind === 'unknown') io.stderr(`warning: ${whyUnknown(positions)}\n`);
    const wanted = selected(world, observed.ledger, { names, selects });
    const text = await renderList({ ...list(wanted), format, headers: options.headers });
    io.stdout(text);
    if (text === '') io.stderr(`No ${kind} found.\n`);
    await warnOfRefusal(io, world);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function parseKind(word: string): Kind {
  const kinds = Object.keys(KINDS) as Kind[];
  const found = kinds.find((kind) => kind === word || (KINDS[kind] as readonly string[]).includes(word));
  if (found !== undefined) return found;
  // An abbreviation is near to every short word, and explains none.
  const likely = closest(word, [...kinds, ...kinds.map((kind) => KINDS[kind][0])]);
  const question = likely === undefined ? '' : `did you mean ${likely}? `;
  throw new HgctlError(EXIT.usage, `there are no ${JSON.stringify(word)}`, {
    hint: `${question}one of: ${kinds.join(', ')}`,
  });
}

interface Wanted {
  readonly names: readonly string[];
  readonly selects: ((labels: Readonly<Record<string, string>>) => boolean) | null;
}

/** The strategies that were asked for; null when all were. */
function selected(
  manifests: ManifestsInForce,
  ledger: Ledger,
  { names, selects }: Wanted,
): ReadonlySet<string> | null {
  if (names.length === 0 && selects === null) return null;
  const known = knownStrategies(manifests, ledger);
  for (const name of names) if (!known.has(name)) throw unknownStrategy(name, [...known.keys()]);
  const chosen = [...known].filter(
    ([name, standing]) =>
      (names.length === 0 || names.includes(name)) && (selects?.(labelsOf(standing)) ?? true),
  );
  return new Set(chosen.map(([name]) => name));
}

function labelsOf(standing: Standing): Readonly<Record<string, string>> {
  return standing.kind === 'declared' ? standing.strategy.labels : {};
}

type AnyView = Omit<ListView<never>, 'format' | 'headers'>;

interface Listing {
  readonly observed: ObservedState;
  readonly list: (wanted: ReadonlySet<string> | null) => AnyView;
}

/** Only a plan says whether a strategy is ready and in sync; the other lists are read without one. */
async function look(kind: Kind, io: Io, world: World): Promise<Listing> {
  const { desired, problems, ports, paths } = world;
  if (kind === 'strategies') {
    const { observed, plan } = await lookAndPlan(withoutPrograms(passOf(io, world)), false);
    const context = {
      desired,
      problems,
      ledger: observed.ledger,
      plan,
      seen: seenByController(paths, ports.processes),
    };
    return { observed, list: (wanted) => strategyList(context, wanted) };
  }
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  if (kind === 'events') return { observed, list: (wanted) => eventList(readRecords(paths.journal), wanted) };
  if (kind === 'locks') return { observed, list: () => lockList(observed, foreignLock(world)) };
  const isOfOrders = kind === 'orders' || kind === 'fills';
  const complete = isOfOrders ? { ...observed, ledger: ports.journal.whole() } : observed;
  return { observed: complete, list: (wanted) => listOf(kind, desired, complete, wanted) };
}

function strategyList(context: StrategyContext, wanted: ReadonlySet<string> | null): AnyView {
  return view({
    kind: 'strategy',
    items: strategyItems(context).filter(({ name }) => wanted?.has(name) ?? true),
    columns: STRATEGY_COLUMNS,
    wideColumns: STRATEGY_WIDE,
    nameOf: ({ name }) => name,
  });
}

function lockList(observed: ObservedState, foreign: ForeignLock | null): AnyView {
  return view({
    kind: 'lock',
    items: lockItems(observed, foreign),
    columns: LOCK_COLUMNS,
    wideColumns: LOCK_WIDE,
    nameOf: ({ name }) => name,
  });
}

function listOf(
  kind: Exclude<Kind, 'strategies' | 'events' | 'locks'>,
  desired: DesiredState,
  observed: ObservedState,
  wanted: ReadonlySet<string> | null,
): AnyView {
  const keep = <Item extends { readonly strategy: string | null }>(items: readonly Item[]): Item[] =>
    items.filter(({ strategy }) => wanted === null || (strategy !== null && wanted.has(strategy)));
  switch (kind) {
    case 'positions': {
      const items = keep(positionItems(observed, desired.account.execution.settleWindow));
      const nameOf = (item: (typeof items)[number]): string =>
        `${item.strategy ?? 'unmanaged'}/${item.symbol}`;
      return view({ kind: 'position', items, columns: POSITION_COLUMNS, wideColumns: POSITION_WIDE, nameOf });
    }
    case 'orders': {
      const items = keep(orderItems(observed));
      return view({
        kind: 'order',
        items,
        columns: ORDER_COLUMNS,
        wideColumns: ORDER_WIDE,
        nameOf: ({ clientOrderId }) => clientOrderId,
      });
    }
    case 'fills': {
      const items = keep(fillItems(observed.ledger));
      return view({
        kind: 'fill',
        items,
        columns: FILL_COLUMNS,
        wideColumns: FILL_WIDE,
        nameOf: ({ clientOrderId, time }) => `${clientOrderId}@${time}`,
      });
    }
    case 'breaks': {
      const items = keep(breakItems(observed.ledger));
      return view({
        kind: 'break',
        items,
        columns: BREAK_COLUMNS,
        wideColumns: BREAK_WIDE,
        nameOf: ({ symbol }) => symbol,
      });
    }
  }
}

function eventList(records: readonly JournalRecord[], wanted: ReadonlySet<string> | null): AnyView {
  const items = eventItems(records).filter(
    ({ strategy }) => wanted === null || (strategy !== null && wanted.has(strategy)),
  );
  return view({
    kind: 'event',
    items,
    columns: EVENT_COLUMNS,
    wideColumns: EVENT_WIDE,
    nameOf: ({ seq }) => String(seq),
  });
}

/** A list of one kind, as a list of some kind. */
function view<Item extends object>(list: Omit<ListView<Item>, 'format' | 'headers'>): AnyView {
  return list as unknown as AnyView;
}
