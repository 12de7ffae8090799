/** What a person has to hear of, and what of it is news. */
import { canonicalJson, sha256 } from '../domain/digest.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { CONTROLLER, compareText } from '../domain/names.ts';
import type { Ledger } from '../observed/ledger.ts';
import { describeHalt } from './brakes.ts';
import { doubtfulOrders } from './conditions.ts';
import type { Action } from './plan-types.ts';
import { latchDetail } from './rules/loss-limits.ts';

export type AlertKind =
  | 'Break'
  | 'InDoubt'
  | 'LossLimit'
  | 'Halted'
  | 'ManifestsInvalid'
  | 'Stalled'
  | 'ControllerCrashed'
  | 'SlotMissed'
  | 'NoController'
  | 'Test';

export interface Alert {
  readonly kind: AlertKind;
  readonly strategy: string | null;
  readonly symbol: string | null;
  readonly message: string;
}

/** One message to people. `id` is the same whenever it is sent again. */
export interface Notice extends Alert {
  readonly id: string;
  /** `happened`: it is over already, and nothing tells of its end. */
  readonly state: 'opened' | 'closed' | 'happened';
  readonly time: Instant;
  /** When it was opened; of what has just been opened or happened, `time`. */
  readonly since: Instant;
}

export interface OpenAlert extends Alert {
  readonly since: Instant;
}

export interface AlertInput {
  readonly ledger: Ledger;
  /** Why the manifests on disk are not in force. */
  readonly problems: readonly string[];
  /** Subject -> what is said of it. */
  readonly stalled: ReadonlyMap<string, string>;
}

/** Everything that is not as it should be, by kind and subject: at most one alert of each. */
export function alertsOf({ ledger, problems, stalled }: AlertInput): Alert[] {
  const alert = (kind: AlertKind, message: string, subject: Partial<Alert> = {}): Alert => ({
    kind,
    strategy: null,
    symbol: null,
    message,
    ...subject,
  });
  const doubtful = new Set([...ledger.openOrders.values()].map(({ intent }) => intent.strategy));
  const all = [
    ...[...ledger.breaks.values()].map(({ symbol, kind, detail }) =>
      alert('Break', `${kind}: ${detail}`, { symbol }),
    ),
    ...[...doubtful].flatMap((strategy) => {
      const ids = doubtfulOrders(ledger, strategy);
      return ids.length === 0 ? [] : [alert('InDoubt', ids.join(', '), { strategy })];
    }),
    ...[...ledger.latches.values()].map((latch) =>
      alert('LossLimit', latchDetail(latch), { strategy: latch.strategy }),
    ),
    ...(ledger.halt === null ? [] : [alert('Halted', describeHalt(ledger.halt))]),
    ...(problems.length === 0 ? [] : [alert('ManifestsInvalid', problems.join('\n'))]),
    ...[...stalled].map(([name, message]) =>
      alert('Stalled', message, { strategy: name === CONTROLLER ? null : name }),
    ),
  ];
  return all.sort((a, b) => compareText(keyOf(a), keyOf(b)));
}

/** One alert a strategy: what it was to do, and nobody was there to do it. */
export function missedSlots(
  outcomes: readonly { readonly kind: string; readonly action: Action }[],
): Alert[] {
  const byStrategy = new Map<string, string[]>();
  for (const { kind, action } of outcomes) {
    if (kind !== 'done' || action.kind !== 'report-missed') continue;
    byStrategy.set(action.strategy, [...(byStrategy.get(action.strategy) ?? []), action.slot]);
  }
  return [...byStrategy].map(([strategy, slots]) => ({
    kind: 'SlotMissed',
    strategy,
    symbol: null,
    message: `not traded: ${slots.join(', ')}`,
  }));
}

export interface News {
  readonly open: readonly OpenAlert[];
  readonly notices: readonly Notice[];
}

/** What is open now, and a notice of each alert that is new or gone; of a changed message there is none. */
export function newsOf(before: readonly OpenAlert[], alerts: readonly Alert[], time: Instant): News {
  const known = new Map(before.map((alert) => [keyOf(alert), alert]));
  const now = new Set(alerts.map(keyOf));
  const open = alerts.map((alert) => known.get(keyOf(alert)) ?? { ...alert, since: time });
  const opened = open.filter((alert) => !known.has(keyOf(alert)));
  const closed = before.filter((alert) => !now.has(keyOf(alert)));
  return {
    open,
    notices: [
      ...closed.map((alert) => notice('closed', alert, time)),
      ...opened.map((alert) => notice('opened', alert, time)),
    ],
  };
}

export function happened(alert: Alert, time: Instant): Notice {
  return notice('happened', { ...alert, since: time }, time);
}

function notice(state: Notice['state'], alert: OpenAlert, time: Instant): Notice {
  const id = sha256(canonicalJson([state, keyOf(alert), alert.since])).slice(0, 16);
  return { id, state, time, ...alert };
}

function keyOf({ kind, strategy, symbol }: Alert): string {
  return `${kind}/${strategy ?? ''}/${symbol ?? ''}`;
}

/** As it is sent: docs/notifications.md says what each field is. */
export function noticeJson(
  { time, since, ...notice }: Notice,
  context: { readonly account: string; readonly rehearsal: boolean },
): object {
  return { version: 1, ...context, ...notice, time: formatInstant(time), since: formatInstant(since) };
}
