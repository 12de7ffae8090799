/**
 * Two sessions of a strategy that is long or short, of a pair whose legs are held together or not at all, and of one whose
 * company splits its shares, or changes its symbol, in the night between.
 */
import type { Chance } from '../machine/chance.ts';
import { PRICES, settle, type Declared } from '../machine/trader.ts';
import type { SlotWindow } from '../invariants/slots.ts';
import { costsOf } from './costs.ts';
import { drawInSession, drawTargets, inSeconds, type Event, type Happening } from './event.ts';
import type { Plot } from './plot.ts';
import { actionList, NEW_SYMBOL, PAIR, priceFiles, type Action } from './prices.ts';
import { looksOf } from './looks.ts';
import { momentOf, THURSDAY, TUESDAY, WEDNESDAY, type Planned } from './schedules.ts';
import { Sessions } from './sessions.ts';
import { HOUR, MINUTE, SECOND, SHARE, Stage, type Day } from './stage.ts';

const START = momentOf(TUESDAY, '15:36:00');
const NAMES = ['both', 'hedge', 'long'] as const;
const SIDES = ['KO', 'PEP'] as const;
const LONG = ['AAPL', 'MSFT'] as const;

/** On Tuesday the pair is far from its mean, from Wednesday on it is there. */
const HEDGE: Declared = {
  kind: 'pair',
  universe: PAIR,
  targets: {},
  schedule: [
    { at: '15:45', action: 'rebalance', window: '6m' },
    { at: '09:50', action: 'rebalance', window: '5m' },
  ],
};

const WINDOWS: Readonly<Record<string, number>> = { '1545': 6 * MINUTE, '0950': 5 * MINUTE };

function windowOf(slot: string): SlotWindow | null {
  const [, date = '', , clock = ''] = slot.split('/');
  const window = WINDOWS[clock];
  if (window === undefined) return null;
  const opensAt = momentOf(date, `${clock.slice(0, 2)}:${clock.slice(2)}:00`);
  return { opensAt, closesAt: opensAt + window, lastStart: momentOf(date, '15:59:30') };
}

/** Nothing where nobody has declared it. */
function plannedAs({ wanted }: Stage, slot: string): readonly Planned[] {
  const window = windowOf(slot);
  if (window === null || !wanted.has('hedge')) return [];
  return [{ slot, strategy: 'hedge', action: 'rebalance', ...window }];
}

function draw(chance: Chance): readonly Event[] {
  const isOperated = chance.once(2);
  const morning = chance.once(3) ? 0 : 1 + chance.below(5);
  const events: Event[] = [
    { at: 0, kind: 'edit', strategy: 'hedge', declared: HEDGE },
    { at: 0, kind: 'edit', strategy: 'long', declared: longOf(drawTargets(chance, LONG)) },
    { at: 0, kind: 'edit', strategy: 'both', declared: drawSides(chance) },
    ...Array.from({ length: 4 + chance.below(9) }, (): Event => ({
      at: inSeconds(5 * SECOND + chance.below(22 * MINUTE)),
      ...drawHappening(chance, isOperated),
    })),
    ...Array.from({ length: morning }, (): Event => ({
      at: inSeconds(17 * HOUR + 49 * MINUTE + chance.below(15 * MINUTE)),
      ...drawHappening(chance, isOperated),
    })),
  ];
  if (!chance.once(3)) events.push({ at: inSeconds(chance.below(11 * MINUTE)), kind: 'calm' });
  return events.sort((a, b) => a.at - b.at);
}

function longOf(targets: Declared['targets'], universe: readonly string[] = LONG): Declared {
  return { universe, targets };
}

function drawSides(chance: Chance): Declared {
  const targets = Object.entries(drawTargets(chance, SIDES)).map(([symbol, shares]) => [
    symbol,
    chance.once(2) ? shares : 0 - shares,
  ]);
  return { kind: 'shorts', universe: SIDES, targets: Object.fromEntries(targets) as Declared['targets'] };
}

function drawHappening(chance: Chance, isOperated: boolean): Happening {
  if (!chance.once(3)) return drawInSession(chance);
  const name = chance.pick(NAMES);
  const commands: readonly (readonly string[])[] = [
    ['apply', '--yes'],
    ['plan'],
    ...(isOperated
      ? [
          ['disable', name],
          ['disable', name, '--close-positions'],
          ['enable', name],
          ['kill', '--reason', 'a test', '--flatten'],
          ['halt', '--reason', 'a test'],
          ['unhalt', '--reason', 'a test'],
          ['suspend', name, '--reason', 'a test'],
          ['resume', name],
        ]
      : []),
  ];
  const others: readonly (() => Happening)[] = [
    () => ({ kind: 'edit', strategy: 'both', declared: drawSides(chance) }),
    () => ({ kind: 'edit', strategy: 'both', declared: drawSides(chance) }),
    () => ({ kind: 'command', args: chance.pick(commands) }),
    () => ({ kind: 'command', args: chance.pick(commands) }),
    () => ({ kind: 'stop' }),
    () => ({ kind: 'rival' }),
  ];
  return chance.pick(others)();
}

