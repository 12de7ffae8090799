/** Stories of what is lost, spoiled, or taken away, and of the words that bring it in order. A part of the table in stories.ts. */
import { SHARE } from '../invariants/account.ts';
import type { Machine } from '../machine/machine.ts';
import { APPLY, command, declare, JOURNAL, misbehave, settle, STATE_FILE } from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const REBUILD = command('rebuild', '--from-backup', '--yes');
const core = { universe: ['VTI', 'BND'] } as const;

export const RECOVERY_STORIES: readonly Story[] = [
  {
    name: 'the journal is lost',
    sentence:
      'The journal is gone or cut, and its books are opened anew, by a command that is killed and said again.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 20, GLD: 10, QQQ: 10 } });
      const { machine, guard } = scene;
      settle(machine, ['core', 'mp', 'side', 'omr']);
      declare(machine, 'core', { universe: ['VTI'], targets: { VTI: 40 } });
      declare(machine, 'mp', { universe: ['GLD'], targets: { GLD: 10 } });
      declare(machine, 'side', { universe: ['BND'], targets: { BND: 20 } });
      const schedule = [
        { at: '10:00', action: 'entry', window: '30m' },
        { at: '10:02', action: 'exit', window: '30m' },
      ];
      declare(machine, 'omr', { universe: ['QQQ'], targets: { QQQ: 10 }, schedule });
      await machine.run(command('init'));
      await machine.run(command('suspend', 'mp', '--reason', 'a test'));
      await machine.run(APPLY);
      await machine.run(command('disable', 'side'));
      await machine.run(command('sim', 'trade', 'buy', '3', 'IWM'));
      await machine.loop.passTo(MORNING + 3 * MINUTE);
      await machine.run(APPLY);
      await scene.wait(5 * MINUTE);
      const before = { owned: ownedIn(scene), orders: ordersOf(machine) };
      loseJournal(scene, variant % 2 === 0 ? 'gone' : 'cut');
      await machine.run(APPLY);
      await saidAgain(scene, REBUILD, KILLED_BEHIND[variant] ?? 0);
      const broken = await scene.rest();
      const after = { owned: ownedIn(scene), orders: ordersOf(machine) };
      if (after.owned !== before.owned)
        guard.note('a-lost-journal-moves-nothing', `${before.owned} was owned before, ${after.owned} is now`);
      if (after.orders !== before.orders)
        guard.note('a-lost-journal-moves-nothing', `${after.orders - before.orders} orders are sent for it`);
      return broken;
    },
  },
  {
    name: 'rebuilt by two',
    sentence:
      'Two open the books of a lost journal anew; one is slow, and somebody trades on those of the other.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 30 } });
      await machine.run(APPLY);
      await scene.wait(5 * MINUTE);
      loseJournal(scene, 'gone');
      const on = QUESTIONS[variant] ?? '';
      misbehave(machine, [{ on, effect: 'unavailable', after: 0, times: 1 }]);
      const slow = machine.start(REBUILD);
      await scene.wait(SECOND / 10);
      slow.pausedUntil = machine.loop.now + MINUTE;
      await machine.run(REBUILD);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      await scene.end(slow);
      await scene.rest();
      const owned = ownedIn(scene);
      if (owned !== 'core VTI 40') guard.note('a-lost-journal-moves-nothing', `${owned} is owned`);
      return guard.broken;
    },
  },
  {
    name: 'an edit of the state file',
    sentence:
      'Somebody edits the state file; a pass goes by, a word says what becomes of it, is killed, and is said again.',
    variants: 10,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 20, GLD: 10 } });
      const { machine, guard } = scene;
      settle(machine, ['core', 'side']);
      declare(machine, 'core', { ...core, targets: { VTI: 30, BND: 20 } });
      declare(machine, 'side', { universe: ['GLD'], targets: { GLD: 10 } });
      await machine.run(APPLY);
      await scene.wait(MINUTE);
      const [edit, after] = EDITS[variant % EDITS.length] ?? [String, ''];
      const isAccepted = after !== '';
      const [before, orders] = [ownedIn(scene), ordersOf(machine)];
      machine.put(STATE_FILE, edit(textOf(machine)));
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 20 } });
      await machine.run(APPLY);
      if (ordersOf(machine) > orders || ownedIn(scene) !== before)
        guard.note('an-edit-moves-nothing', 'something is traded beside a file that somebody edited');
      const word = command('import', 'state', isAccepted ? '--accept' : '--discard');
      await saidAgain(scene, word, variant < EDITS.length ? 0 : 1 + (variant % EDITS.length));
      const expected = isAccepted ? after : before;
      const now = ownedIn(scene);
      if (now !== expected) guard.note('an-edit-moves-nothing', `${now} is owned, and not ${expected}`);
      if (ordersOf(machine) > orders) guard.note('an-edit-moves-nothing', 'an order is sent for it');
      if (isAccepted) return guard.broken;
      return scene.rest();
    },
  },
  {
    name: 'copies on a full disk',
    sentence:
      'The disk is full whenever a copy of the state file is kept; later that file, and the newest copy, are torn.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      const write = async (times: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          await scene.wait(2 * SECOND);
          await machine.run(command('suspend', 'core', '--reason', String(time)));
          await machine.run(command('resume', 'core'));
        }
      };
      await write(2);
      let isCut = false;
      scene.failure = ({ kind, of }) => {
        if (kind !== 'write' || !of.endsWith('.bak')) return null;
        isCut = !isCut;
        return isCut
          ? { kind: 'short', bytes: 40 * variant, then: 'told' }
          : { kind: 'error', code: 'ENOSPC' };
      };
      await write(2);
      scene.failure = () => null;
      const older = copiesOn(machine);
      await machine.run(command('suspend', 'core', '--reason', 'the last one'));
      const newest = copiesOn(machine).filter((path) => !older.includes(path));
      for (const path of [STATE_FILE, ...newest]) machine.put(path, textOf(machine, path).slice(0, 100));
      await scene.wait(MINUTE);
      loseJournal(scene, 'gone');
      await machine.run(REBUILD);
      const owned = ownedIn(scene);
      if (owned !== 'core VTI 40') {
        guard.note('a-lost-journal-moves-nothing', `${owned} is owned`);
        return guard.broken;
      }
      await machine.run(command('resume', 'core'));
      return scene.rest();
    },
  },
];

