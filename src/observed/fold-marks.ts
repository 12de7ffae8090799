/** Events of session days: marks, and the loss limits that count from them. */
import { add, NO_MONEY, type Money } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import { profitOf } from './day-mark.ts';
import type { WritableLedger } from './ledger.ts';
import { ACCOUNT, afterMark, afterReset, afterUnknownStart, newCurve, type Basis } from './loss-curve.ts';
import type { DayMark, MarkEvent } from './mark-events.ts';
import { plain } from './plain.ts';

export function applyMarkEvent(ledger: WritableLedger, event: MarkEvent, at: Instant): void {
  switch (event.type) {
    case 'day-marked':
      return markDay(ledger, event);
    case 'limit-latched': {
      const { type: _, fence: __, ...latch } = event;
      const scope = event.strategy ?? ACCOUNT;
      if (!ledger.latches.has(scope)) ledger.latches.set(scope, { ...latch, since: at });
      return;
    }
    case 'limit-reset': {
      const scope = event.strategy ?? ACCOUNT;
      ledger.latches.delete(scope);
      const curve = ledger.curves.get(scope);
      const session = ledger.lastMark?.session ?? '';
      const basis = { session, equity: event.equity, profit: event.profit };
      ledger.curves.set(scope, curve ? afterReset(curve, basis) : newCurve(basis));
      return;
    }
  }
}

function markDay(ledger: WritableLedger, mark: DayMark): void {
  const { session, kind, equity } = mark;
  bend(ledger, ACCOUNT, mark, equity);
  for (const marked of mark.strategies) bend(ledger, marked.strategy, mark, profitOf(marked));
  ledger.lastMark = { session, kind, equity };
}

/** A curve without a known point is not there, and counts nothing, until a start of a session knows one. */
function bend(ledger: WritableLedger, scope: string, mark: DayMark, profit: Money | null): void {
  const { session, kind, equity } = mark;
  const curve = plain(ledger.curves.get(scope));
  const calendar = plain(ledger.revision)?.account.settings.calendar;
  if (profit === null) {
    if (curve === undefined) ledger.curves.set(scope, null);
    else if (curve !== null && kind === 'start')
      ledger.curves.set(scope, afterUnknownStart(curve, session, calendar));
    return;
  }
  const basis: Basis = { session, equity, profit };
  if (curve) {
    ledger.curves.set(scope, afterMark(curve, kind, basis, calendar));
    return;
  }
  const isFirst = kind === 'start' || ledger.lastMark === null;
  if (isFirst)
    ledger.curves.set(scope, kind === 'close' ? { ...newCurve(basis), close: basis } : newCurve(basis));
  // It had nothing at the marks before: its profit began at zero.
  else if (curve === undefined)
    ledger.curves.set(scope, afterMark(newCurve({ ...basis, profit: NO_MONEY }), kind, basis, calendar));
}

/** Profit that comes with shares, or leaves with them, is none that the strategy has made. */
export function carry(ledger: WritableLedger, strategy: string, profit: number): void {
  if (profit === 0) return;
  ledger.carried.set(strategy, add(ledger.carried.get(strategy) ?? NO_MONEY, profit as Money));
}
