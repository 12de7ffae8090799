/** `hgctl halt`: no order of any kind goes out on the account; what is in flight is followed, or cancelled. */
import type { Halt, HaltMode } from '../../observed/brakes.ts';
import { calledOff, callOffOrders } from '../../actions/brakes.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { formatInstant, formatLocalZone } from '../../domain/instant.ts';
import type { JournalEvent } from '../../observed/events.ts';
import type { Ledger, LedgerOrder } from '../../observed/ledger.ts';
import { braking, recoverAfter, say } from '../brake.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { stopExits } from '../stop-exits.ts';

export interface HaltOptions extends GlobalOptions {
  readonly reason: string;
  readonly cancelOpen?: boolean;
  readonly output: string;
}

/** The weaker word leaves the stronger one, but a halt ends the sales of `kill --flatten`: then nothing is sent at all. */
const STANDS: Readonly<Record<'hold' | 'cancel', readonly HaltMode[]>> = {
  hold: ['hold', 'cancel'],
  cancel: ['cancel'],
};

export function runHalt(io: Io, options: HaltOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const mode = options.cancelOpen === true ? 'cancel' : 'hold';
  return braking(io, options, async (opened) => {
    const word = say(io, opened, halting(io, { mode, stands: STANDS[mode], reason: options.reason }));
    const { halt } = word.ledger;
    if (format === 'table' && halt !== null) io.stdout(`${haltLine(halt, word.isNew)}\n`);
    const left = await settle(io, word.world, mode === 'cancel');
    if (format === 'json')
      io.stdout(
        renderJson({ kind: 'Halt', ...haltJson(halt), changed: word.isNew, openOrders: left.map(orderJson) }),
      );
    else io.stdout(left.map((order) => `  ${orderLine(order)}\n`).join(''));
    const doubt = mode === 'cancel' && left.length > 0 ? [EXIT.inDoubt] : [];
    return strongestExit([...stopExits(io), ...doubt]);
  });
}

export interface Halting {
  readonly mode: HaltMode;
  /** A halt of these modes is left as it is. */
  readonly stands: readonly HaltMode[];
  readonly reason: string;
}

export function halting(io: Io, { mode, stands, reason }: Halting): (ledger: Ledger) => JournalEvent | null {
  return ({ halt }) =>
    halt !== null && stands.includes(halt.mode)
      ? null
      : { type: 'halted', mode, reason, by: operatorName(io) };
}

/** Recovery, after open orders were called off where that is wanted. Returns the orders without an end. */
export async function settle(io: Io, world: World, cancels: boolean): Promise<readonly LedgerOrder[]> {
  const { ports } = world;
  if (cancels) await callOffOrders(ports);
  await recoverAfter(io, world);
  return cancels ? calledOff(ports) : [...ports.journal.refresh().openOrders.values()];
}

export function haltLine({ mode, by, since, reason }: Halt, isNew: boolean): string {
  const who = isNew ? '' : ` already, by ${by} since ${formatLocalZone(since)}`;
  return printable(`The account is halted${who}: ${MODE_WORDS[mode]} (${reason})`);
}

const MODE_WORDS: Readonly<Record<HaltMode, string>> = {
  hold: 'no order goes out',
  cancel: 'no order goes out, and open ones are cancelled',
  flatten: 'only what strategies own is sold, and nothing else goes out',
};

export function haltJson(halt: Halt | null): object {
  if (halt === null) return { halted: false };
  const { since, ...rest } = halt;
  return { halted: true, ...rest, since: formatInstant(since) };
}

export function orderLine({ intent, filled, status }: LedgerOrder): string {
  const { clientOrderId, strategy, side, symbol, quantity } = intent;
  const what = `${side} ${formatQuantity(quantity)} ${symbol}`;
  return printable(
    `${strategy}: ${what} has no end yet (${status}, ${formatQuantity(filled)} filled): ${clientOrderId}`,
  );
}

export function orderJson({ intent, filled, status }: LedgerOrder): object {
  const { clientOrderId, strategy, symbol, side, quantity } = intent;
  const amounts = { quantity: formatQuantity(quantity), filledQuantity: formatQuantity(filled) };
  return { clientOrderId, strategy, symbol, side, ...amounts, status };
}