const BACKUPS = STATE_FILE.replace(/[^/]*$/, 'backups');

function copiesOn({ disk }: Machine): readonly string[] {
  return [...disk.folder(BACKUPS, 'list').entries.keys()].map((name) => `${BACKUPS}/${name}`);
}

/** How the file is edited, and what is owned once that is accepted; '': nothing of it can be. */
const EDITS: readonly (readonly [edit: (text: string) => string, after: string])[] = [
  [(text) => text.replace('"qty": 30', '"qty": 25'), 'core BND 20, core VTI 25, side GLD 10'],
  [
    (text) => text.replace(/"side": \{\n {6}"positions"/, '"kern": {\n      "positions"'),
    'core BND 20, core VTI 30, kern GLD 10',
  ],
  [(text) => without(text, 'BND'), 'core VTI 30, side GLD 10'],
  [(text) => text.slice(0, text.length / 2), ''],
  [
    (text) => text.replace(/"hgctl": \{\n {4}"seq": \d+/, '"hgctl": {\n    "seq": 1'),
    'core BND 20, core VTI 30, side GLD 10',
  ],
];

interface Positions {
  readonly strategies: Readonly<Record<string, { readonly positions: Record<string, unknown> }>>;
}

function without(text: string, symbol: string): string {
  const document = JSON.parse(text) as Positions;
  for (const { positions } of Object.values(document.strategies)) Reflect.deleteProperty(positions, symbol);
  return JSON.stringify(document, null, 2);
}

function textOf({ disk }: Machine, path = STATE_FILE): string {
  const file = disk.find(path);
  if (file?.kind !== 'file') throw new Error(`there is no ${path}`);
  return file.data.toString();
}

/** What a rebuild asks the broker. */
const QUESTIONS = ['positions', 'account', 'openOrders', 'history'] as const;

/** Killed behind so many of its effects, if any, and said again. */
async function saidAgain(scene: Scene, words: readonly string[], effects: number): Promise<void> {
  const { machine } = scene;
  if (effects > 0) {
    const killed = machine.start(words);
    let seen = 0;
    scene.at = ({ process, phase }) => {
      if (process !== killed || phase !== 'after') return;
      seen += 1;
      if (seen === effects) machine.kill(process);
    };
    await scene.end(killed);
    scene.at = () => undefined;
  }
  await machine.run(words);
}

/** Effects of a rebuild: its books, then the names that are given and taken. */
const KILLED_BEHIND = [0, 8, 12] as const;

/** It is moved away, or its newest records are. */
function loseJournal({ machine, guard }: Scene, how: 'gone' | 'cut'): void {
  const { disk } = machine;
  const wall = machine.wallNow();
  const file = disk.find(`${JOURNAL}/0001.jsonl`);
  if (file?.kind !== 'file') throw new Error('there is no journal');
  const text = file.data.toString();
  disk.rename(JOURNAL, `${JOURNAL.replace(/journal$/, '')}gone`, wall);
  guard.watcher.beginsAnew();
  if (how === 'gone') return;
  const lines = text.trimEnd().split('\n');
  machine.put(`${JOURNAL}/0001.jsonl`, `${lines.slice(0, -3).join('\n')}\n`);
}

/** Strategy, symbol and shares. */
function ownedIn({ guard: { watcher } }: Scene): string {
  const owned = [...watcher.ledger.books].flatMap(([strategy, book]) =>
    [...book].map(([symbol, { quantity }]) => `${strategy} ${symbol} ${quantity / SHARE}`),
  );
  return owned.sort().join(', ') || 'nothing';
}

function ordersOf(machine: Machine): number {
  return machine.account()?.orders.length ?? 0;
}
