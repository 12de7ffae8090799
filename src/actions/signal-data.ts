/** What the askers of signals share: what is asked, and values as signals read them. */
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { NO_MONEY, type Money } from '../domain/decimal.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';

/** A strategy whose turn it is. */
export interface SignalTurn<Signal> {
  readonly strategy: DesiredStrategy;
  readonly signal: Signal;
  readonly calendar: CalendarOverrides | undefined;
}

/** Targets, or why there are none, in words. */
export type Asked = Extract<SignalAnswer, { readonly kind: 'targets' }> | string;

/** Units of money and price in a dollar. */
export const MICROS = 1_000_000;

export function equityOf({ snapshot }: ObservedState): Money {
  return snapshot.account.kind === 'ok' ? snapshot.account.data.equity : NO_MONEY;
}
