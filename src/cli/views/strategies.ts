/** Strategies as `get` and `describe` show them. */
import type { CalendarOverrides } from '../../domain/calendar.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import { formatMoney, formatPercent, ratioOf, type Money, type Ratio } from '../../domain/decimal.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { sinceOf, type ConditionHistory } from '../../reconciler/condition-history.ts';
import { conditionsOf, statusOf, type Condition } from '../../reconciler/conditions.ts';
import type { Plan } from '../../reconciler/plan-types.ts';
import { dueOrNextSlot, type Scheduled } from '../../reconciler/slots.ts';
import {
  isSwitchedOff,
  knownStrategies,
  type ManifestsInForce,
  type Standing,
} from '../../reconciler/standing.ts';
import { grouped, twoDecimals } from '../output/figures.ts';
import type { Column } from '../output/formats.ts';

export interface StrategyItem {
  readonly name: string;
  /** `accepted`: the manifests on disk are not in force, and what the journal has not kept of it is empty or null. */
  readonly standing: Standing['kind'];
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: string;
  readonly enabled: boolean;
  readonly shutdownRequested: boolean;
  readonly state: string;
  /** Null where no suspension is in force. */
  readonly suspension: SuspensionFacts | null;
  /**
   * Of the manifests as they are: the number of the accepted revision, or the next one while they differ from it. A
   * condition with the same `observedGeneration` is one of these manifests in force.
   */
  readonly generation: number;
  readonly conditions: readonly ShownCondition[];
  readonly positions: number;
  /** Value of its positions; null while the account is unknown. */
  readonly exposure: string | null;
  readonly exposurePercent: string | null;
  readonly exposureLimit: string | null;
  readonly realised: string;
  readonly lastExecution: string | null;
  readonly nextSlot: { readonly action: string; readonly at: string } | null;
}

export interface ShownCondition extends Condition {
  /** When the controller that runs has seen the status change last; left out where none has seen this status. */
  readonly lastTransitionTime?: string;
  /** Number of the revision in force: executions follow the manifests that were accepted with it. */
  readonly observedGeneration: number;
}

interface SuspensionFacts {
  readonly reason: string;
  readonly by: string;
  readonly since: string;
  readonly until: string | null;
}

export interface StrategyContext extends ManifestsInForce {
  readonly ledger: Ledger;
  readonly plan: Plan;
  /** What the controller has seen; empty without one. */
  readonly seen: ConditionHistory;
}

/** As {@link knownStrategies}. */
export function strategyItems(context: StrategyContext): StrategyItem[] {
  return [...knownStrategies(context, context.ledger)].map(([name, standing]) =>
    strategyItem(name, standing, context),
  );
}

interface ItemContext {
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly calendar: CalendarOverrides | undefined;
}

function strategyItem(name: string, standing: Standing, context: StrategyContext): StrategyItem {
  const { desired, problems, ledger, plan } = context;
  const accepted = ledger.revision?.number ?? 0;
  const isInForce = problems.length === 0 && ledger.revision?.digest === desired.digest;
  const seen = context.seen.get(name) ?? [];
  const stalled = stalledIn(context.seen, name);
  return {
    name,
    standing: standing.kind,
    ...declaredFacts(standing, ledger),
    state: stateOf(name, standing, { ledger, plan }),
    suspension: suspensionFacts(name, ledger, plan),
    generation: isInForce ? accepted : accepted + 1,
    conditions: conditionsOf({ name, standing, problems, ledger, plan, stalled, seen }).map((condition) =>
      shown(condition, sinceOf(context.seen, name, condition), accepted),
    ),
    positions: ledger.books.get(name)?.size ?? 0,
    ...exposureFacts(name, plan),
    realised: formatMoney(sumOf(ledger.realised.get(name)?.values() ?? [])),
    ...timeFacts(name, standing, { ledger, plan, calendar: desired.account.calendar }),
  };
}

/** Only the controller knows that it has failed again and again. */
export function stalledIn(seen: ConditionHistory, name: string): string | null {
  const found = seen.get(name)?.find(({ type, status }) => type === 'Stalled' && status === 'True');
  return found?.message ?? null;
}

function shown(condition: Condition, since: Instant | undefined, observedGeneration: number): ShownCondition {
  const { type, status, reason, message } = condition;
  const transition = since === undefined ? {} : { lastTransitionTime: formatInstant(since) };
  return { type, status, reason, message, ...transition, observedGeneration };
}

function declaredFacts(
  standing: Standing,
  ledger: Ledger,
): Pick<
  StrategyItem,
  'description' | 'labels' | 'lifecycle' | 'enabled' | 'shutdownRequested' | 'exposureLimit'
> {
  if (standing.kind !== 'declared') {
    const nothing = { description: '', labels: {}, exposureLimit: null, shutdownRequested: false };
    if (standing.kind === 'undeclared') return { ...nothing, lifecycle: 'undeclared', enabled: false };
    const { lifecycle } = standing.entry;
    return { ...nothing, lifecycle, enabled: lifecycle === 'active' && !isSwitchedOff(standing, ledger) };
  }
  const { description, labels, lifecycle, toggle, capital } = standing.strategy;
  return {
    description,
    labels,
    lifecycle,
    enabled: toggle?.enabled ?? false,
    shutdownRequested: toggle?.shutdownRequested ?? false,
    exposureLimit: formatPercent(capital.maxExposure),
  };
}

