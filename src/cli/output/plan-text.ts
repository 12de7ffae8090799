/** A plan for people: what would happen, why, what would not, and the account before and after. */
import {
  formatDollars,
  formatPercent,
  formatQuantity,
  ratioOf,
  type Money,
  type Quantity,
  type Ratio,
} from '../../domain/decimal.ts';
import { formatLocalZone } from '../../domain/instant.ts';
import {
  isOrder,
  isReduction,
  type Action,
  type Hold,
  type OrderAction,
  type Plan,
  type Total,
} from '../../reconciler/plan-types.ts';
import { isFollowing } from '../../reconciler/followed.ts';
import { LIVE_WORDS } from '../live.ts';
import { grouped, twoDecimals } from './figures.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { formatTable } from './table.ts';

export interface PlanTextOptions {
  readonly style: Style;
  /** `file:line` of a manifest field, if it is known. */
  readonly locate: (subject: string) => string | undefined;
}

export function planText(plan: Plan, options: PlanTextOptions): string {
  const orders = plan.actions.filter(isOrder);
  const sections = [
    header(plan),
    section(
      'Housekeeping',
      plan.actions.filter((action) => !isOrder(action)).map((action) => careRow(action, options)),
    ),
    section(
      'Reductions',
      orders.filter(isReduction).map((order) => orderRow(order, options)),
    ),
    section(
      'Entries',
      orders.filter((order) => !isReduction(order)).map((order) => orderRow(order, options)),
    ),
    section(
      'Not done',
      plan.notDone.map((held) => holdRow(held, options)),
    ),
    totals(plan),
    summary(plan),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

export function ordersText(orders: readonly OrderAction[], options: PlanTextOptions): string {
  return section(
    'After the lock the plan is',
    orders.map((order) => orderRow(order, options)),
  );
}

function header(plan: Plan): string {
  const made = `Plan at ${formatLocalZone(plan.at)}, manifests ${plan.revision.slice(0, 12)}`;
  return plan.environment === undefined ? made : `${LIVE_WORDS}\n${made}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, () => ({ header: '' }));
  const table = formatTable(columns, rows, { headers: false });
  return `${title}\n${indent(table)}`;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

function subjectOf({
  strategy,
  symbol,
}: {
  readonly strategy: string | null;
  readonly symbol: string | null;
}): string {
  return printable([strategy, symbol].filter((part) => part !== null).join('/') || '-');
}

function orderRow(order: OrderAction, { style, locate }: PlanTextOptions): string[] {
  const { side, quantity, from, to, value, price } = order;
  const reason = reasonOf(order);
  const mark = isReduction(order) ? style.removed : order.kind === 'open' ? style.added : style.changed;
  const place = order.sources.map(locate).find((found) => found !== undefined);
  return [
    mark(subjectOf(order)),
    side.toUpperCase(),
    shares(quantity),
    `${shares(from)} -> ${shares(to)}`,
    `@ ${formatDollars(price)}`,
    `= ${formatDollars(value)}`,
    place === undefined ? reason : `${reason} (${printable(place)})`,
  ];
}

/** A leg of a hedge is no decision of its own. */
function reasonOf({ reason, sendsAgain, group, to }: OrderAction): string {
  if (sendsAgain !== null) return `${reason}, again as ${sendsAgain}`;
  if (group === undefined) return reason;
  return `${reason}, ${to < 0 ? 'first' : 'second'} leg of ${printable(group)}, both or none`;
}

function careRow(action: Action, { style }: PlanTextOptions): string[] {
  const change =
    typeof action.from === 'number'
      ? `${shares(action.from)} -> ${shares(action.to as typeof action.from)}`
      : `${action.from} -> ${String(action.to)}`;
  const mark = action.kind === 'report-break' ? style.warning : style.changed;
  const price = action.kind === 'sync-position' ? ` @ ${formatDollars(action.price)}` : '';
  const cause = isFollowing(action) ? ` (${printable(announcementOf(action))})` : '';
  return [mark(action.kind), subjectOf(action), printable(change) + price, action.reason + cause];
}

/** What was announced, and what the broker says of it. */
function announcementOf({ sources }: Action): string {
  return sources.filter((source) => /^(?:announced|broker): /.test(source)).join('; ');
}

function holdRow({ strategy, symbol, reason, detail }: Hold, { style }: PlanTextOptions): string[] {
  return [style.warning(subjectOf({ strategy, symbol })), reason, printable(detail)];
}

function totals({ totals: sums }: Plan): string {
  if (sums === null) return '';
  const percent = (total: Total): string[] => [
    percentOf(total.now, sums.equity),
    percentOf(total.after, sums.equity),
    total.limit === null ? '' : percentOf(total.limit, sums.equity),
  ];
  const money = (total: Total): string[] => [formatDollars(total.now), formatDollars(total.after), ''];
  const rows = [
    ['equity', formatDollars(sums.equity), '', ''],
    ['gross exposure', ...percent(sums.gross)],
    ['net exposure', ...percent(sums.net)],
    ...sums.strategies.map(({ strategy, exposure }) => [`  ${strategy}`, ...percent(exposure)]),
    ['buying power', ...money(sums.buyingPower)],
  ];
  const columns = [
    { header: '' },
    { header: 'now', align: 'right' as const },
    { header: 'after', align: 'right' as const },
    { header: 'limit', align: 'right' as const },
  ];
  return indent(formatTable(columns, rows));
}

function percentOf(part: Money, whole: Money): string {
  const hundredths = Math.round(ratioOf(part, whole) / 100) * 100;
  return twoDecimals(formatPercent(hundredths as Ratio));
}

function shares(quantity: Quantity): string {
  return grouped(formatQuantity(quantity));
}

/** Of one, and of more. */
const KIND_WORDS: readonly (readonly [Action['kind'], string, string])[] = [
  ['release-stale-lock', 'stale lock to release', 'stale locks to release'],
  ['resolve-order', 'order to resolve', 'orders to resolve'],
  ['cancel-order', 'order to cancel', 'orders to cancel'],
  ['reopen-order', 'late order to follow', 'late orders to follow'],
  ['apply-split', 'split to follow', 'splits to follow'],
  ['apply-symbol-change', 'change of a symbol to follow', 'changes of symbols to follow'],
  ['sync-position', 'to sync', 'to sync'],
  ['report-break', 'break to report', 'breaks to report'],
  ['report-missed', 'missed slot to report', 'missed slots to report'],
  ['latch-limit', 'loss limit to latch', 'loss limits to latch'],
  ['close-orphaned', 'orphan to close', 'orphans to close'],
  ['close', 'to close', 'to close'],
  ['reduce', 'to reduce', 'to reduce'],
  ['open', 'to open', 'to open'],
  ['increase', 'to increase', 'to increase'],
  ['complete-shutdown', 'shutdown to complete', 'shutdowns to complete'],
];

function summary(plan: Plan): string {
  const counts = KIND_WORDS.flatMap(([kind, one, more]) => {
    const count = plan.actions.filter((action) => action.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : more}`];
  });
  const held = plan.notDone.length > 0 ? [`${plan.notDone.length} not done`] : [];
  const due = plan.slots.map(({ slot, late }) => `slot ${slot} due${late ? ', late' : ''}`);
  const parts = [...counts, ...due, ...held];
  if (counts.length === 0 && due.length === 0)
    return `Plan: nothing to do${held.length > 0 ? `, ${held.join(', ')}` : ''}.`;
  return `Plan: ${parts.join(', ')}.`;
}
