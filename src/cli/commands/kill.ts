/** `hgctl kill`: halts the account and cancels our open orders; with --flatten sells what strategies own, and verifies it. */
import type { BrokerOrder } from '../../observed/broker-view.ts';
import type { HaltMode } from '../../observed/brakes.ts';
import { isHeld, waitForQuiet } from '../../actions/brakes.ts';
import { verifyFlat, type Flatness, type Leftover } from '../../actions/flat.ts';
import type { Outcome } from '../../actions/outcome.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { isOrder, type Hold, type Plan } from '../../reconciler/plan-types.ts';
import { ORDER_ID_PREFIX } from '../../reconciler/rules/orders-in-flight.ts';
import { carryOutFlattening } from '../../reconciler/reconcile.ts';
import { braking, recoverAfter, say } from '../brake.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { passOf, refuseWhileForeign } from '../prepare.ts';
import { stopExits } from '../stop-exits.ts';
import { orderLine as saleLine } from './close-positions.ts';
import { outcomeJson } from './apply.ts';
import { haltJson, haltLine, halting, orderJson, orderLine, settle } from './halt.ts';

export interface KillOptions extends GlobalOptions {
  readonly reason: string;
  readonly flatten?: boolean;
  readonly output: string;
}

const STANDS: Readonly<Record<'cancel' | 'flatten', readonly HaltMode[]>> = {
  cancel: ['cancel', 'flatten'],
  flatten: ['flatten'],
};

export function runKill(io: Io, options: KillOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const mode = options.flatten === true ? 'flatten' : 'cancel';
  return braking(io, options, async (opened) => {
    const word = say(io, opened, halting(io, { mode, stands: STANDS[mode], reason: options.reason }));
    const { halt } = word.ledger;
    const isText = format === 'table';
    if (isText && halt !== null) io.stdout(`${haltLine(halt, word.isNew)}\n`);
    const openOrders = await settle(io, word.world, true);
    const base = { kind: 'Kill', ...haltJson(halt), changed: word.isNew };
    const doubt = openOrders.length > 0 ? [EXIT.inDoubt] : [];
    if (mode === 'cancel') {
      if (isText) io.stdout(openOrders.map((order) => `  ${orderLine(order)}\n`).join(''));
      else io.stdout(renderJson({ ...base, openOrders: openOrders.map(orderJson) }));
      return strongestExit([...stopExits(io), ...doubt]);
    }
    const sale = await flatten(io, word.world);
    const flatness = await verifyFlat(word.world.ports, word.world.desired);
    const left = flatness.leftovers.map((lot) => ({ ...lot, ...whyLeft(lot, sale) }));
    if (isText) io.stdout(flatText(sale, flatness, left));
    else io.stdout(renderJson({ ...base, ...flatJson(sale, flatness, left) }));
    return strongestExit([...stopExits(io), flatExit(flatness, left)]);
  });
}

interface Sale {
  readonly outcomes: readonly Outcome[];
  /** Of the last pass; null where none was made. */
  readonly plan: Plan | null;
  /** Why no pass could be made, or another one. */
  readonly trouble: HgctlError | null;
}

/** Owners of one symbol sell one after the other; more of them than this are left to the next command. */
const PASSES_MAX = 5;

