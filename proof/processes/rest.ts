/** What must hold in a real folder: of each answer, behind each kill, and at rest. */
import type { Broken } from '../part.ts';
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import { EXIT } from '../../src/domain/errors.ts';
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import { findOrder } from '../../src/observed/ledger.ts';
import { readRecords, verifyJournal } from '../../src/store/journal-check.ts';
import { INVARIANTS } from '../invariants/all.ts';
import type { Answer, Story } from '../invariants/invariant.ts';
import { Reckoning } from '../machine/reckoning.ts';
import { afterEvent, type Reductions } from '../machine/reductions.ts';
import { sharesOf, SYMBOLS, type Home, type Targets } from './home.ts';

const SHARE = 1_000_000_000;
const TRIES = 10;
/** Nothing that the proof says to hgctl is wrong. */
const CODES: ReadonlySet<number> = new Set(Object.values(EXIT).filter((code) => code !== EXIT.usage));
const RESOLVE = /'hgctl resolve (\w+) /g;

/** By symbol: shares filled on each side, of all orders ever. */
export type Traded = ReadonlyMap<string, { readonly bought: number; readonly sold: number }>;

export function tradedAt(account: SimulatedState | null): Traded {
  return new Map(
    SYMBOLS.map((symbol) => {
      const orders = account?.orders.filter((order) => order.symbol === symbol) ?? [];
      const filled = (side: 'buy' | 'sell'): number =>
        orders.filter((order) => order.side === side).reduce((sum, order) => sum + order.filledQuantity, 0) /
        SHARE;
      return [symbol, { bought: filled('buy'), sold: filled('sell') }];
    }),
  );
}

/** What must have been traded, where targets were these and are to be those. */
export function tradedWith(traded: Traded, from: Targets, to: Targets): Traded {
  const [old, young] = [sharesOf(from), sharesOf(to)];
  return new Map(
    [...traded].map(([symbol, { bought, sold }]) => {
      const change = (young.get(symbol) ?? 0) - (old.get(symbol) ?? 0);
      return [symbol, { bought: bought + Math.max(0, change), sold: sold + Math.max(0, -change) }];
    }),
  );
}

export function ofAnswer(answer: Answer): Broken[] {
  const broken: Broken[] = [];
  for (const invariant of INVARIANTS) {
    const what = invariant.at === 'exit' ? invariant.check(answer) : null;
    if (what !== null) broken.push({ invariant: invariant.name, what });
  }
  if (answer.state === 'ended' && (answer.code === null || !CODES.has(answer.code)))
    broken.push({
      invariant: 'no-defect',
      what: `exit ${String(answer.code)}: ${answer.stderr.slice(-600)}`,
    });
  return broken;
}

/** Whatever is happening: the journal is whole, and what is on its way trades no more than it must. */
export function atAnyMoment(home: Home, most: Traded): Broken[] {
  const broken: Broken[] = [];
  const verdict = verifyJournal(home.journal);
  if (verdict.kind === 'damaged') broken.push({ invariant: 'journal-is-whole', what: verdict.message });
  const traded = tradedAt(home.account());
  for (const [symbol, { bought, sold }] of traded) {
    const { bought: maxBought = 0, sold: maxSold = 0 } = most.get(symbol) ?? {};
    if (bought > maxBought || sold > maxSold)
      broken.push({
        invariant: 'never-twice',
        what: `${symbol}: ${bought} bought and ${sold} sold, or on their way, where ${maxBought} and ${maxSold} are all that was wanted`,
      });
  }
  return broken;
}

export interface Settled {
  readonly broken: readonly Broken[];
  /** Doubts that an operator had to end. */
  readonly doubts: number;
}

/** `apply` until it says that nothing is to be done, by `inside` or another way; then everything that must hold at rest. */
export async function settle(home: Home, wanted: Traded): Promise<Settled> {
  const broken: Broken[] = [];
  let doubts = 0;
  let last: Answer;
  let tries = 0;
  do {
    last = await home.inside('apply', '--yes');
    broken.push(...ofAnswer(last));
    tries += 1;
    for (const symbol of symbolsInDoubt(last)) {
      doubts += 1;
      broken.push(...(await resolved(home, symbol)));
    }
  } while (!isAtRest(last) && tries < TRIES);
  if (!isAtRest(last))
    broken.push({
      invariant: 'comes-to-rest',
      what: `after ${tries} passes: exit ${String(last.code)}: ${(last.stderr + last.stdout).slice(-800)}`,
    });
  broken.push(...atRest(home, last), ...sameWork(home, wanted), ...(await ownWords(home)));
  return { broken, doubts };
}

