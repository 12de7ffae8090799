/** The rows of a health check. Pure: facts in, one verdict a row out. */
import { EXIT } from '../../domain/errors.ts';
import { formatLocal } from '../../domain/instant.ts';
import { SILENT_AFTER, type HeartbeatSighting } from '../../store/heartbeat.ts';
import { describeHalt, describeSuspension } from '../../reconciler/brakes.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import { ACCOUNT } from '../../observed/loss-curve.ts';
import { isOff } from '../../reconciler/rules/orphans.ts';
import type { Unknown } from '../../observed/unknown.ts';
import { latchDetail } from '../../reconciler/rules/loss-limits.ts';
import { formatDuration } from '../output/duration.ts';
import type { HealthFacts } from './facts.ts';
import { portfolioChecks } from './portfolio.ts';
import { isStale } from './quotes.ts';
import { tables } from './tables.ts';
import { termsChecks } from './terms.ts';
import { counted, failing, fine, some, warning, type Check } from './verdicts.ts';

/** From what must live to what may be worth a look. */
export function healthChecks(facts: HealthFacts): Check[] {
  return [
    manifests(facts),
    books(facts),
    controller(facts),
    broker(facts),
    clock(facts),
    prices(facts),
    tables(facts),
    lock(facts),
    breaks(facts),
    orphans(facts),
    inDoubt(facts),
    brakes(facts),
    ...termsChecks(facts),
    ...portfolioChecks(facts),
    errors(facts),
    disk(facts),
  ];
}

function manifests({ isStandIn, desired }: HealthFacts): Check {
  if (isStandIn)
    return failing('manifests', "invalid, and the account accepted last stands in: see 'hgctl validate'");
  return fine('manifests', `valid, revision ${desired.digest.slice(0, 12)}`);
}

function books({ refusal, observed }: HealthFacts): Check {
  // A broker that does not answer has a row of its own.
  if (refusal !== null && refusal.exit !== EXIT.broker)
    return failing('books', `apply will refuse: ${refusal.message}`);
  const { opened, seq } = observed.ledger;
  return fine('books', opened ? `${counted(seq, 'record')}, journal and state file agree` : 'not opened yet');
}

type Seen = Exclude<HeartbeatSighting, { state: 'none' }>;

function controller({ controller: seen, now, settings }: HealthFacts): Check {
  if (seen.state === 'none') return absence('none has run on this data folder', settings);
  const { beat } = seen;
  if (seen.state === 'stopped') return absence(`stopped at ${formatLocal(beat.beatAt)}`, settings);
  const who = `pid ${beat.identity.pid} on ${beat.identity.host}`;
  if (seen.state === 'silent') return failing('controller', `${who}: ${whySilent(seen)}`);
  const { lastPass, nextWake } = beat;
  if (beat.mode === 'real-time' && nextWake !== null && now - nextWake > SILENT_AFTER)
    return failing(
      'controller',
      `${who}: it lives, and should have looked at ${formatLocal(nextWake)}: it hangs`,
    );
  if (lastPass?.outcome === 'failed')
    return failing('controller', `${who}: its last pass could not be made: ${lastPass.detail}`);
  if (beat.manifests === 'invalid')
    return warning('controller', `${who}: it runs on the manifests accepted last`);
  const last =
    lastPass === null ? 'no pass yet' : `last pass ${formatLocal(lastPass.at)} (${lastPass.detail})`;
  const next = nextWake === null ? '' : `, next ${formatLocal(nextWake)}`;
  return fine('controller', `${who}: ${last}${next}`);
}

/** Nobody looks at the account, and slots and exits pass by: only who says so does without a controller. */
function absence(what: string, settings: HealthFacts['settings']): Check {
  if (settings.controller === 'optional')
    return fine('controller', `${what}, and health.controller is optional`);
  return failing(
    'controller',
    `${what}: nothing is looked after; 'hgctl run' starts one; health.controller: optional, for who applies by hand`,
  );
}

function whySilent({ process, age }: Seen): string {
  if (process === 'gone') return 'it is gone, and did not say that it would stop';
  return `no sign of life for ${formatDuration(age)}`;
}

function broker({ observed: { snapshot } }: HealthFacts): Check {
  const answers = [snapshot.account, snapshot.positions, snapshot.openOrders, snapshot.clock];
  for (const answer of answers) if (answer.kind === 'unknown') return failing('broker', whyNoAnswer(answer));
  return fine('broker', 'it answers');
}

function whyNoAnswer({ reason, advice }: Unknown): string {
  return advice === undefined ? `it does not answer: ${reason}` : `it cannot be used: ${reason}; ${advice}`;
}

