/**
 * Each row of the table in docs/recovery.md: the state is entered, shows what the row says, and is left by each of the
 * row's commands. Real commands on real files, but for the overfill, which the simulated broker cannot be made to do: it
 * is a world in memory. The clock stands still unless a row needs it to run.
 */
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../src/actions/resolve-symbol.ts';
import type { Quantity } from '../src/domain/decimal.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from './support/project.ts';
import { holdsIn, world } from './support/world.ts';

const STATE = 'data/strategy_positions.json';
const TOGGLES = 'manifests/strategy_toggle.yaml';
const MINUTES_LATER = '2025-12-02T15:40:00-05:00';
const NEXT_DAY = '2025-12-03T15:30:00-05:00';
const TWO = { core: { targets: { VTI: '10', BND: '20' } }, side: { targets: { GLD: '5' } } };
const ONE = { core: { targets: { VTI: '10' } } };
const UNDECLARED = { ...ONE, side: TWO.side };

interface Row {
  readonly enter: () => Promise<Project>;
  /** The command that shows the state; `plan` if left out. */
  readonly look?: readonly string[];
  readonly shows: string;
  /** What happens or is done besides the command: time passes, a file is mended. */
  readonly meanwhile?: (mine: Project) => Project;
  readonly leave: readonly string[];
  /** The other commands of the row. */
  readonly orElse?: readonly OtherWay[];
}

interface OtherWay {
  /** As the row names it. */
  readonly way: string;
  readonly meanwhile?: (mine: Project) => Project;
  readonly leave: readonly string[];
}

type Commands = Readonly<Record<string, Row>>;

async function owning(strategies: Readonly<Record<string, StrategyFacts>> = TWO): Promise<Project> {
  const mine = project({ strategies, account: { broker: { faults: '../faults.yaml' } } });
  faults(mine);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

function faults(mine: Project, ...lines: readonly string[]): Project {
  mine.write(
    'faults.yaml',
    `faults:${lines.length === 0 ? ' []' : ''}\n${lines.map((line) => `  - ${line}\n`).join('')}`,
  );
  return mine;
}

function declared(mine: Project, strategies: Readonly<Record<string, StrategyFacts>>): Project {
  mine.declare(strategies);
  return mine;
}

const later = (mine: Project): Project => mine.at(MINUTES_LATER);
const nextDay = (mine: Project): Project => mine.at(NEXT_DAY);
const healed = (mine: Project): Project => later(faults(mine));

/** A price falls by a tenth, and a limit is latched. */
async function lost(spec: object, limits: object): Promise<Project> {
  const strategies = (
    targets: Readonly<Record<string, string>>,
  ): Readonly<Record<string, StrategyFacts>> => ({
    core: { targets, universe: ['VTI', 'BND'], spec },
  });
  const prices = { type: 'csv', folder: '../prices' };
  const mine = project({ strategies: strategies({ VTI: '50' }), account: { prices, limits } });
  const close = (symbol: string, price: number): void =>
    mine.write(`prices/${symbol}.csv`, `Date,Close\n2025-12-01,${price}\n`);
  close('VTI', 1_000);
  close('BND', 50);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  close('VTI', 900);
  declared(mine, strategies({ VTI: '50', BND: '10' }));
  expect((await later(mine).run('apply', '--yes')).stderr).toContain('Loss limit: ');
  return later(mine);
}

/** Books of 10 VTI at $250.50, from the original's state file, beside what the broker says. */
async function beside(quantity: string, averagePrice: string): Promise<Project> {
  const mine = project({ strategies: ONE, account: { broker: { faults: '../faults.yaml' } } });
  faults(mine);
  const time = '2025-12-01T15:55:00-05:00';
  const positions = { VTI: { qty: 10, entry_price: 250.5, entry_time: time, order_id: null } };
  mine.write('original.json', original(time, { core: { positions, last_execution: time } }));
  mine.write('data/broker.json', account(time, { VTI: { quantity, averagePrice } }));
  expect(await mine.run('init', '--from-state', 'original.json')).toMatchObject({ code: 0 });
  return mine;
}

function original(time: string, strategies: object): string {
  return JSON.stringify({ version: 1, last_updated: time, execution_lock: null, strategies });
}

function account(time: string, positions: object): string {
  const base = { version: 1, accountId: 'SIM-TEST', seed: 7, time, cash: '100000.00' };
  return JSON.stringify({ ...base, positions, orders: [], fills: [] });
}

async function withBreak(quantity: string, averagePrice = '250.50'): Promise<Project> {
  const mine = await beside(quantity, averagePrice);
  await mine.run('apply', '--yes');
  return mine;
}

/** Puts an order of somebody else among the broker's open ones; it fills in an hour. */
async function beforeForeignOrder(clientOrderId: string): Promise<Project> {
  const mine = await owning({ core: { targets: { VTI: '10', GLD: '5' } } });
  const at = '2025-12-02T15:31:00-05:00';
  changeBroker(mine, (broker) => {
    broker.orders.push({
      brokerOrderId: 'outside-1',
      clientOrderId,
      symbol: 'GLD',
      side: 'buy',
      quantity: '2',
      filledQuantity: '0',
      filledValue: '0.00',
      status: 'new',
      submittedAt: at,
      updatedAt: at,
      pending: [{ kind: 'fill', at: '2025-12-02T16:30:00-05:00', quantity: '2', price: '250.00' }],
    });
  });
  mine.declare({ core: { targets: { VTI: '10', GLD: '9' } } });
  return later(mine);
}

interface BrokerFile {
  readonly orders: Record<string, unknown>[];
  readonly positions: Record<string, unknown>;
}

function changeBroker(mine: Project, change: (broker: BrokerFile) => void): void {
  const broker = JSON.parse(mine.read('data/broker.json')) as BrokerFile;
  change(broker);
  mine.write('data/broker.json', JSON.stringify(broker));
}

/** An order of 10 VTI that filled 3, and whose cancel never happened. */
async function leftOpen(): Promise<Project> {
  const mine = project({ strategies: ONE, account: { broker: { faults: '../faults.yaml' } } });
  faults(mine, '{on: submit, effect: order, fills: "3"}', '{on: cancel, effect: stuck, times: 99}');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 12 });
  return later(mine);
}

