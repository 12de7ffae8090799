/** Carries out one turn of a fault case, and says what was seen. */
import { formatQuantity, type Quantity } from '../../src/domain/decimal.ts';
import {
  strategies,
  type FaultCase,
  type Meanwhile,
  type Quantities,
  type Step,
  type Turn,
} from './fault-case.ts';
import { DAY, faultWorld, type FaultWorld } from './fault-world.ts';

/** What was seen of a turn: as it was expected, plus what is true of every turn. */
export interface Seen {
  readonly steps: readonly SeenStep[];
  readonly orders: readonly string[];
  readonly journal: readonly string[];
  readonly books: Quantities;
  readonly afterwards: Afterwards;
  /** Faults of the script that nothing has met. */
  readonly unmet: readonly string[];
}

export interface SeenStep {
  readonly exit: number | null;
  /** Lines of stdout and stderr, without what differs from run to run. */
  readonly lines: readonly string[];
}

/** Once nothing goes wrong any more, behind one `apply`. */
export interface Afterwards {
  /** Client order ids at the broker that are not in the journal, or more than once at the broker. */
  readonly strangers: readonly string[];
  readonly books: Quantities;
  /** Of nobody. */
  readonly unmanaged: Quantities;
  readonly broker: Quantities;
  /** The last line of one more `apply`. */
  readonly second: string;
  /** Exit codes of that `apply`, and of `journal verify`. */
  readonly exits: readonly (number | null)[];
}

const QUIET_TIMEOUT = '10s';

export async function runTurn(
  { script, requestTimeout = QUIET_TIMEOUT }: FaultCase,
  turn: Turn,
): Promise<Seen> {
  const world = await faultWorld({ script, requestTimeout });
  const declare = (targets: Quantities): void => world.project.declare(strategies(targets, turn));
  if (Object.keys(turn.held).length > 0) {
    declare(turn.held);
    await hgctl(world, 'apply --yes');
  }
  const before = new Set(world.account().orders.map(({ clientOrderId }) => clientOrderId));
  await world.until(DAY.faulty);
  declare(turn.wanted);
  const steps: SeenStep[] = [];
  for (const step of turn.steps) {
    const seen = await carryOut(world, step, declare);
    if (seen !== null) steps.push(seen);
  }
  const isNew = ({ id }: TextOf): boolean => !before.has(id);
  const orders = ordersAtBroker(world).filter(isNew).map(textOf);
  const journal = (await ordersInJournal(world)).filter(isNew).map(textOf).sort();
  const { owned } = await positionsOf(world);
  const peace = await afterwards(world, turn);
  return { steps, orders, journal, books: owned, afterwards: peace, unmet: world.unmet() };
}

async function carryOut(
  world: FaultWorld,
  step: Step,
  declare: (targets: Quantities) => void,
): Promise<SeenStep | null> {
  if ('server' in step) {
    await world.serve(step.server);
    return null;
  }
  for (const one of step.meanwhile ?? [])
    world.clock.after(world.clock.command.monotonic() + one.after, () => happen(world, one, declare));
  return hgctl(world, step.hgctl);
}

function happen(
  world: FaultWorld,
  what: Meanwhile,
  declare: (targets: Quantities) => void,
): Promise<void> | void {
  if ('server' in what) return world.serve(what.server);
  return 'wanted' in what ? declare(what.wanted) : world.said(what.heard);
}

async function afterwards(world: FaultWorld, { rest }: Turn): Promise<Afterwards> {
  await world.until(rest?.at === 'next session' ? DAY.next : DAY.healthy);
  if (rest?.first !== undefined) await hgctl(world, rest.first);
  await hgctl(world, 'apply --yes');
  const { owned: books, unmanaged } = await positionsOf(world);
  const broker = quantities(world.account().positions, ({ quantity }) => quantity);
  const second = await hgctl(world, 'apply --yes');
  const verified = await hgctl(world, 'journal verify');
  return {
    strangers: await strangers(world),
    books,
    unmanaged,
    broker,
    second: second.lines.at(-1) ?? '',
    exits: [second.exit, verified.exit],
  };
}

async function hgctl({ project }: FaultWorld, command: string): Promise<SeenStep> {
  const { code, stdout, stderr } = await project.run(...words(command));
  return { exit: code, lines: plainLines(`${stderr}${stdout}`) };
}

/** `resolve VTI --reason "as before"`. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Ids, ports and places of one run are not those of the next. */
function plainLines(text: string): string[] {
  return text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/\bhg-core-(\d{8})-(\w+)-\w{16}/g, 'hg-core-$1-$2-...')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '...')
    .split('\n')
    .filter((line) => line !== '');
}

interface TextOf {
  /** Of the client. */
  readonly id: string;
  readonly text: string;
}

function textOf({ text }: TextOf): string {
  return text;
}

function ordersAtBroker(world: FaultWorld): TextOf[] {
  return world.account().orders.map((order) => ({
    id: order.clientOrderId,
    text: orderText({
      ...order,
      filledQuantity: formatQuantity(order.filledQuantity),
      quantity: formatQuantity(order.quantity),
    }),
  }));
}

interface OrderItem {
  readonly clientOrderId: string;
  readonly side: string;
  readonly symbol: string;
  readonly status: string;
  readonly filledQuantity: string;
  readonly quantity: string;
}

function orderText({
  side,
  symbol,
  status,
  filledQuantity,
  quantity,
}: Omit<OrderItem, 'clientOrderId'>): string {
  return `${side} ${symbol}: ${status} ${filledQuantity} of ${quantity}`;
}

async function ordersInJournal({ project }: FaultWorld): Promise<readonly TextOf[]> {
  const { items } = await project.json<{ items: readonly OrderItem[] }>('get', 'orders', '-o', 'json');
  return items.map((item) => ({ id: item.clientOrderId, text: orderText(item) }));
}

async function strangers(world: FaultWorld): Promise<string[]> {
  const known = new Set((await ordersInJournal(world)).map(({ id }) => id));
  const seen = world.account().orders.map(({ clientOrderId }) => clientOrderId);
  return seen.filter((id, index) => !known.has(id) || seen.indexOf(id) !== index);
}

interface PositionItem {
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
}

async function positionsOf({
  project,
}: FaultWorld): Promise<{ readonly owned: Quantities; readonly unmanaged: Quantities }> {
  const { stdout } = await project.run('get', 'positions', '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: readonly PositionItem[] };
  const of = (isOwned: boolean): Quantities =>
    Object.fromEntries(
      items
        .filter(({ strategy }) => (strategy !== null) === isOwned)
        .map(({ symbol, quantity }) => [symbol, quantity]),
    );
  return { owned: of(true), unmanaged: of(false) };
}

function quantities<Row>(rows: ReadonlyMap<string, Row>, of: (row: Row) => Quantity): Quantities {
  return Object.fromEntries([...rows].map(([symbol, row]) => [symbol, formatQuantity(of(row))]));
}
