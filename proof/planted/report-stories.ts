/** Stories of the words of operators, of what is reported, and of companies. A part of the table in stories.ts. */
import type { Rename } from '../../src/broker/simulated-rename.ts';
import type { Split } from '../../src/broker/simulated-split.ts';
import { isOurs, SHARE } from '../invariants/account.ts';
import type { SlotWindow } from '../invariants/slots.ts';
import { companyActs } from '../machine/company.ts';
import type { Machine } from '../machine/machine.ts';
import {
  APPLY,
  command,
  declare,
  declaredOn,
  misbehave,
  PRICES,
  settle,
  switchEach,
  TOGGLES,
  undeclare,
} from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CORE = { universe: ['VTI', 'BND'] } as const;
const MP = { universe: ['AAPL', 'MSFT'] } as const;
const OLD = { universe: ['GLD', 'KO'] } as const;

export const REPORT_STORIES: readonly Story[] = [
  {
    name: 'whose it is',
    sentence:
      'Of three strategies that own something one is turned off, one has no manifest any more, and somebody has bought by hand.',
    variants: 4,
    tell: async (seed, variant) => {
      const prices = { VTI: 250, BND: 80, AAPL: 200, MSFT: 400, GLD: 300, KO: 60, NVDA: 100 };
      const mostWanted = { VTI: 15, BND: 4, AAPL: 20, MSFT: 3, GLD: 12, KO: 7 };
      const scene = new Scene({ seed: seed + variant, mostWanted, prices });
      const { machine } = scene;
      settle(machine, ['core', 'mp', 'old'], { prices: { type: 'csv', folder: PRICES } });
      for (const [symbol, price] of Object.entries(prices))
        machine.put(`${PRICES}/${symbol}.csv`, flat(price));
      declare(machine, 'old', { ...OLD, targets: { GLD: 12, KO: 7 } });
      await machine.run(APPLY);
      declare(machine, 'core', { ...CORE, targets: { VTI: 15, BND: 4 } });
      declare(machine, 'mp', { ...MP, targets: { AAPL: 20, MSFT: 3 } });
      await machine.run(APPLY);
      await machine.run(command('sim', 'trade', 'buy', String(2 + variant), 'VTI'));
      await machine.run(command('sim', 'trade', 'buy', '1', 'NVDA'));
      if (variant % 2 === 0) switchEach(machine, { core: true, mp: false, old: true });
      else await machine.run(command('disable', 'mp'));
      if (variant < 3) undeclare(machine, 'old');
      return scene.told();
    },
  },
  {
    name: 'flat, or not',
    sentence:
      'Everything is to be sold, and one sale is refused, halted, filled in part, lost on its way, or in doubt.',
    variants: 6,
    tell: async (seed, variant) => {
      const mostWanted = { VTI: 40, BND: 60, AAPL: 20 };
      const scene = new Scene({ seed: seed + variant, mostWanted });
      const { machine } = scene;
      settle(machine, ['core', 'mp'], { execution: { fillTimeout: '20s' } });
      declare(machine, 'core', { ...CORE, targets: { VTI: 40, BND: 60 } });
      declare(machine, 'mp', { ...MP, targets: { AAPL: 20 } });
      await machine.run(APPLY);
      await scene.wait(MINUTE);
      const [fault] = SALES.slice(variant);
      misbehave(machine, fault === undefined ? [] : [{ on: 'submit', side: 'sell', after: 1, ...fault }]);
      await machine.run(command('kill', '--flatten', '--reason', 'a test'));
      await machine.run(command('kill', '--flatten', '--reason', 'a test', '-o', 'json'));
      await scene.wait(10 * MINUTE);
      misbehave(machine, []);
      await machine.run(command('kill', '--flatten', '--reason', 'a test'));
      await machine.run(command('unhalt', '--reason', 'a test'));
      return scene.rest();
    },
  },
  {
    name: 'triggered by hand',
    sentence:
      'A slot whose window was missed is triggered, sold, triggered again, and its time comes once more on the next day.',
    variants: 4,
    tell: async (seed, variant) => {
      const mostWanted = { VTI: 40, BND: 60 };
      const scene = new Scene({ seed: seed + variant, mostWanted, windowOf });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      const schedule = [{ at: '10:05', action: variant % 2 === 0 ? 'rebalance' : 'entry', window: '2m' }];
      declare(machine, 'core', { ...CORE, targets: mostWanted, schedule });
      await machine.run(APPLY);
      await machine.loop.passTo(MORNING + 30 * MINUTE);
      if (variant !== 1) await machine.run(APPLY);
      const trigger = command('trigger', 'core', '--slot', '1005', '--reason', 'a test');
      const first = machine.start(trigger);
      // Of the last variant nothing but the word is recorded.
      scene.at = ({ kind, phase, process }) => {
        if (process !== first || guard.watcher.ledger.triggers.size === 0) return;
        if (variant === 3 || (variant === 2 && kind === 'request' && phase === 'before')) machine.kill(first);
      };
      await scene.end(first);
      scene.at = () => undefined;
      if (variant < 2) {
        await machine.run(command('disable', 'core', '--close-positions'));
        await machine.run(command('enable', 'core'));
        await machine.run(trigger);
        await machine.run(APPLY);
      }
      if (variant === 2) await machine.loop.passTo(MORNING + 90 * MINUTE);
      if (variant === 2) await machine.run(APPLY);
      // Before the window of the next day, and in it.
      for (const minutes of [-18, 6]) {
        await machine.loop.passTo(MORNING + DAY + minutes * MINUTE);
        await machine.run(APPLY);
      }
      guard.note('same-end', owned(scene) === 40 ? null : `core owns ${owned(scene)} VTI, and wants 40`);
      return scene.rest();
    },
  },
  {
    name: 'adopted at another price',
    sentence:
      'Somebody gives shares to a strategy at more, or less, than they are worth, which then wants more, and loses over night.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 430 }, prices: { VTI: 160 } });
      const { machine, guard } = scene;
      const broker = { clock: 'exchange' };
      settle(machine, ['core'], { broker, prices: { type: 'csv', folder: PRICES } });
      machine.put(`${PRICES}/VTI.csv`, rows([200, 200, 200, 200, 160, 160]));
      const facts = { ...CORE, risk: variant % 2 === 0 ? { maxDailyLoss: '1%' } : { maxDrawdown: '1.5%' } };
      declare(machine, 'core', { ...facts, targets: { VTI: 100 } });
      await machine.run(APPLY);
      await machine.run(command('sim', 'trade', 'buy', '300', 'VTI'));
      const price = variant < 2 ? 300 : 120;
      const said = ['--strategy', 'core', '--price', String(price), '--reason', 'a test'];
      await machine.run(command('adopt', 'VTI', ...said));
      const cost = (guard.watcher.ledger.books.get('core')?.get('VTI')?.cost ?? 0) / DOLLAR;
      const paid = 100 * 200 + 300 * price;
      note(scene, cost === paid ? null : `VTI cost ${cost} dollars, where ${paid} were said`);
      declare(machine, 'core', { ...facts, targets: { VTI: 410 } });
      await machine.run(APPLY);
      note(scene, owned(scene) === 410 ? null : 'what came by a word counts as a loss: nothing is bought');
      await scene.wait(7 * HOUR);
      await machine.run(command('report', 'eod'));
      await scene.wait(17 * HOUR);
      declare(machine, 'core', { ...facts, targets: { VTI: 430 } });
      await machine.run(APPLY);
      note(scene, owned(scene) === 410 ? null : 'what was adopted loses, and more of it is bought');
      await machine.run(command('reset-limit', 'core', '--reason', 'a test'));
      return scene.told();
    },
  },
  {
    name: 'pruned, and declared again',
    sentence:
      'A strategy that owns nothing is suspended, off, or has run its slot; it is forgotten, and comes back.',
    variants: 5,
    tell: async (seed, variant) => {
      const mostWanted = { VTI: 40, BND: 3, AAPL: 10, GLD: 5 };
      const scene = new Scene({ seed: seed + variant, mostWanted });
      const { machine, guard } = scene;
      const isSlot = variant === 2;
      const schedule = [{ at: '10:00', action: 'rebalance', window: '20m' }];
      const core = { ...CORE, targets: { VTI: 40 }, ...(isSlot && { schedule }) };
      settle(machine, ['core', 'mp', 'old']);
      declare(machine, 'core', core);
      declare(machine, 'mp', { ...MP, targets: { AAPL: 10 } });
      declare(machine, 'old', { ...OLD, targets: { GLD: 5 } });
      await machine.run(APPLY);
      await machine.run(command('disable', 'core', '--close-positions'));
      if (variant !== 1) await machine.run(command('enable', 'core'));
      if (variant === 0 || variant === 4) await machine.run(command('suspend', 'core', '--reason', 'a test'));
      undeclare(machine, 'core');
      undeclare(machine, 'old');
      await machine.run(command('apply', '--yes', '--prune'));
      if (variant === 4) await scene.wait(DAY);
      // Its symbol may have another owner by then.
      const universe = ['AAPL', 'MSFT', ...(variant === 3 ? ['VTI'] : [])];
      declare(machine, 'mp', { universe, targets: variant === 3 ? { VTI: 20 } : { AAPL: 10 } });
      await machine.run(APPLY);
      declare(machine, 'core', variant === 3 ? { universe: ['BND'], targets: { BND: 3 } } : core);
      const before = boughtOf(scene, 'VTI');
      await machine.run(APPLY);
      const isBought = boughtOf(scene, 'VTI') > before;
      guard.note(
        'off-is-off',
        isBought && !isSlot ? 'what was stopped opens when it is declared again' : null,
      );
      const runs = guard.watcher.records.filter(({ event }) => event.type === 'slot-started').length;
      guard.note('a-slot-runs-once', runs <= 1 ? null : `a slot has started ${runs} times`);
      await machine.run(command('resume', 'core'));
      await machine.run(command('enable', 'core'));
      return scene.told();
    },
  },
  {
    name: 'a hand in the toggle file',
    sentence: 'Somebody turns another strategy off by hand while `disable` writes the toggle file.',
    variants: 8,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, AAPL: 10 } });
      const { machine, guard } = scene;
      settle(machine, ['core', 'mp']);
      declare(machine, 'core', { ...CORE, targets: { VTI: 40 } });
      declare(machine, 'mp', { ...MP, targets: { AAPL: 10 } });
      await machine.run(APPLY);
      let effects = 0;
      scene.at = ({ kind, of, phase }) => {
        // Between the last look at the file and the rename that replaces it nobody can come.
        if (!of.startsWith(TOGGLES) || (kind === 'rename' && phase === 'before')) return;
        if (effects === 2 * variant) editByHand(machine);
        effects += 1;
      };
      await machine.run(command('disable', 'core', '--close-positions'));
      scene.at = () => undefined;
      const file = machine.disk.find(TOGGLES);
      const text = file?.kind === 'file' ? file.data.toString() : '';
      const isThere = text.includes(BY_HAND) && !onIn(scene, 'mp');
      guard.note('no-word-is-lost', isThere ? null : 'what was written by hand is gone');
      guard.note('no-word-is-lost', onIn(scene, 'core') ? 'core is on in the toggle file' : null);
      declare(machine, 'core', { ...CORE, targets: { VTI: 40 } });
      return scene.told();
    },
  },
  {
    name: 'a company over night',
    sentence:
      'Over night a company splits its shares, or changes its symbol; where it has not announced it, a pass was killed before, and a person says what it was.',
    variants: 4,
    tell: async (seed, variant) => {
      const change = CHANGES[variant] ?? RENAME;
      const isAnnounced = variant % 3 === 0;
      const [symbol, ratio] = 'symbol' in change ? ['VTI', change.to / change.from] : [change.to, 1];
      const mostWanted = { VTI: 41, BND: 9, [symbol]: Math.max(41, 41 * ratio) };
      const scene = new Scene({ seed: seed + variant, mostWanted, isExchange: true });
      const { machine, guard } = scene;
      settle(machine, ['core'], {
        broker: { clock: 'exchange' },
        prices: { type: 'csv', folder: PRICES },
      });
      machine.put(`${PRICES}/BND.csv`, flat(80));
      const after = 200 / ratio;
      for (const name of ['VTI', symbol])
        machine.put(`${PRICES}/${name}.csv`, rows([200, 200, 200, 200, after, after]));
      declare(machine, 'core', { ...CORE, targets: { VTI: 41, BND: 9 } });
      scene.at = ({ kind, phase, process }) => {
        if (isAnnounced || kind !== 'request' || phase !== 'after') return;
        if (boughtOf(scene, 'VTI') > 0) machine.kill(process);
      };
      await machine.run(APPLY);
      scene.at = () => undefined;
      await scene.wait(8 * HOUR);
      companyActs(machine, change);
      if (isAnnounced) machine.put(`${PRICES}/corporate-actions.csv`, announced(change));
      await scene.wait(16 * HOUR);
      for (let pass = 0; pass < 3; pass += 1) {
        await machine.run(APPLY);
        await scene.wait(MINUTE);
      }
      if (!isAnnounced) await machine.run(command('resolve', 'VTI', '--as', 'split', '--reason', 'a test'));
      await machine.run(APPLY);
      const held = (machine.account()?.positions.get(symbol)?.quantity ?? 0) / SHARE;
      const isKept = Math.abs(held - 41 * ratio) < 1e-6;
      const what = `${held} ${symbol} are held, where the company has made ${41 * ratio} of 41`;
      guard.note('a-company-trades-nothing', isKept ? null : what);
      return scene.told();
    },
  },
];

