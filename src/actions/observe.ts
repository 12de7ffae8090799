/** One look at the world: journal, broker, prices, and who holds the lock. */
import { isAsked, type DesiredState, type DesiredStrategy } from '../desired/desired-state.ts';
import { mayBeAction, notFollowed } from '../observed/announced.ts';
import { attribute, gapOf, type Attribution, type Difference } from '../observed/attribution.ts';
import type { BrokerOrder, BrokerPosition, Quote, Snapshot } from '../observed/broker-view.ts';
import { historyNeededSince } from '../observed/evidence.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { findOrder, type Ledger } from '../observed/ledger.ts';
import type { ObservedState, Sighting } from '../observed/observed-state.ts';
import type { Announcements } from './announcements.ts';
import { findLateOrders } from './late-orders.ts';
import type { Ports } from '../reconciler/ports.ts';
import { ORDER_ID_PREFIX } from '../reconciler/rules/orders-in-flight.ts';
import { dueSlot } from '../reconciler/slots.ts';
import { viewLock } from './lock-view.ts';
import { positionsOf } from './positions.ts';
import { read } from './read.ts';

export interface LookOptions {
  /** Fence of the execution that looks; null outside executions. */
  readonly ownFence: number | null;
  readonly earlier: Sighting | null;
  /** Of an earlier look of the same pass; left out by those who plan nothing. */
  readonly signals?: ObservedState['signals'];
  /** Left out: nobody asks what was announced. */
  readonly announcements?: Announcements | undefined;
  /** Of who holds the execution lock: monotonic; no pause between questions goes on beyond it. Left out: nobody is kept. */
  readonly until?: number | undefined;
}

export async function observe(
  ports: Ports,
  desired: DesiredState,
  options: LookOptions,
): Promise<ObservedState> {
  const { until } = options;
  const snapshot = await takeSnapshot(ports, until);
  // After the broker was asked: what was booked meanwhile is then "settling", never "missing".
  const newest = ports.journal.refresh();
  const { differences } = compareBooks(newest, snapshot, desired.account.execution.settleWindow);
  const ledger = needsOldOrders(newest, snapshot, differences) ? ports.journal.whole() : newest;
  const lateOrders = await findLateOrders(ports, ledger, { snapshot, differences, until });
  const announced = await announcedFor(ports, options.announcements, { ledger, snapshot, differences });
  const doubtful = [...differences.values()].filter(
    (difference) => isDoubtful(difference) || isAnnounced(ledger, snapshot, announced, difference),
  );
  return {
    ledger,
    snapshot,
    lateOrders,
    history: await historyIfNeeded(ports, ledger, { doubtful: [...doubtful, ...lateOrders], until }),
    quotes: await quotesFor(ports, desired, { ledger, snapshot }),
    signals: options.signals ?? new Map(),
    assets: null,
    lock: viewLock(ports, ledger.lock, options.ownFence),
    earlier: options.earlier,
    ...(announced.size > 0 && { announced }),
  };
}

/** What this look found, to compare a second one with. */
export function sightingOf({ ledger, snapshot }: ObservedState, settleWindow: number): Sighting {
  const { differences, costDoubts } = compareBooks(ledger, snapshot, settleWindow);
  const gaps = new Map([...differences].map(([symbol, difference]) => [symbol, gapOf(difference)]));
  return { at: snapshot.takenAt, gaps, costDoubts: new Set(costDoubts) };
}

/** What a second look and the one before it agree on; null when there was no second look. */
export function agreedSighting(observed: ObservedState, settleWindow: number): Sighting | null {
  const { earlier } = observed;
  if (earlier === null) return null;
  const now = sightingOf(observed, settleWindow);
  return {
    at: earlier.at,
    gaps: new Map([...earlier.gaps].filter(([symbol, gap]) => now.gaps.get(symbol) === gap)),
    costDoubts: new Set([...earlier.costDoubts].filter((symbol) => now.costDoubts.has(symbol))),
  };
}

async function takeSnapshot({ broker, clock }: Ports, until: number | undefined): Promise<Snapshot> {
  const takenAt = clock.now();
  const [account, positions, openOrders, timed] = await Promise.all([
    read(clock, () => broker.account(), until),
    read(clock, async () => bySymbol(await positionsOf(broker)), until),
    read(clock, () => broker.openOrders(), until),
    read(clock, async () => ({ answer: await broker.clock(), answeredAt: clock.now() }), until),
  ]);
  if (timed.kind === 'unknown')
    return { takenAt, account, positions, openOrders, clock: timed, clockSkew: 0 };
  const { answer, answeredAt } = timed.data;
  const clockSkew = beyond(answer.now, timed.asOf, answeredAt);
  return { takenAt, account, positions, openOrders, clock: { ...timed, data: answer }, clockSkew };
}

/** How far a moment lies outside a span: zero within it. */
function beyond(moment: Instant, from: Instant, until: Instant): number {
  return moment < from ? moment - from : Math.max(0, moment - until);
}