/** The broker has ended that order, and says something else of it than before. */
async function contradicted(change: object): Promise<Project> {
  const mine = await leftOpen();
  changeBroker(mine, ({ orders, positions }) => {
    positions['VTI'] = { quantity: '3', averagePrice: '276.40' };
    const time = '2025-12-02T15:35:00-05:00';
    Object.assign(orders[0] ?? {}, { status: 'canceled', pending: [], updatedAt: time }, change);
  });
  await faults(mine).run('apply', '--yes');
  return mine;
}

async function unanswered(spec: object = {}): Promise<Project> {
  const strategies = { core: { ...ONE.core, spec } };
  const mine = project({ strategies, account: { broker: { faults: '../faults.yaml' } } });
  faults(mine, '{on: submit, effect: unavailable, times: 99}');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 12 });
  return mine;
}

function exchange(now: string): Project {
  return project({ strategies: ONE, account: { broker: { clock: 'exchange' } }, now });
}

/** The simulated exchange closes at 13:00, which only `spec` may know. */
function mismatched(spec: object, given?: Project): Project {
  const mine = given ?? project({ strategies: ONE, now: '2025-12-02T11:00:00-05:00' });
  const broker = { type: 'simulated', cash: '100000.00', calendar: { '2025-12-02': '13:00' } };
  const account = {
    apiVersion: 'homeguard/v1',
    kind: 'Account',
    metadata: { name: 'test' },
    spec: { broker, prices: { type: 'synthetic', seed: 7 }, ...spec },
  };
  mine.write('manifests/account.yaml', JSON.stringify(account));
  return mine;
}

async function closedMarket(): Promise<Project> {
  const mine = exchange('2025-12-02T15:30:00-05:00');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine.at('2025-12-02T17:00:00-05:00');
}

function program(mine: Project, text: string): void {
  mine.write('manifests/strategies/signal.mjs', text);
}

async function edited(change: (text: string) => string): Promise<Project> {
  const mine = later(await owning());
  mine.write(STATE, change(mine.read(STATE)));
  return mine;
}

