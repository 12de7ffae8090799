/** SIGSTOP anywhere in an apply, until another process has taken its lock over; then SIGCONT. */
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import { readRecords } from '../../src/store/journal-check.ts';
import { anyTargets, newHome, type Home, type HomeFacts } from './home.ts';
import { anyMoment, momentWords, strike } from './moment.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith } from './rest.ts';
import type { Broken } from '../part.ts';
import type { Bench, Campaign } from './trial.ts';

/** Short enough that who is stopped is past the time of its lock soon. */
const FACTS: HomeFacts = {
  time: 'real',
  broker: { fillDelay: '50ms' },
  execution: {
    lockTimeout: '2s',
    requestTimeout: '100ms',
    fillTimeout: '800ms',
    cancelAllowance: '200ms',
    settleWindow: '0s',
    secondProof: '300ms',
  },
};
const APPLY = ['apply', '--yes'];
const RIVALS = 6;

export const STOPPED: Campaign = {
  name: 'stopped',
  cases: { short: 1, full: 60, long: 1_000 },
  share: 10,
  // They wait for each other most of the time.
  lanes: 4,
  missing: () => null,
  attempt,
};

async function attempt({ workshop, pick, count }: Bench): Promise<readonly Broken[]> {
  const home = newHome(workshop, FACTS);
  const first = anyTargets(pick);
  home.declare(first);
  await home.inside(...APPLY);
  home.declare(anyTargets(pick));
  const expected = tradedWith(tradedAt(home.account()), first, home.wanted);
  const moment = anyMoment(pick);
  const holder = strike(home, APPLY, moment, 'SIGSTOP');
  const wasStopped = await holder.struck;
  const broken: Broken[] = [];
  if (!wasStopped) count('ended before they were stopped');
  else {
    const takenOver = await overtake(home, broken);
    count(takenOver ? 'stopped, and overtaken' : 'stopped without the lock');
    const before = sentOrders(home);
    const { seq } = ledgerOf(home);
    holder.running.signal('SIGCONT');
    broken.push(...ofAnswer(await holder.ended), ...atAnyMoment(home, expected));
    const late = sentOrders(home).filter((id) => !before.includes(id));
    count('requests on their way while their process was stopped', intendedBy(home, seq, late));
  }
  const settled = await settle(home, expected);
  count('doubts that an operator ended', settled.doubts);
  return [...broken, ...settled.broken].map(({ invariant, what }) => ({
    invariant,
    what: `stopped ${momentWords(moment)}: ${what}`,
  }));
}

/** Others apply until one of them is through. Whether the lock was taken from the stopped one. */
async function overtake(home: Home, broken: Broken[]): Promise<boolean> {
  let takenOver = false;
  for (let rival = 0; rival < RIVALS; rival += 1) {
    const answer = await home.inside(...APPLY);
    broken.push(...ofAnswer(answer));
    takenOver ||= answer.stderr.includes('Releasing stale execution lock');
    if (answer.code !== 7) break;
  }
  return takenOver;
}

function sentOrders(home: Home): string[] {
  return home.account()?.orders.map(({ clientOrderId }) => clientOrderId) ?? [];
}

function ledgerOf(home: Home) {
  return readRecords(home.journal).reduce(advance, emptyLedger());
}

/** How many of these orders had been intended by that record. */
function intendedBy(home: Home, seq: number, ids: readonly string[]): number {
  const records = readRecords(home.journal).slice(0, seq);
  const intended = records.flatMap(({ event }) => (event.type === 'intent' ? [event.clientOrderId] : []));
  return ids.filter((id) => intended.includes(id)).length;
}