/** What companies do in the night of this seed. */
const ACTIONS: readonly Action[] = [
  { kind: 'none' },
  { kind: 'split', symbol: 'AAPL', from: 1, to: 2, isAnnounced: true },
  { kind: 'split', symbol: 'AAPL', from: 2, to: 3, isAnnounced: true },
  { kind: 'split', symbol: 'AAPL', from: 1, to: 10, isAnnounced: false },
  { kind: 'rename', from: 'MSFT', to: NEW_SYMBOL },
];

async function live(seed: number, events: readonly Event[]): Promise<Day> {
  const stage = new Stage({ seed, start: START, windowOf, isExchange: true });
  const { machine } = stage;
  const action = machine.chance.stream('company').pick(ACTIONS);
  stage.count(`nights with ${action.kind}`);
  const broker = {
    clock: 'exchange',
    multiplier: '2',
    shorting: { hardToBorrow: [] },
    ...costsOf(seed).broker,
  };
  settle(machine, NAMES, { broker, prices: { type: 'csv', folder: PRICES } });
  for (const [file, text] of priceFiles(action)) machine.put(`${PRICES}/${file}`, text);
  for (const symbol of PAIR) for (const shares of [Infinity, -Infinity]) stage.allow(symbol, shares);
  const sessions = new Sessions({ stage, seed, events, start: START });
  await sessions.passTo(
    momentOf(TUESDAY, '16:01:00'),
    looksOf(sessions, () => plannedAs(stage, `hedge/${TUESDAY}/rebalance/1545`)),
  );
  await sessions.stop();
  await stage.passTo(momentOf(TUESDAY, '20:00:00'));
  machine.put(`${PRICES}/corporate-actions.csv`, actionList(action));
  companyActs(stage, action);
  await stage.passTo(momentOf(WEDNESDAY, '09:25:00'));
  await sessions.passTo(momentOf(WEDNESDAY, '09:41:00'), () => undefined);
  followCompany(stage, action);
  await sessions.calmDown();
  await sessions.passTo(momentOf(WEDNESDAY, '09:48:00'), () => undefined);
  bothOrNone(stage);
  await sessions.passTo(
    momentOf(WEDNESDAY, '09:58:00'),
    looksOf(sessions, () => plannedAs(stage, `hedge/${WEDNESDAY}/rebalance/0950`)),
  );
  await sessions.stop();
  await stage.applyUntilDone();
  await stage.passTo(momentOf(THURSDAY, '09:51:00'));
  await stage.rests(await stage.applyUntilDone());
  // What a split has made of a share, and is less than one, is inside the band.
  for (const [name, { targets }] of stage.wanted) stage.compare(name, targets, Math.trunc);
  return stage.day();
}

function companyActs(stage: Stage, action: Action): void {
  if (action.kind === 'split') {
    const { symbol, from, to } = action;
    stage.companyActs({ symbol, from, to });
  }
  if (action.kind === 'rename') stage.companyActs({ from: action.from, to: action.to });
}

/** The trader writes what is meant: as many new shares, under the new name. */
function followCompany(stage: Stage, action: Action): void {
  const targets = stage.wanted.get('long')?.targets;
  if (targets === undefined) return;
  const renamed = Object.entries(targets).map(([symbol, shares]) => {
    if (action.kind === 'rename' && symbol === action.from) return [action.to, shares];
    const isSplit = action.kind === 'split' && symbol === action.symbol;
    return [symbol, isSplit ? Math.floor((Number(shares) * action.to) / action.from) : shares];
  });
  const universe = action.kind === 'rename' ? ['AAPL', action.to] : LONG;
  const declared = longOf(Object.fromEntries(renamed) as Declared['targets'], universe);
  stage.happens({ at: 0, kind: 'edit', strategy: 'long', declared });
}

function legsOf({ guard }: Stage): readonly number[] {
  const book = guard.watcher.ledger.books.get('hedge');
  return PAIR.map((symbol) => (book?.get(symbol)?.quantity ?? 0) / SHARE);
}

function bothOrNone(stage: Stage): void {
  const legs = legsOf(stage);
  const [one = 0, other = 0] = legs;
  const isFine = (one === 0 && other === 0) || one * other < 0;
  stage.guard.note('both-legs-or-none', isFine ? null : `${PAIR.join('/')} are ${legs.join(' and ')}`);
  stage.count(one === 0 ? 'mornings without a pair' : 'mornings with a pair');
}

export const sides: Plot = { name: 'sides', draw, live };