function isAtRest({ code, stdout }: Answer): boolean {
  return code === 0 && stdout.includes('Nothing to do.');
}

function symbolsInDoubt({ stdout }: Answer): Set<string> {
  return new Set([...stdout.matchAll(RESOLVE)].map(([, symbol = '']) => symbol));
}

/** The operator looks at the broker, and says what is true: none of the orders in doubt is there. */
async function resolved(home: Home, symbol: string): Promise<Broken[]> {
  const { openOrders } = ledgerOf(home);
  const there = home
    .account()
    ?.orders.find(({ clientOrderId }) => openOrders.get(clientOrderId)?.intent.symbol === symbol);
  if (there !== undefined)
    return [
      { invariant: 'doubt-is-fair', what: `${there.clientOrderId} is in doubt, and the broker has it` },
    ];
  return ofAnswer(await home.inside('resolve', symbol, '--as', 'books', '--reason', 'it never arrived'));
}

function ledgerOf(home: Home): ReturnType<typeof emptyLedger> {
  return readRecords(home.journal).reduce(advance, emptyLedger());
}

function atRest(home: Home, last: Answer): Broken[] {
  const account = home.account();
  if (account === null) return [{ invariant: 'books-are-the-brokers', what: 'no account was opened' }];
  const broken: Broken[] = [];
  // What a process is now says nothing of what it was when the record was written.
  const story: Story = {
    mostWanted: new Map(),
    leastWanted: new Map(),
    windowOf: () => null,
    isExchange: false,
    isAlive: () => false,
  };
  let ledger = emptyLedger();
  let lockedBy: string | null = null;
  let reduced: Reductions = new Map();
  const reckoning = new Reckoning();
  for (const record of readRecords(home.journal)) {
    const after = advance(ledger, record);
    reckoning.take(record.event);
    const owned = reckoning.owned();
    for (const invariant of INVARIANTS) {
      if (invariant.at !== 'record') continue;
      const what = invariant.check(
        { record, before: ledger, after, account, wall: record.time, lockedBy, reduced, owned },
        story,
      );
      if (what !== null) broken.push({ invariant: invariant.name, what });
    }
    if (after.lock !== null && after.lock !== ledger.lock) lockedBy = record.run;
    if (after.fencedOff === ledger.fencedOff) reduced = afterEvent(reduced, record.event, ledger);
    ledger = after;
  }
  for (const invariant of INVARIANTS) {
    if (invariant.at !== 'rest') continue;
    const what = invariant.check({ ledger, account, story, stateFile: home.stateFile(), last });
    if (what !== null) broken.push({ invariant: invariant.name, what });
  }
  return broken;
}

/** Exactly what the targets need has been traded, and no name was used twice. */
function sameWork(home: Home, wanted: Traded): Broken[] {
  const account = home.account();
  const broken: Broken[] = [];
  for (const [symbol, { bought, sold }] of tradedAt(account)) {
    const expected = wanted.get(symbol);
    if (bought !== expected?.bought || sold !== expected.sold)
      broken.push({
        invariant: 'same-work',
        what: `${symbol}: ${bought} bought and ${sold} sold, where ${expected?.bought ?? 0} and ${expected?.sold ?? 0} were needed`,
      });
  }
  const ids = account?.orders.map(({ clientOrderId }) => clientOrderId) ?? [];
  if (new Set(ids).size < ids.length)
    broken.push({ invariant: 'never-twice', what: `an order id twice: ${ids.join(' ')}` });
  const ledger = ledgerOf(home);
  const unknown = ids.find((id) => findOrder(ledger, id) === undefined);
  if (unknown !== undefined)
    broken.push({ invariant: 'order-has-intent', what: `no intent of ${unknown} counts in the journal` });
  return broken;
}

/** What hgctl itself says of a folder at rest. */
async function ownWords(home: Home): Promise<Broken[]> {
  const verify = await home.inside('journal', 'verify');
  const plan = await home.inside('plan', '--detailed-exitcode');
  const answers = { 'journal verify': verify, 'plan --detailed-exitcode': plan };
  return Object.entries(answers).flatMap(([command, { code, stdout, stderr }]) =>
    code === 0
      ? []
      : [
          {
            invariant: 'answer-is-true',
            what: `at rest '${command}' says ${String(code)}: ${stdout}${stderr}`,
          },
        ],
  );
}