/** Each lot is tried once, and a lot whose turn comes after another owner's in one more pass. */
async function flatten(io: Io, world: World): Promise<Sale> {
  let sale: Sale = { outcomes: [], plan: null, trouble: null };
  try {
    refuseWhileForeign(world);
    if (isHeld(world.ports)) {
      if (!(await waitForQuiet(world.ports))) throw stillHeld(world);
      await recoverAfter(io, world);
    }
    // Recovery is over, and was said.
    const pass = { ...passOf(io, world), looked: () => undefined };
    for (let count = 0; count < PASSES_MAX && !io.stop.requested(); count += 1) {
      const result = await carryOutFlattening(pass);
      const outcomes = result.kind === 'executed' ? result.outcomes : [];
      sale = { ...sale, plan: result.plan, outcomes: [...sale.outcomes, ...outcomes] };
      const isMoving = outcomes.some(({ kind, action }) => kind === 'done' && isOrder(action));
      if (!isMoving || !isAnyUntried(world, sale)) break;
    }
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`);
    sale = { ...sale, trouble: error };
  }
  return sale;
}

function isAnyUntried({ ports }: World, { outcomes }: Sale): boolean {
  const tried = new Set(
    outcomes.filter(endsLot).map(({ action }) => `${action.strategy ?? ''}/${action.symbol ?? ''}`),
  );
  return [...ports.journal.ledger().books].some(([strategy, book]) =>
    [...book.keys()].some((symbol) => !tried.has(`${strategy}/${symbol}`)),
  );
}

/** Not what was only a part of it: an order that was lost on its way is sold as it was, and the rest has its turn after it. */
function endsLot({ kind, action }: Outcome): boolean {
  return kind !== 'done' || (isOrder(action) && action.to === 0);
}

function stillHeld({ ports }: World): HgctlError {
  const { lock } = ports.journal.ledger();
  const pid = lock?.owner.pid ?? 0;
  return new HgctlError(
    EXIT.lock,
    `${lock?.holder ?? 'somebody'} (pid ${pid}) still holds the execution lock`,
    {
      hint: `'hgctl unlock ${lock?.lockId ?? 'LOCK_ID'} --kill' takes it away; then repeat the command`,
    },
  );
}

type Left = Leftover & Pick<Hold, 'detail'> & { readonly reason: string };

/** The newest word on it: what became of its order, else why there was none. */
function whyLeft(
  { strategy, symbol }: Leftover,
  { outcomes, plan, trouble }: Sale,
): Pick<Left, 'reason' | 'detail'> {
  const isIts = (of: { readonly strategy: string | null; readonly symbol: string | null }): boolean =>
    of.strategy === strategy && of.symbol === symbol;
  const outcome = outcomes.findLast(({ kind, action }) => kind !== 'done' && isIts(action));
  if (outcome !== undefined && outcome.kind !== 'done')
    return { reason: outcome.code, detail: outcome.detail };
  const hold =
    plan?.notDone.find(isIts) ??
    plan?.notDone.find(({ reason }) => reason.endsWith('Unknown')) ??
    plan?.notDone.find((candidate) => candidate.symbol === symbol);
  if (hold !== undefined) return { reason: hold.reason, detail: hold.detail };
  const detail = trouble?.message ?? 'no sale of it was planned';
  return { reason: trouble?.exit === EXIT.lock ? 'LockNotObtained' : 'Refused', detail };
}

/** Whether it is sold is not known, or what is sold: nobody may count on either. */
const DOUBTFUL: ReadonlySet<string> = new Set([
  'BreakOpen',
  'BrokerUnavailable',
  'HandedOver',
  'HistoryUnavailable',
  'OrderInDoubt',
  'OrderNotSeen',
  'OrderUnresolved',
  'Settling',
  'Unconfirmed',
]);

function flatExit(flatness: Flatness, left: readonly Left[]): ExitCode {
  const { unknown, openOrders, foreignOrders, unexplained } = flatness;
  const isDoubtful = ({ reason }: Left): boolean => DOUBTFUL.has(reason) || reason.endsWith('Unknown');
  if (unknown !== null || left.some(isDoubtful)) return EXIT.inDoubt;
  if (openOrders.length > 0 || foreignOrders.some(bearsOurPrefix) || unexplained.length > 0)
    return EXIT.inDoubt;
  if (left.length === 0) return EXIT.done;
  return left.every(({ reason }) => reason === 'MarketClosed') ? EXIT.closed : EXIT.partial;
}

function bearsOurPrefix({ clientOrderId }: BrokerOrder): boolean {
  return clientOrderId.startsWith(ORDER_ID_PREFIX);
}

function foreignLine(order: BrokerOrder): string {
  const { clientOrderId, side, quantity, symbol } = order;
  const what = `order ${clientOrderId} (${side} ${formatQuantity(quantity)} ${symbol})`;
  return bearsOurPrefix(order)
    ? `  left: ${what}: it is open at the broker, and not in the journal`
    : `  not ours, untouched: ${what}`;
}

function flatText({ outcomes }: Sale, flatness: Flatness, left: readonly Left[]): string {
  const { unknown, openOrders, foreignOrders, unexplained, unmanaged } = flatness;
  const lines = [
    ...outcomes.flatMap((outcome) =>
      isOrder(outcome.action) ? [`  ${outcome.action.strategy}/${saleLine(outcome, outcome.action)}`] : [],
    ),
    ...(unknown === null ? [] : [`The account is not known: ${unknown}`]),
    ...openOrders.map((order) => `  ${orderLine(order)}`),
    ...foreignOrders.map(foreignLine),
    ...left.map(
      ({ strategy, symbol, quantity, reason, detail }) =>
        `  left: ${formatQuantity(quantity)} ${symbol} of ${strategy}: ${reason}: ${detail}`,
    ),
    ...unexplained.map((symbol) => `  left: ${symbol}: books and broker do not agree`),
    ...unmanaged.map(
      ({ symbol, quantity }) => `  not ours, untouched: ${formatQuantity(quantity)} ${symbol}`,
    ),
    verdict(flatness, left),
  ];
  return lines.map((text) => `${printable(text)}\n`).join('');
}

function verdict(flatness: Flatness, left: readonly Left[]): string {
  switch (flatExit(flatness, left)) {
    case EXIT.done:
      return 'Flat: no strategy owns anything, and no order of ours is open.';
    case EXIT.closed:
      return `Not flat: the market is closed. The account stays halted, and the next 'hgctl apply' in a session sells the rest.`;
    case EXIT.inDoubt:
      return `Not known to be flat. The account stays halted; repeat the command, and see 'hgctl plan'.`;
    default:
      return `Not flat. The account stays halted; repeat the command, or let 'hgctl apply' go on.`;
  }
}

function flatJson({ outcomes }: Sale, flatness: Flatness, left: readonly Left[]): object {
  const { unknown, openOrders, foreignOrders, unexplained, unmanaged } = flatness;
  const code = flatExit(flatness, left);
  return {
    flat: code === EXIT.inDoubt ? null : code === EXIT.done,
    outcomes: outcomes.map(outcomeJson),
    leftovers: left.map(({ quantity, ...rest }) => ({ ...rest, quantity: formatQuantity(quantity) })),
    openOrders: openOrders.map(orderJson),
    foreignOrders: foreignOrders.map(({ clientOrderId, symbol, side, quantity, status }) => ({
      clientOrderId,
      symbol,
      side,
      quantity: formatQuantity(quantity),
      status,
    })),
    unexplained,
    unmanaged: unmanaged.map(({ symbol, quantity }) => ({ symbol, quantity: formatQuantity(quantity) })),
    unknown,
  };
}