function exposureFacts(name: string, { totals }: Plan): Pick<StrategyItem, 'exposure' | 'exposurePercent'> {
  const exposure = totals?.strategies.find((total) => total.strategy === name)?.exposure.now;
  if (exposure === undefined || totals === null) return { exposure: null, exposurePercent: null };
  return {
    exposure: formatMoney(exposure),
    exposurePercent: formatPercent(rounded(exposure, totals.equity)),
  };
}

function timeFacts(
  name: string,
  standing: Standing,
  { ledger, plan, calendar }: ItemContext,
): Pick<StrategyItem, 'lastExecution' | 'nextSlot'> {
  const executed = ledger.lastExecution.get(name);
  const scheduled = scheduledOf(standing);
  const slot = scheduled === null ? null : dueOrNextSlot(ledger, scheduled, plan.at, calendar);
  return {
    lastExecution: executed === undefined ? null : formatInstant(executed),
    nextSlot: slot === null ? null : { action: slot.action, at: formatInstant(slot.at) },
  };
}

/** Null for a book without a manifest. */
function scheduledOf(standing: Standing): Scheduled | null {
  switch (standing.kind) {
    case 'declared':
      return standing.strategy;
    case 'accepted':
      return standing.entry;
    case 'undeclared':
      return null;
  }
}

function sumOf(values: Iterable<Money>): Money {
  return [...values].reduce<number>((sum, value) => sum + value, 0) as Money;
}

function suspensionFacts(name: string, ledger: Ledger, plan: Plan): SuspensionFacts | null {
  const suspension = suspensionAt(ledger, name, plan.at);
  if (suspension === null) return null;
  const { reason, by, since, until } = suspension;
  return { reason, by, since: formatInstant(since), until: until === null ? null : formatInstant(until) };
}

/** What stops more is said before what stops less. */
function stateOf(
  name: string,
  standing: Standing,
  { ledger, plan }: Pick<StrategyContext, 'ledger' | 'plan'>,
): string {
  if (ledger.halt !== null) return 'Halted';
  if (suspensionAt(ledger, name, plan.at) !== null) return 'Suspended';
  if (standing.kind === 'undeclared') return 'Undeclared';
  if (isSwitchedOff(standing, ledger)) return 'Disabled';
  if (standing.kind === 'accepted') return standing.entry.lifecycle === 'planned' ? 'Planned' : 'Enabled';
  const { toggle, lifecycle } = standing.strategy;
  if (toggle?.shutdownRequested === true) return 'ShuttingDown';
  return lifecycle === 'planned' ? 'Planned' : 'Enabled';
}

function rounded(part: Money, whole: Money): Ratio {
  return (Math.round(ratioOf(part, whole) / 100) * 100) as Ratio;
}

export const STRATEGY_COLUMNS: readonly Column<StrategyItem>[] = [
  { header: 'NAME', value: ({ name }) => name },
  { header: 'STATE', value: ({ state }) => state },
  { header: 'READY', value: (item) => statusOf(item.conditions, 'Ready') },
  { header: 'SYNCED', value: (item) => statusOf(item.conditions, 'Synced') },
  { header: 'POSITIONS', align: 'right', value: ({ positions }) => String(positions) },
  {
    header: 'EXPOSURE',
    align: 'right',
    figure: twoDecimals,
    value: ({ exposurePercent }) => exposurePercent ?? '<unknown>',
  },
  {
    header: 'LIMIT',
    align: 'right',
    figure: twoDecimals,
    value: (item) => item.exposureLimit ?? absent(item),
  },
  {
    header: 'NEXT',
    value: ({ nextSlot }) =>
      nextSlot === null ? '<none>' : `${nextSlot.at.slice(0, 16)}/${nextSlot.action}`,
  },
];

export const STRATEGY_WIDE: readonly Column<StrategyItem>[] = [
  { header: 'HEALTHY', value: (item) => statusOf(item.conditions, 'Healthy') },
  { header: 'SUSPENDED-UNTIL', value: ({ suspension }) => untilOf(suspension) },
  { header: 'VALUE', align: 'right', figure: grouped, value: ({ exposure }) => exposure ?? '<unknown>' },
  { header: 'REALISED', align: 'right', figure: grouped, value: ({ realised }) => realised },
  { header: 'LAST-EXECUTION', value: ({ lastExecution }) => lastExecution ?? '<none>' },
  { header: 'DESCRIPTION', value: (item) => item.description || (isOfJournal(item) ? '<unknown>' : '') },
];

/** What a journal does not record is not known; whoever has no manifest has none of it. */
export function absent(item: StrategyItem): '<unknown>' | '<none>' {
  return isOfJournal(item) ? '<unknown>' : '<none>';
}

function isOfJournal({ standing }: StrategyItem): boolean {
  return standing === 'accepted';
}

function untilOf(suspension: SuspensionFacts | null): string {
  if (suspension === null) return '<none>';
  return suspension.until ?? '<resume>';
}
