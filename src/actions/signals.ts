/** Asks the signals of the strategies that have a turn, once a pass and before any lock. */
import type { DesiredState, DesiredStrategy } from '../desired/desired-state.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { HgctlError } from '../domain/errors.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import { askModule } from './ask-module.ts';
import { askMomentum } from './ask-momentum.ts';
import { askOmr } from './ask-omr.ts';
import { askPairs } from './ask-pairs.ts';
import { askProgram } from './ask-program.ts';
import { askVol } from './ask-vol.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';
import { mayFollow } from '../reconciler/rules/targets.ts';
import { dueSlot } from '../reconciler/slots.ts';
import { withDrains } from '../reconciler/switched.ts';
import { provenanceOf } from '../strategies/omr-provenance.ts';
import type { Asked } from './signal-data.ts';

/** By strategy; nothing for those that have no turn now, or whose slot has its targets already. */
export async function askSignals(
  ports: Ports,
  desired: DesiredState,
  observed: ObservedState,
): Promise<ReadonlyMap<string, SignalAnswer>> {
  const answers = new Map<string, SignalAnswer>();
  for (const strategy of withDrains(desired, observed.ledger).strategies) {
    if (!hasTurn(ports, strategy, observed, desired.account.calendar)) continue;
    const answer = await ask(ports, desired, strategy, observed);
    if (answer !== null) answers.set(strategy.name, answer);
  }
  return answers;
}

/** Null for signals that need no asking: their targets stand in the manifest. */
function ask(
  ports: Ports,
  { account: { calendar, prices } }: DesiredState,
  strategy: DesiredStrategy,
  observed: ObservedState,
): Promise<SignalAnswer | null> {
  const { signal } = strategy;
  switch (signal.type) {
    case 'command':
      return askProgram(ports, strategy, observed);
    case 'module':
      return askModule(ports, { strategy, signal, calendar }, observed);
    case 'momentum-protection':
      return orHold(
        signal.type,
        'holds everything',
        askMomentum(ports, { strategy, signal, calendar }, observed),
      );
    case 'overnight-mean-reversion':
      return orHold(
        signal.type,
        'enters nothing',
        askOmr(ports, { strategy, signal, calendar, prices: provenanceOf(prices) }, observed),
      );
    case 'vol-term-structure':
      return orHold(signal.type, 'holds everything', askVol(ports, { strategy, signal, calendar }, observed));
    case 'pairs':
      return orHold(
        signal.type,
        'holds everything',
        askPairs(ports, { strategy, signal, calendar }, observed),
      );
    default:
      return Promise.resolve(null);
  }
}

/** Data that cannot be had or read hold this strategy, and no other. */
async function orHold(signal: string, does: string, asking: Promise<Asked>): Promise<SignalAnswer> {
  const failed = (why: string): SignalAnswer => {
    return { kind: 'failed', reason: 'SignalFailed', detail: `${signal} ${does}: ${why}` };
  };
  try {
    const asked = await asking;
    return typeof asked === 'string' ? failed(asked) : asked;
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return failed(error.message);
    throw error;
  }
}

function hasTurn(
  { clock }: Ports,
  strategy: DesiredStrategy,
  { ledger, snapshot }: ObservedState,
  calendar: CalendarOverrides | undefined,
): boolean {
  if (!mayFollow(strategy)) return false;
  if (snapshot.account.kind !== 'ok' || snapshot.positions.kind !== 'ok') return false;
  if (strategy.schedule.length === 0) return true;
  const slot = dueSlot(ledger, strategy, clock.now(), calendar);
  return slot !== null && slot.action !== 'exit' && !ledger.slots.has(slot.id);
}