const RENAME: Rename = { from: 'VTI', to: 'VTX' };
const CHANGES: readonly (Split | Rename)[] = [
  { symbol: 'VTI', from: 2, to: 3 },
  { symbol: 'VTI', from: 1, to: 10 },
  { symbol: 'VTI', from: 10, to: 1 },
  RENAME,
];

function announced(change: Split | Rename): string {
  const { from, to } = change;
  const [symbol, kind] = 'symbol' in change ? [change.symbol, 'split'] : [from, 'symbol-change'];
  return `Date,Symbol,Kind,From,To\n2025-12-03,${symbol},${kind},${from},${to}\n`;
}

const BY_HAND = '# by hand';

function editByHand(machine: Machine): void {
  const file = machine.disk.find(TOGGLES);
  const text = file?.kind === 'file' ? file.data.toString() : '';
  machine.put(TOGGLES, `${BY_HAND}\n${text.replace(/( {2}mp:\n {4}enabled: )true/, '$1false')}`);
}

function onIn({ machine }: Scene, name: string): boolean {
  return declaredOn(machine).get(name) === true;
}

/** How many orders of ours have bought it, or may. */
function boughtOf({ machine }: Scene, symbol: string): number {
  const orders = machine.account()?.orders ?? [];
  return orders.filter((order) => isOurs(order) && order.side === 'buy' && order.symbol === symbol).length;
}

