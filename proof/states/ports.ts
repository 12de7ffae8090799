/** The ports of a process in the small world: each call is one moment. */
import { accountView, assetsView, orderView, positionsView } from '../../src/broker/simulated-account.ts';
import { marketClock } from '../../src/broker/simulated-clock.ts';
import { cancelOrder } from '../../src/broker/simulated-orders.ts';
import { openOrdersOf, type SimulatedOrder } from '../../src/broker/simulated-state.ts';
import type { Price } from '../../src/domain/decimal.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type {
  Broker,
  Commit,
  Market,
  OrderRequest,
  Ports,
  SubmitAnswer,
} from '../../src/reconciler/ports.ts';
import { submitted } from './outcome.ts';
import type { Recorder } from './pass.ts';
import { VENUE } from './scope.ts';
import { accountNow, identityOf, isHidden, nowOf, withRecord } from './world.ts';

export function portsOf(run: Recorder): Ports {
  let ids = 0;
  return {
    clock: {
      now: () => run.ask('now', () => nowOf(run.world)),
      monotonic: () => run.ask('monotonic', () => run.world.elapsed),
      sleep: (milliseconds) =>
        later(run, 'sleep', () => {
          run.world = { ...run.world, elapsed: run.world.elapsed + milliseconds };
        }),
    },
    broker: brokerOf(run),
    market: MARKET,
    signalFiles: { table: () => Promise.resolve(null) },
    journal: journalOf(run),
    programs: {
      run: () => Promise.resolve({ kind: 'not-run' }),
      callModule: () => Promise.resolve({ kind: 'not-run' }),
    },
    stateFile: { write: () => undefined, schedule: () => undefined },
    processes: {
      self: identityOf(run.pid),
      lookUp: ({ pid }) =>
        run.ask('lookUp', () => (pid === run.pid || pid === run.world.paused?.pid ? 'alive' : 'gone')),
    },
    queue: { enter: () => Promise.resolve({ leave: () => Promise.resolve() }) },
    report: { info: () => undefined, warn: () => undefined, error: () => undefined },
    shutdownRequested: (strategy) =>
      run.ask('shutdownRequested', () => run.world.switches[strategy]?.shutdownRequested === true),
    switchToggle: (strategy, to) =>
      later(run, 'switchToggle', () => {
        const before = run.world.switches[strategy];
        if (before === undefined) return;
        run.world = { ...run.world, switches: { ...run.world.switches, [strategy]: { ...before, ...to } } };
        run.effects += 1;
      }),
    newId: () => `${run.pid}-${(ids += 1)}`,
    stop: { requested: () => false, signal: () => null },
  };
}

/** Inside a promise, and answered at the moment of the question. */
function later<Value>(run: Recorder, call: string, answer: () => Value): Promise<Value> {
  return Promise.resolve(run.ask(call, answer));
}

const MARKET: Market = {
  quotes: (symbols, now) =>
    Promise.resolve(
      new Map(
        symbols.map((symbol) => [symbol, { price: VENUE.priceAt(symbol, now) ?? (0 as Price), asOf: now }]),
      ),
    ),
  closes: () => Promise.resolve(new Map()),
  bars: () => Promise.resolve(new Map()),
  minutes: () => Promise.resolve(new Map()),
  actions: () => Promise.resolve(new Map()),
};

function brokerOf(run: Recorder): Broker {
  return {
    kind: 'simulated',
    account: () => later(run, 'account', () => accountView(accountNow(run.world), VENUE)),
    positions: () => later(run, 'positions', () => positionsView(accountNow(run.world), VENUE)),
    openOrders: () =>
      later(run, 'openOrders', () => shown(run, openOrdersOf(accountNow(run.world))).map(orderView)),
    orderByClientId: (id) =>
      later(run, 'orderByClientId', () => {
        const orders = accountNow(run.world).orders.filter(({ clientOrderId }) => clientOrderId === id);
        const [order] = shown(run, orders);
        return order === undefined ? null : orderView(order);
      }),
    submit: (request) => later(run, 'submit', () => submit(run, request)),
    cancel: (id) =>
      later(run, 'cancel', () => {
        const { state, answer } = cancelOrder(run.world.account, id, nowOf(run.world));
        run.world = { ...run.world, account: state };
        run.effects += 1;
        return answer;
      }),
    history: (since) =>
      later(run, 'history', () => accountNow(run.world).fills.filter(({ time }) => time > since)),
    clock: () => later(run, 'clock', () => marketClock(VENUE.settings, nowOf(run.world))),
    assets: (symbols) => later(run, 'assets', () => assetsView(VENUE.settings, symbols)),
  };
}

function shown({ world }: Recorder, orders: readonly SimulatedOrder[]): SimulatedOrder[] {
  return orders.filter((order) => !isHidden(world, order));
}

/** A broker lists a new order late, later than anybody looks for it at once. */
const SHOWN_AFTER = 60_000;

function submit(run: Recorder, request: OrderRequest): SubmitAnswer {
  const number = run.submits.length;
  const before = run.outcomes.get(number - 1);
  const outcome = before === 'request lost twice' ? before : (run.outcomes.get(number) ?? 'filled');
  run.submits.push({ quantity: request.quantity, effects: run.effects });
  run.effects += 1;
  const account = accountNow(run.world);
  const after = submitted(run.world.account, request, nowOf(run.world), outcome);
  run.world = { ...run.world, account: after.account };
  if (outcome === 'answer lost, shown late') {
    const { hidden, elapsed } = run.world;
    const more = { ...hidden, [request.clientOrderId]: elapsed + SHOWN_AFTER };
    run.world = { ...run.world, hidden: more };
  }
  run.watch.sent(run, {
    request,
    before: account,
    isTaken: after.account.orders.length > account.orders.length,
  });
  return after.answer;
}

/** The compare-and-swap: who has not read everything is told that the record is lost. */
function journalOf(run: Recorder): Ports['journal'] {
  let seen = run.world.ledger;
  const read = (call: string, answer: () => Ledger): Ledger => {
    seen = run.ask(call, answer);
    return seen;
  };
  const refresh = (): Ledger => read('refresh', () => run.world.ledger);
  return {
    ledger: () => read('ledger', () => seen),
    refresh,
    whole: refresh,
    hashAt: (seq) => `sum-${seq}`,
    commit: (event) => {
      const commit = run.ask(`commit ${event.type}`, () => commitNow(run, seen, event));
      seen = commit.ledger;
      return commit;
    },
  };
}

function commitNow(run: Recorder, seen: Ledger, event: JournalEvent): Commit {
  const before = run.world.ledger;
  if (before !== seen) return { kind: 'lost', ledger: before };
  const { record, world } = withRecord(run.world, event);
  run.world = world;
  run.effects += 1;
  run.watch.written(run, { record, before, after: world.ledger });
  return { kind: 'committed', ledger: world.ledger };
}