/** Ten VTI of yesterday; a corporate action that was announced for today has taken effect, and the books have followed. */
async function announced(action: string, happens: string): Promise<Project> {
  const prices = { type: 'csv', folder: '../prices' };
  const mine = project({ strategies: ONE, account: { prices, broker: { faults: '../faults.yaml' } } });
  faults(mine);
  mine.write('prices/VTI.csv', 'Date,Close\n2025-12-01,1000\n2025-12-03,100\n');
  mine.write('prices/NEW.csv', 'Date,Close\n2025-12-03,1000\n');
  mine.write('prices/corporate-actions.csv', `Date,Symbol,Kind,From,To\n2025-12-03,VTI,${action}\n`);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  faults(mine, `{on: positions, ${happens}}`);
  expect(await nextDay(mine).run('apply', '--yes')).toMatchObject({ code: 0 });
  return nextDay(mine);
}

const SYMBOLS: Commands = {
  UnmanagedShares: {
    enter: async () => {
      const mine = await owning();
      await mine.run('sim', 'trade', 'buy', '3', 'VTI');
      return later(mine);
    },
    shows: 'UnmanagedShares',
    leave: ['adopt', 'VTI', '--strategy', 'core', '--reason', 'mine'],
  },
  EntryFrozenExternalReduction: {
    enter: async () => {
      const mine = later(await owning());
      await mine.run('sim', 'trade', 'sell', '4', 'VTI');
      await mine.run('apply', '--yes');
      return mine;
    },
    shows: 'EntryFrozenExternalReduction',
    leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'buy it back'],
  },
  SplitApplied: {
    enter: () => announced('split,1,10', 'effect: split, split: {symbol: VTI, from: 1, to: 10}'),
    shows: 'SplitApplied',
    leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'ten of the new ones'],
    orElse: [
      {
        way: 'another target in the manifest',
        meanwhile: (mine) =>
          declared(mine.at('2025-12-04T15:30:00-05:00'), { core: { targets: { VTI: '100' } } }),
        leave: ['apply', '--yes'],
      },
    ],
  },
  SymbolChanged: {
    enter: () => announced('symbol-change,VTI,NEW', 'effect: rename, rename: {from: VTI, to: NEW}'),
    shows: 'SymbolChanged',
    meanwhile: (mine) => declared(mine, { core: { targets: { NEW: '10' } } }),
    leave: ['apply', '--yes'],
  },
  SymbolConflict: {
    enter: async () => {
      const mine = project({ strategies: { ...TWO, core: { targets: { VTI: '20' } } } });
      const time = '2025-12-01T15:55:00-05:00';
      const lot = (qty: number): object => ({
        VTI: { qty, entry_price: 250.5, entry_time: time, order_id: null },
      });
      const strategies = {
        core: { positions: lot(10), last_execution: time },
        side: { positions: lot(5), last_execution: time },
      };
      mine.write('original.json', original(time, strategies));
      mine.write('data/broker.json', account(time, { VTI: { quantity: '15', averagePrice: '250.50' } }));
      await mine.run('init', '--from-state', 'original.json');
      return mine;
    },
    shows: 'SymbolConflict',
    leave: ['apply', '--yes'],
    orElse: [
      {
        way: 'hgctl release',
        leave: ['release', 'VTI', '--strategy', 'side', '--reason', 'it is of core'],
      },
    ],
  },
  ForeignController: {
    enter: () => beforeForeignOrder('hg-other-20251202-plan-aaaa'),
    shows: 'ForeignController',
    meanwhile: (mine) => mine.at('2025-12-02T16:40:00-05:00'),
    leave: ['apply', '--yes'],
  },
  'PendingOrder, of somebody else': {
    enter: () => beforeForeignOrder('by-hand'),
    shows: 'is open at the broker and not in the journal',
    meanwhile: (mine) => mine.at('2025-12-02T16:40:00-05:00'),
    leave: ['apply', '--yes'],
  },
  Unconfirmed: { enter: () => beside('6', '250.50'), shows: 'Unconfirmed', leave: ['apply', '--yes'] },
  'BreakOpen: missing-shares': {
    enter: () => withBreak('6'),
    shows: 'missing-shares',
    leave: ['resolve', 'VTI', '--as', 'broker', '--reason', 'transferred'],
  },
  'BreakOpen: side-flip': {
    enter: () => withBreak('-3'),
    shows: 'side-flip',
    leave: ['resolve', 'VTI', '--as', 'broker', '--reason', 'sold by hand'],
  },
  'BreakOpen: split': {
    enter: async () => {
      const mine = await beside('10', '250.50');
      faults(mine, '{on: positions, effect: split, split: {symbol: VTI, from: 1, to: 10}}');
      await mine.run('apply', '--yes');
      return mine;
    },
    shows: 'as after a 10-for-1 split',
    leave: ['resolve', 'VTI', '--as', 'split', '--reason', 'ten for one'],
  },
  'BreakOpen: price-mismatch': {
    enter: () => withBreak('10', '300.00'),
    shows: 'price-mismatch',
    leave: ['resolve', 'VTI', '--as', 'broker', '--reason', 'their cost'],
    orElse: [{ way: '--as books', leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'our cost'] }],
  },
  'BreakOpen: fill-reversed': {
    enter: () => contradicted({ filledQuantity: '2', filledValue: '501.00' }),
    shows: 'fill-reversed',
    leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'they confirm three'],
    orElse: [{ way: '--as broker', leave: ['resolve', 'VTI', '--as', 'broker', '--reason', 'two it is'] }],
  },
  'BreakOpen: id-collision': {
    enter: () => contradicted({ quantity: '11' }),
    shows: 'id-collision',
    leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'looked at it'],
    orElse: [{ way: '--as broker', leave: ['resolve', 'VTI', '--as', 'broker', '--reason', 'theirs'] }],
  },
  HistoryUnavailable: {
    enter: async () => {
      const mine = await beside('6', '250.50');
      return faults(mine, '{on: history, effect: unavailable, times: 99}');
    },
    shows: 'HistoryUnavailable',
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  Settling: {
    enter: async () => faults(await owning(), '{on: positions, effect: stale, by: 60s, times: 99}'),
    shows: 'settling',
    look: ['get', 'positions'],
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  OrderUnresolved: {
    enter: () => unanswered(),
    shows: 'OrderUnresolved',
    leave: ['resolve', 'VTI', '--as', 'books', '--reason', 'it never arrived'],
  },
  'OrderNotSeen, of a reduction': {
    enter: async () => {
      const mine = later(await owning());
      mine.declare({ ...TWO, core: { targets: { VTI: '4', BND: '20' } } });
      faults(mine, '{on: submit, effect: unavailable, times: 99}');
      expect(await mine.run('apply', '--yes')).toMatchObject({ code: 12 });
      return mine;
    },
    shows: 'OrderUnresolved',
    meanwhile: (mine) => faults(mine),
    leave: ['apply', '--yes'],
  },
  'OrderNotSeen, of an entry in the window of its slot': {
    enter: () => unanswered({ schedule: [{ at: '15:30', action: 'entry', window: '15m' }] }),
    shows: 'OrderUnresolved',
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  'OrderNotSeen, in the next session': {
    enter: () => unanswered(),
    shows: 'OrderUnresolved',
    meanwhile: (mine) => nextDay(faults(mine)),
    leave: ['apply', '--yes'],
  },
  'OrderStillOpen, HandedOver': {
    enter: leftOpen,
    shows: 'OrderLeftOver',
    meanwhile: faults,
    leave: ['apply', '--yes'],
  },
};

const LOOP: Commands = {
  ManifestsInvalid: {
    enter: async () => {
      const mine = await owning();
      mine.write('manifests/strategies/core.yaml', 'kind: Strateg\n');
      return mine;
    },
    look: ['run', '--until', '2025-12-02T15:35:00-05:00'],
    shows: 'ManifestsInvalid',
    meanwhile: (mine) => declared(mine, TWO),
    leave: ['validate'],
  },
};

const ACCOUNT: Commands = {
  'AccountUnknown, PositionsUnknown, OrdersUnknown, ClockUnknown': {
    enter: async () => faults(await owning(), '{on: positions, effect: unavailable, times: 99}'),
    shows: 'PositionsUnknown',
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  ClockSkew: {
    enter: async () => {
      const mine = await owning();
      mine.declare({ ...TWO, core: { targets: { VTI: '11', BND: '20' } } });
      return faults(mine, '{on: clock, effect: stale, by: 5s, times: 99}');
    },
    shows: 'ClockSkew',
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  CalendarMismatch: {
    enter: () => Promise.resolve(mismatched({})),
    shows: 'CalendarMismatch',
    meanwhile: (mine) => mismatched({ calendar: { overrides: { '2025-12-02': '13:00' } } }, mine),
    leave: ['apply', '--yes'],
  },
  MarketClosed: {
    enter: () => Promise.resolve(exchange('2025-12-02T17:00:00-05:00')),
    shows: 'MarketClosed',
    meanwhile: nextDay,
    leave: ['apply', '--yes'],
  },
};

async function halted(...words: readonly string[]): Promise<Project> {
  const mine = await owning();
  expect(await mine.run(...words, '--reason', 'bad data')).toMatchObject({ code: 0 });
  return mine;
}

const BRAKES: Commands = {
  Halted: {
    enter: () => halted('halt'),
    shows: 'Halted',
    leave: ['unhalt', '--reason', 'data is back'],
  },
  'Halted, everything to be sold': {
    enter: () => halted('kill', '--flatten'),
    shows: 'everything to be sold',
    leave: ['halt', '--reason', 'no more sales'],
    orElse: [{ way: 'hgctl unhalt --reason TEXT', leave: ['unhalt', '--reason', 'data is back'] }],
  },
  Suspended: {
    enter: () => halted('suspend', 'core'),
    shows: 'Suspended',
    leave: ['resume', 'core'],
  },
};

const STRATEGIES: Commands = {
  StrategyDisabled: {
    enter: async () => {
      const mine = await owning();
      await mine.run('disable', 'core');
      return mine;
    },
    shows: 'StrategyDisabled',
    leave: ['enable', 'core'],
  },
  OrphanHeld: {
    enter: async () => {
      const mine = await owning();
      await mine.run('disable', 'core');
      return later(mine);
    },
    shows: 'OrphanHeld',
    leave: ['close-orphaned', 'core'],
    orElse: [{ way: 'hgctl enable NAME', leave: ['enable', 'core'] }],
  },
  ShutdownRequested: {
    enter: async () => {
      const mine = await owning();
      mine.declare({ ...TWO, core: { ...TWO.core, shutdownRequested: true } });
      return mine;
    },
    shows: 'ShutdownRequested',
    leave: ['enable', 'core'],
  },
  ShutdownPending: {
    enter: async () => {
      const mine = await closedMarket();
      expect(await mine.run('disable', 'core', '--close-positions')).toMatchObject({ code: 13 });
      return mine;
    },
    shows: 'complete-shutdown',
    meanwhile: nextDay,
    leave: ['apply', '--yes'],
  },
  StrategyPlanned: {
    enter: () =>
      Promise.resolve(project({ strategies: { core: { ...ONE.core, spec: { lifecycle: 'planned' } } } })),
    shows: 'StrategyPlanned',
    meanwhile: (mine) => {
      mine.declare(ONE);
      return mine;
    },
    leave: ['apply', '--yes'],
  },
  Undeclared: {
    enter: async () => later(declared(await owning(UNDECLARED), { side: TWO.side })),
    shows: 'Undeclared',
    leave: ['disable', 'core', '--close-positions'],
    orElse: [
      {
        way: 'the manifest again',
        meanwhile: (mine) => declared(mine, UNDECLARED),
        leave: ['apply', '--yes'],
      },
      {
        way: 'hgctl rename',
        meanwhile: (mine) => declared(mine, { heart: ONE.core, side: TWO.side }),
        leave: ['rename', 'core', 'heart'],
      },
      {
        way: 'hgctl release',
        leave: ['release', 'VTI', '--strategy', 'core', '--reason', 'not mine'],
      },
    ],
  },
  LossLimit: {
    enter: () => lost({ risk: { maxDailyLoss: '2%' } }, {}),
    shows: 'LossLimit',
    leave: ['reset-limit', 'core', '--reason', 'looked at it'],
  },
  'LossLimit, of the account': {
    enter: () => lost({}, { maxDrawdown: '2%' }),
    shows: 'LossLimit',
    leave: ['reset-limit', '--account', '--reason', 'looked at it'],
  },
  LossUnknown: {
    enter: async () => {
      const limited = { targets: { VTI: '10' }, spec: { risk: { maxDailyLoss: '2%' } } };
      const mine = await owning({ core: limited });
      await mine.run('sim', 'trade', 'sell', '4', 'VTI');
      declared(mine, { core: { ...limited, targets: { VTI: '10', BND: '5' } } });
      return faults(later(mine), '{on: history, effect: unavailable, times: 99}');
    },
    shows: 'LossUnknown',
    meanwhile: healed,
    leave: ['apply', '--yes'],
  },
  SignalFailed: {
    enter: () => {
      const signal = { type: 'command', params: { argv: [process.execPath, 'signal.mjs'] } };
      const mine = project({ strategies: { core: { universe: ['VTI'], spec: { signal } } } });
      program(mine, 'process.exit(3);\n');
      return Promise.resolve(mine);
    },
    look: ['apply', '--yes'],
    shows: 'SignalFailed',
    meanwhile: (mine) => {
      program(
        mine,
        'process.stdout.write(JSON.stringify({ version: 1, targets: [{ symbol: "VTI", quantity: "2" }] }));\n',
      );
      return mine;
    },
    leave: ['apply', '--yes'],
  },
};

const FILES: Commands = {
  'The state file was changed': {
    enter: () => edited((text) => text.replace('"qty": 20', '"qty": 15')),
    look: ['apply', '--yes'],
    shows: 'was changed outside hgctl',
    leave: ['import', 'state', '--discard'],
  },
  'The state file was changed, and is right': {
    enter: () => edited((text) => text.replace('"qty": 20', '"qty": 15')),
    look: ['apply', '--yes'],
    shows: 'was changed outside hgctl',
    leave: ['import', 'state', '--accept'],
  },
  'A lock of somebody else in the state file': {
    enter: () => {
      const lock =
        '{"holder":"omr","acquired":"2025-12-02T15:39:00-05:00","expires":"2025-12-02T15:43:00-05:00"}';
      return edited((text) => text.replace('"execution_lock": null', `"execution_lock": ${lock}`));
    },
    look: ['import', 'state', '--accept'],
    shows: 'omr until 2025-12-02T15:43:00-05:00',
    meanwhile: (mine) => mine.at('2025-12-02T15:44:00-05:00'),
    leave: ['import', 'state', '--discard'],
  },
  'The journal is lost': {
    enter: async () => {
      const mine = later(await owning());
      rmSync(mine.path('data/journal'), { recursive: true });
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'records are lost',
    leave: ['rebuild', '--from-backup', '--yes'],
  },
  'The journal is damaged': {
    enter: async () => {
      const mine = later(await owning());
      damage(mine);
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'the journal is damaged',
    leave: ['rebuild', '--from-backup', '--yes'],
  },
  'A folder that everybody can write': {
    enter: async () => {
      const mine = later(await owning());
      chmodSync(mine.path('data'), 0o777);
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'can be written by everybody',
    meanwhile: (mine) => {
      chmodSync(mine.path('data'), 0o700);
      return mine;
    },
    leave: ['apply', '--yes'],
  },
  'Everything is lost but the broker': {
    enter: async () => {
      const mine = later(await owning());
      for (const name of ['journal', 'backups', 'strategy_positions.json'])
        rmSync(mine.path(`data/${name}`), { recursive: true, force: true });
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'the account is not empty',
    leave: ['rebuild', '--from-broker', '--yes'],
  },
  'First start beside positions': {
    enter: async () => {
      const mine = project({ strategies: ONE });
      await mine.run('sim', 'trade', 'buy', '7', 'GLD');
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'this is the first start',
    leave: ['init', '--unmanaged'],
  },
  'First start beside the original’s state file': {
    enter: () => {
      const mine = project({ strategies: ONE });
      const time = '2025-12-01T15:55:00-05:00';
      const positions = { VTI: { qty: 10, entry_price: 250.5, entry_time: time, order_id: null } };
      mine.write(STATE, original(time, { core: { positions, last_execution: time } }));
      mine.write('data/broker.json', account(time, { VTI: { quantity: '10', averagePrice: '250.50' } }));
      return Promise.resolve(mine);
    },
    look: ['apply', '--yes'],
    shows: 'this is the first start',
    leave: ['init', '--from-state', STATE],
  },
  'Another account': {
    enter: async () => {
      const mine = await owning(ONE);
      rmSync(mine.path('data/broker.json'));
      mine.write(
        'manifests/account.yaml',
        mine.read('manifests/account.yaml').replace('"seed": 7', '"seed": 8'),
      );
      return mine;
    },
    look: ['apply', '--yes'],
    shows: 'the journal belongs to account',
    leave: ['apply', '--yes', '--data', 'other'],
  },
  'Manifests are invalid': {
    enter: async () => {
      const mine = await owning(ONE);
      mine.write('manifests/more.yaml', 'kind: Strategy\n');
      return mine;
    },
    shows: 'manifests/more.yaml:1',
    meanwhile: (mine) => {
      mine.remove('manifests/more.yaml');
      return mine;
    },
    leave: ['apply', '--yes'],
  },
};

function damage(mine: Project): void {
  const folder = mine.path('data/journal');
  const path = `${folder}/${readdirSync(folder).sort()[0] ?? ''}`;
  writeFileSync(path, readFileSync(path).fill(0x20, 900, 910));
}

async function walk(row: Row): Promise<void> {
  const { shows, leave, look = ['plan'], meanwhile = (mine: Project) => mine } = row;
  const mine = await row.enter();
  const before = await mine.run(...look);
  expect(before.stdout + before.stderr).toContain(shows);
  const after = meanwhile(mine);
  const left = await after.run(...leave);
  expect([0, 10], left.stdout + left.stderr).toContain(left.code);
  const data = leave.includes('--data') ? ['--data', 'other'] : [];
  const again = await after.run(...look, ...data);
  expect(again.stdout + again.stderr).not.toContain(shows);
  expect((await after.run('apply', '--yes', ...data)).code).not.toBe(5);
}

/** Rows that need a process that runs, or a broker that no file of the simulated one can describe. */
const OTHERS: Readonly<
  Record<string, { readonly leave: readonly string[]; readonly walk: () => Promise<void> }>
> = {
  ToggleNotWritten: { leave: ['disable'], walk: unwritten },
  AccountBlocked: { leave: ['apply'], walk: blocked },
  'BreakOpen: overfill': { leave: ['resolve', 'X', '--as', 'broker'], walk: overfill },
  'The execution lock is held by a process that hangs': {
    leave: ['unlock', '--kill'],
    walk: () => stuck(true),
  },
  'The execution lock of a process that is gone': { leave: ['apply'], walk: () => stuck(false) },
};

/** The strategy is off in the journal; the file that should say so could not be edited. */
async function unwritten(): Promise<void> {
  const mine = await owning();
  const text = mine.read(TOGGLES);
  mine.write(TOGGLES, 'strategies: [');
  expect((await mine.run('disable', 'core')).code).not.toBe(0);
  mine.write(TOGGLES, text);
  expect((await mine.run('plan')).stdout).toContain('StrategyDisabled');
  expect(await mine.run('disable', 'core')).toMatchObject({ code: 0 });
  expect(mine.read(TOGGLES)).toMatch(/core:\s+enabled: false/);
}

/** The simulated account is never blocked. */
async function blocked(): Promise<void> {
  const home = await world({ prices: { X: '10' }, strategies: { a: { targets: { X: '5' } } } });
  const account = async () => ({ ...(await home.broker.account()), blocked: 'trading is suspended' });
  const isBlocked = { broker: { ...home.broker, account } };
  expect(await home.apply(isBlocked)).toMatchObject({ kind: 'nothing' });
  expect(home.broker.submitted).toEqual([]);
  await home.apply();
  expect(home.books()).toEqual({ a: { X: '5' } });
}

async function overfill(): Promise<void> {
  const home = await world({ prices: { X: '10' }, strategies: { a: { targets: { X: '5' } } } });
  const twice = async (...args: Parameters<typeof home.broker.orderByClientId>) => {
    const order = await home.broker.orderByClientId(...args);
    return order === null ? null : { ...order, filledQuantity: (order.filledQuantity * 2) as Quantity };
  };
  const openOrders = (): Promise<[]> => Promise.resolve([]);
  await home.apply({ broker: { ...home.broker, orderByClientId: twice, openOrders } });
  expect(home.journal.ledger().breaks.get('X')?.kind).toBe('overfill');
  const resolution = {
    symbol: 'X',
    as: 'broker',
    strategy: null,
    price: null,
    reason: 'they correct it',
  } as const;
  await resolveSymbol(home.ports, home.desired, resolution);
  expect(holdsIn(await home.plan()).filter((hold) => hold.includes('BreakOpen'))).toEqual([]);
}

/** A holder in real time, in the middle of its order: stopped, or killed. */
async function stuck(isStopped: boolean): Promise<void> {
  const mine = project({
    strategies: ONE,
    now: null,
    account: { broker: { fillDelay: '3s', partialFills: '0%' }, execution: { requestTimeout: '200ms' } },
  });
  const holder = mine.start('apply', '--yes');
  await holder.said('Submitting order');
  holder.process.kill(isStopped ? 'SIGSTOP' : 'SIGKILL');
  await delay(50);
  const { items } = await mine.json<{ items: { lockId: string; state: string }[] }>(
    'get',
    'locks',
    '-o',
    'json',
  );
  if (isStopped) {
    expect(items).toMatchObject([{ state: 'held' }]);
    expect(await mine.run('unlock', items[0]?.lockId ?? '', '--kill')).toMatchObject({ code: 0 });
  } else expect((await mine.run('plan')).stdout).toContain('LockHolderGone');
  await holder.ended;
  await mine.run('apply', '--yes');
  await mine.run('apply', '--yes');
  const owned = await mine.json<{ items: { symbol: string; quantity: string }[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  expect(owned.items).toMatchObject([{ symbol: 'VTI', quantity: '10' }]);
}

const ROWS: Commands = { ...SYMBOLS, ...ACCOUNT, ...LOOP, ...BRAKES, ...STRATEGIES, ...FILES };

const OTHER_WAYS = Object.entries(ROWS).flatMap(([state, { orElse = [], ...row }]) =>
  orElse.map(({ way, meanwhile = (mine: Project) => mine, leave }) => ({
    state,
    way,
    row: { ...row, meanwhile, leave },
  })),
);

describe('A state that blocks something is entered, shows itself, and is left by its command:', () => {
  test.each(Object.entries(ROWS))('%s', (_, row) => walk(row));
  test.each(OTHER_WAYS)('$state, or by $way', ({ row }) => walk(row));
  test.each(Object.entries(OTHERS))('%s', (_, row) => row.walk());
});

test('While the history is not available, resolve refuses and changes nothing.', async () => {
  const mine = faults(await beside('6', '250.50'), '{on: history, effect: unavailable, times: 99}');
  const { code } = await mine.run('resolve', 'VTI', '--as', 'broker', '--reason', 'I sold four');
  expect(code).toBe(11);
  expect(JSON.parse((await mine.run('get', 'positions', '-o', 'json')).stdout)).toMatchObject({
    items: [{ symbol: 'VTI', quantity: '10' }],
  });
});

test('docs/recovery.md has a row for each of them, with that command, and no other.', () => {
  const documented = tableRows(readFileSync('docs/recovery.md', 'utf8'));
  const commandOf = (state: string): string => documented.find(([first]) => first === state)?.[2] ?? '';
  const tested = Object.entries({ ...ROWS, ...OTHERS });
  expect(documented.map(([state]) => state).sort()).toEqual(tested.map(([state]) => state).sort());
  for (const [state, { leave }] of tested) {
    expect(commandOf(state), state).toMatch(documentedForm(leave));
  }
  for (const { state, way } of OTHER_WAYS) expect(commandOf(state), state).toContain(way);
});

/** The command with the flags that decide what it does. */
function documentedForm([command = '', ...rest]: readonly string[]): RegExp {
  const flags = rest.filter((word) => word.startsWith('--') && !ACCOMPANYING.has(word));
  const truth = rest[rest.indexOf('--as') + 1] ?? '';
  const words = flags.map((flag) => (flag === '--as' ? `--as ${truth}` : flag));
  return new RegExp([`hgctl ${command}\\b`, ...words].join('[^`]*'));
}

const ACCOMPANYING: ReadonlySet<string> = new Set(['--yes', '--reason']);

/** State, how it ends by itself, command: the rows of every table whose first column is `state`. */
function tableRows(markdown: string): string[][] {
  const rows: string[][] = [];
  let header = '';
  for (const line of markdown.split('\n')) {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === 0) header = '';
    else if (header === '') header = cells[0] ?? '';
    else if (header === 'state' && !/^-+$/.test(cells[0] ?? ''))
      rows.push([plain(cells[0] ?? ''), ...cells.slice(1)]);
  }
  return rows;
}

/** Without a link's place and the grade behind it. */
function plain(cell: string): string {
  return cell.replace(/\[([^\]]*)\]\([^)]*\)(?: \(.*\))?$/, '$1');
}