const DOLLAR = 1_000_000;

function note({ guard }: Scene, what: string | null): void {
  guard.note('adopted-at-what-was-said', what);
}

/** VTI of core, shares. */
function owned({ guard }: Scene): number {
  return (guard.watcher.ledger.books.get('core')?.get('VTI')?.quantity ?? 0) / SHARE;
}

/** What becomes of the second sale; then one that is as any other. */
const SALES: readonly object[] = [
  { effect: 'reject', times: 9 },
  { effect: 'halt', times: 1 },
  { effect: 'order', fills: '7', times: 1 },
  { effect: 'answer-lost', hiddenFor: '5m', times: 1 },
  { effect: 'unavailable', times: 9 },
];

/** Of the slot at five past ten. */
function windowOf(slot: string): SlotWindow {
  const day = Date.parse(`${slot.split('/')[1] ?? ''}T15:00:00Z`);
  return { opensAt: day + 5 * MINUTE, closesAt: day + 7 * MINUTE, lastStart: day + 6 * HOUR - 30 * SECOND };
}

/** It never changes. */
function flat(price: number): string {
  return rows(DATES.map(() => price));
}

const DATES = ['2025-11-26', '2025-11-28', '2025-12-01', '2025-12-02', '2025-12-03', '2025-12-04'];

/** Of six sessions, the fourth of which is the day of the story. */
function rows(prices: readonly number[]): string {
  const lines = DATES.map((date, day) => {
    const price = (prices[day] ?? 0).toFixed(4);
    return `${date},${price},${price},2000000`;
  });
  return ['Date,Open,Close,Volume', ...lines, ''].join('\n');
}