function clock({ observed: { snapshot }, desired }: HealthFacts): Check {
  if (snapshot.clock.kind === 'unknown') return warning('clock', "the broker's clock is not known");
  const skew = Math.abs(snapshot.clockSkew);
  const text = `${skew} ms from the broker's`;
  const { clockSkew } = desired.account.execution;
  return skew > clockSkew
    ? failing('clock', `${text}: entries stop beyond ${clockSkew} ms`)
    : fine('clock', text);
}

function prices(facts: HealthFacts): Check {
  const { quotes, symbols } = facts;
  if (quotes.kind === 'unknown') return failing('prices', quotes.reason);
  const missing = symbols.filter((symbol) => !quotes.data.has(symbol));
  if (missing.length > 0) return warning('prices', `none for ${some(missing)}`);
  const stale = [...quotes.data].filter(([, quote]) => isStale(facts, quote)).map(([symbol]) => symbol);
  if (stale.length > 0) return warning('prices', `too old for ${some(stale)}`);
  return fine('prices', `${counted(symbols.length, 'symbol')}, none is too old`);
}

function lock({ observed: { lock: view, ledger }, foreignLock, now }: HealthFacts): Check {
  if (foreignLock !== null) {
    const until = formatLocal(foreignLock.expires);
    return failing(
      'lock',
      `of another program (${foreignLock.holder}) until ${until}, as the state file shows`,
    );
  }
  const { lock: held } = ledger;
  if (held === null || view.kind === 'free') return fine('lock', 'free');
  const whose = `${held.holder}, pid ${held.owner.pid} on ${held.owner.host}`;
  if (view.kind === 'stale') {
    const why = view.why === 'LockExpired' ? 'expired' : 'its process is gone';
    return warning('lock', `stale (${whose}): ${why}; the next execution takes it over`);
  }
  return fine('lock', `held by ${whose} for ${formatDuration(now - held.acquired)}`);
}

function breaks({ observed: { ledger } }: HealthFacts): Check {
  const open = [...ledger.breaks.values()].map(({ symbol, kind }) => `${symbol} ${kind}`);
  return open.length === 0
    ? fine('breaks', 'none')
    : failing('breaks', `${some(open)}: see 'hgctl get breaks' and 'hgctl resolve'`);
}

function orphans({ desired, observed: { ledger } }: HealthFacts): Check {
  const owners = desired.strategies
    .filter((strategy) => isOff(strategy) && (ledger.books.get(strategy.name)?.size ?? 0) > 0)
    .map(({ name }) => `${name} (${counted(ledger.books.get(name)?.size ?? 0, 'position')})`);
  return owners.length === 0
    ? fine('orphans', 'none')
    : warning('orphans', `${some(owners)}: 'hgctl enable' or 'hgctl close-orphaned'`);
}

/** While an execution runs, its orders are at work. */
function inDoubt({ observed: { ledger, lock: view } }: HealthFacts): Check {
  const open = [...ledger.openOrders.values()];
  if (open.length === 0) return fine('orders', 'none without an end');
  if (view.kind === 'held') return fine('orders', `${counted(open.length, 'order')} at work`);
  const lost = open.filter(({ status }) => status !== 'handed-over');
  const ids = (lost.length > 0 ? lost : open).map(({ intent }) => intent.clientOrderId);
  return lost.length > 0
    ? failing('orders', `in doubt: ${some(ids)}; the next pass looks them up`)
    : warning('orders', `handed over to the next execution: ${some(ids)}`);
}

/** What people have stopped, and what losses have. */
function brakes({ desired, observed: { ledger }, now }: HealthFacts): Check {
  const said = ledger.halt === null ? [] : [describeHalt(ledger.halt)];
  for (const { name } of desired.strategies) {
    const suspension = suspensionAt(ledger, name, now);
    if (suspension !== null) said.push(`${name}: ${describeSuspension(suspension)}`);
  }
  for (const [scope, latch] of ledger.latches)
    said.push(`${scope === ACCOUNT ? 'account' : scope}: ${latchDetail(latch)}`);
  return said.length === 0 ? fine('brakes', 'none') : warning('brakes', said.join('; '));
}

function errors({ errors: found, settings }: HealthFacts): Check {
  const last = found.at(-1);
  if (last === undefined) return fine('errors', 'none in the log of the last hour');
  const text = `${found.length} in the last hour, the last at ${formatLocal(last.time)}: [${last.strategy.toUpperCase()}] ${last.message}`;
  return found.length > settings.maxErrors ? failing('errors', text) : warning('errors', text);
}

const MEGABYTE = 1_000_000;

function disk({ free, settings }: HealthFacts): Check {
  if (free === null) return warning('disk', 'the system does not say what is free');
  const { minFreeMegabytes: least } = settings;
  const megabytes = Math.floor(free / MEGABYTE);
  const text = `${megabytes} MB free`;
  if (megabytes >= least) return fine('disk', text);
  return megabytes * 10 < least ? failing('disk', text) : warning('disk', `${text}, less than ${least}`);
}