function bySymbol(positions: readonly BrokerPosition[]): ReadonlyMap<string, BrokerPosition> {
  return new Map(positions.map((position) => [position.symbol, position]));
}

type Comparison = Pick<Attribution, 'differences' | 'costDoubts'>;

function compareBooks(ledger: Ledger, snapshot: Snapshot, settleWindow: number): Comparison {
  if (snapshot.positions.kind !== 'ok') return { differences: new Map(), costDoubts: [] };
  return attribute(ledger, snapshot.positions.data, snapshot.takenAt, settleWindow);
}

/**
 * History is of use only to those who know which of its fills are ours, and an open order that we have sent long ago is
 * not a stranger's. Both are rare: everybody else does without the older segments.
 */
function needsOldOrders(
  ledger: Ledger,
  { openOrders }: Snapshot,
  differences: Comparison['differences'],
): boolean {
  const open = openOrders.kind === 'ok' ? openOrders.data : [];
  const isUnknown = ({ clientOrderId }: BrokerOrder): boolean =>
    clientOrderId.startsWith(ORDER_ID_PREFIX) && findOrder(ledger, clientOrderId) === undefined;
  return [...differences.values()].some(isDoubtful) || open.some(isUnknown);
}

function isDoubtful({ missing, settling, repriced }: Difference): boolean {
  return missing !== 0 || settling !== 0 || repriced;
}

interface Compared extends Pick<Comparison, 'differences'> {
  readonly ledger: Ledger;
  readonly snapshot: Snapshot;
}

/** An ordinary pass asks nothing. */
function announcedFor(
  ports: Ports,
  announcements: Announcements | undefined,
  { ledger, snapshot, differences }: Compared,
): Promise<NonNullable<ObservedState['announced']>> {
  const { positions } = snapshot;
  if (announcements === undefined || positions.kind !== 'ok') return Promise.resolve(new Map());
  const doubtful = [...differences.values()]
    .filter((difference) => mayBeAction(ledger, difference, positions.data.get(difference.symbol)))
    .map(({ symbol }) => symbol);
  return announcements.about(ports, ledger, { doubtful, session: sessionOf(snapshot) });
}

function sessionOf({ clock, takenAt }: Snapshot): CalendarDate {
  return clock.kind === 'ok' ? clock.data.session.date : dateOf(takenAt);
}

function isAnnounced(
  ledger: Ledger,
  snapshot: Snapshot,
  announced: NonNullable<ObservedState['announced']>,
  { symbol }: Difference,
): boolean {
  const known = announced.get(symbol);
  return known?.kind === 'ok' && notFollowed(ledger, symbol, known.data, sessionOf(snapshot)).length > 0;
}

interface Doubtful extends Pick<LookOptions, 'until'> {
  readonly doubtful: readonly { readonly symbol: string }[];
}

/** Shares that somebody added are nobody's without a question, unless a split was announced; everything else is asked for. */
async function historyIfNeeded(
  { broker, clock }: Ports,
  ledger: Ledger,
  { doubtful, until }: Doubtful,
): Promise<ObservedState['history']> {
  const symbols = new Set(doubtful.map(({ symbol }) => symbol));
  if (symbols.size === 0) return null;
  const since = historyNeededSince(ledger, symbols);
  return read(clock, () => broker.history(since), until);
}

async function quotesFor(
  { market, clock }: Ports,
  desired: DesiredState,
  { ledger, snapshot }: Pick<ObservedState, 'ledger' | 'snapshot'>,
): Promise<ReadonlyMap<string, Quote>> {
  const held = snapshot.positions.kind === 'ok' ? snapshot.positions.data : new Map<string, BrokerPosition>();
  const wanted = new Set<string>();
  for (const strategy of desired.strategies)
    for (const symbol of wantsNow(strategy, ledger, clock.now(), desired.account.calendar))
      if (!held.has(symbol)) wanted.add(symbol);
  return wanted.size === 0 ? new Map<string, Quote>() : market.quotes([...wanted].sort(), clock.now());
}

/** A ranking names a few of many: their prices are asked for once they are named, or with the slot that goes on. */
function wantsNow(
  strategy: DesiredStrategy,
  ledger: Ledger,
  now: Instant,
  calendar: CalendarOverrides | undefined,
): Iterable<string> {
  const { signal, name } = strategy;
  if (signal.type === 'command' || !isAsked(signal)) return mayWant(strategy);
  const slot = dueSlot(ledger, strategy, now, calendar);
  const targets = slot === null ? undefined : ledger.slots.get(slot.id)?.targets;
  return [...(ledger.books.get(name)?.keys() ?? []), ...(targets ?? []).map(({ symbol }) => symbol)];
}

/** A program, and a ranking, may name any symbol of the universe. */
export function mayWant({ lifecycle, signal, universe }: DesiredStrategy): Iterable<string> {
  if (signal.type === 'fixed') return signal.targets.map(({ symbol }) => symbol);
  if (signal.type === 'command') return universe;
  return isAsked(signal) && lifecycle === 'active' ? universe : [];
}
