/** Asks the programs of `command` strategies, once a pass and before any lock. */
import type { DesiredState, DesiredStrategy } from '../desired/desired-state.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { Lot } from '../observed/book.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import { contextText, parseAnswer } from '../strategies/command.ts';
import type { Ports } from '../reconciler/ports.ts';
import { mayFollow } from '../reconciler/rules/targets.ts';
import { dueSlot } from '../reconciler/slots.ts';
import { withDrains } from '../reconciler/switched.ts';

/** By strategy; nothing for those that have no turn now, or whose slot has its targets already. */
export async function askPrograms(
  ports: Ports,
  desired: DesiredState,
  observed: ObservedState,
): Promise<ReadonlyMap<string, SignalAnswer>> {
  const answers = new Map<string, SignalAnswer>();
  for (const strategy of withDrains(desired, observed.ledger).strategies) {
    if (!hasTurn(ports, strategy, observed, desired.account.calendar)) continue;
    answers.set(strategy.name, await ask(ports, strategy, observed));
  }
  return answers;
}

function hasTurn(
  { clock }: Ports,
  strategy: DesiredStrategy,
  { ledger, snapshot }: ObservedState,
  calendar: CalendarOverrides | undefined,
): boolean {
  if (strategy.signal.type !== 'command' || !mayFollow(strategy)) return false;
  if (snapshot.account.kind !== 'ok' || snapshot.positions.kind !== 'ok') return false;
  if (strategy.schedule.length === 0) return true;
  const slot = dueSlot(ledger, strategy, clock.now(), calendar);
  return slot !== null && slot.action !== 'exit' && !ledger.slots.has(slot.id);
}

async function ask(
  { clock, programs }: Ports,
  strategy: DesiredStrategy,
  { ledger, snapshot }: ObservedState,
): Promise<SignalAnswer> {
  const { signal } = strategy;
  if (signal.type !== 'command' || snapshot.account.kind !== 'ok' || snapshot.positions.kind !== 'ok')
    return { kind: 'failed', reason: 'SignalNotRun', detail: 'the account is not known' };
  const positions = snapshot.positions.data;
  const input = contextText(strategy, {
    now: clock.now(),
    equity: snapshot.account.data.equity,
    book: ledger.books.get(strategy.name) ?? new Map<string, Lot>(),
    priceOf: (symbol) => positions.get(symbol)?.marketPrice,
  });
  const { argv, timeout, folder } = signal;
  const answer = await programs.run({ argv, timeout, folder, input });
  if (answer.kind === 'not-run')
    return {
      kind: 'failed',
      reason: 'SignalNotRun',
      detail: `${argv[0] ?? ''} is run by plan and apply only`,
    };
  const failed = (detail: string): SignalAnswer => ({
    kind: 'failed',
    reason: 'SignalFailed',
    detail: `${argv.join(' ')}: ${detail}`,
  });
  if (answer.kind === 'failed') return failed(answer.reason);
  const parsed = parseAnswer(answer.output, strategy);
  return parsed.kind === 'malformed' ? failed(parsed.reason) : parsed;
}
