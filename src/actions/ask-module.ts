/** Asks the function of a `module` strategy what to hold. */
import type { ModuleSignal } from '../desired/desired-state.ts';
import { HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt, later, MINUTE, plus, type Instant } from '../domain/instant.ts';
import type { Lot } from '../observed/book.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import { BrokerUnavailable, type Market, type Ports } from '../reconciler/ports.ts';
import { parseAnswer } from '../strategies/command.ts';
import { moduleContextText, type ModuleContext } from '../strategies/module.ts';
import { readAll, type SignalTurn } from './signal-data.ts';
import { moduleReads } from './signal-reads.ts';

type ModuleTurn = SignalTurn<ModuleSignal>;

export async function askModule(
  ports: Ports,
  turn: ModuleTurn,
  observed: ObservedState,
): Promise<SignalAnswer> {
  const { strategy, signal } = turn;
  const { path, name, timeout } = signal;
  const context = await gather(ports, turn, observed);
  if (typeof context === 'string') return failed(`${name} is not asked: ${context}`);
  const input = moduleContextText(strategy, signal, context);
  const answer = await ports.programs.callModule({ path, name, timeout, input });
  if (answer.kind === 'not-run')
    return { kind: 'failed', reason: 'SignalNotRun', detail: `${name} is run by plan and apply only` };
  if (answer.kind === 'failed') return failed(answer.reason);
  const parsed = parseAnswer(answer.output, strategy);
  return parsed.kind === 'malformed' ? failed(`${name}: ${parsed.reason}`) : parsed;
}

function failed(detail: string): SignalAnswer {
  return { kind: 'failed', reason: 'SignalFailed', detail };
}

/** All that the function is handed, or why it cannot be had: that holds this strategy, and no other. */
async function gather(
  { clock, market }: Ports,
  { strategy, signal, calendar }: ModuleTurn,
  { ledger, snapshot }: ObservedState,
): Promise<ModuleContext | string> {
  if (snapshot.account.kind !== 'ok' || snapshot.positions.kind !== 'ok') return 'the account is not known';
  const positions = snapshot.positions.data;
  const now = clock.now();
  const reads = moduleReads(strategy, signal, { today: dateOf(now), calendar });
  try {
    const [{ quotes, closes }, minutes] = await Promise.all([
      readAll(market, reads, now),
      minutesOf(market, reads.quotes, { count: signal.minutes, now }),
    ]);
    return {
      now,
      equity: snapshot.account.data.equity,
      book: ledger.books.get(strategy.name) ?? new Map<string, Lot>(),
      priceOf: (symbol) => positions.get(symbol)?.marketPrice,
      sessions: reads.sessions,
      closes,
      quotes,
      minutes,
    };
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return error.message;
    throw error;
  }
}

/** Those of today that have ended by now. */
async function minutesOf(
  market: Market,
  symbols: readonly string[],
  { count, now }: { readonly count: number | undefined; readonly now: Instant },
): Promise<ModuleContext['minutes']> {
  if (count === undefined) return null;
  const whole = Math.floor(now / MINUTE) * MINUTE;
  const from = later(plus(whole as Instant, -count * MINUTE), instantAt(dateOf(now), '00:00'));
  return market.minutes(symbols, { from, until: now });
}
