/** Asks the program of a `command` strategy what to hold. */
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Lot } from '../observed/book.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import { contextText, parseAnswer } from '../strategies/command.ts';
import type { Ports } from '../reconciler/ports.ts';

export async function askProgram(
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
