/** The thresholds of the original's portfolio check. They warn: a small account with nothing wrong is no failure. */
import { sessionOn } from '../../domain/calendar.ts';
import { addDays } from '../../domain/days.ts';
import { formatDollars, formatPercent, ratioOf, type Ratio } from '../../domain/decimal.ts';
import { dateOf, HOUR, instantAt, type Instant } from '../../domain/instant.ts';
import { isTerminal } from '../../observed/broker-view.ts';
import { ACCOUNT, lossesOf } from '../../observed/loss-curve.ts';
import { formatDuration } from '../output/duration.ts';
import type { HealthFacts } from './facts.ts';
import { counted, fine, some, warning, type Check } from './verdicts.ts';

export function portfolioChecks(facts: HealthFacts): Check[] {
  return [account(facts), losses(facts), positionCounts(facts), positionAges(facts), orderAges(facts)];
}

function account({ observed: { snapshot }, settings }: HealthFacts): Check {
  if (snapshot.account.kind === 'unknown') return warning('account', 'not known');
  const { equity, buyingPower } = snapshot.account.data;
  const text = `equity $${formatDollars(equity)}, buying power $${formatDollars(buyingPower)}`;
  const low = [
    ...(equity < settings.minEquity ? [`equity is below $${formatDollars(settings.minEquity)}`] : []),
    ...(buyingPower < settings.minBuyingPower
      ? [`buying power is below $${formatDollars(settings.minBuyingPower)}`]
      : []),
  ];
  return low.length === 0 ? fine('account', text) : warning('account', `${text}: ${low.join(', ')}`);
}

/** Of the account. Its loss limits are another matter: they stop entries, these do not. */
function losses({ observed: { snapshot, ledger }, settings }: HealthFacts): Check {
  const curve = ledger.curves.get(ACCOUNT);
  if (snapshot.account.kind === 'unknown') return warning('losses', 'not known');
  if (curve === undefined || curve === null) return fine('losses', 'none is counted yet');
  const { equity } = snapshot.account.data;
  const most: Readonly<Partial<Record<string, Ratio>>> = {
    daily: settings.maxDailyLoss,
    drawdown: settings.maxDrawdown,
  };
  const parts = lossesOf(curve, { session: curve.day.session, equity, profit: equity }).flatMap(
    ({ limit, loss, since }) => {
      const limitOf = most[limit];
      if (limitOf === undefined) return [];
      const part = ratioOf(loss, since.equity);
      const isOver = part > limitOf;
      const text = `${limit} ${rounded(part)}${isOver ? `, more than ${formatPercent(limitOf)}` : ''}`;
      return [{ text, isOver }];
    },
  );
  const text = parts.map((part) => part.text).join('; ');
  return parts.some(({ isOver }) => isOver) ? warning('losses', text) : fine('losses', text);
}

const HUNDREDTH = 100;

/** To a hundredth of a percent; a profit is no loss. */
function rounded(part: Ratio): string {
  return formatPercent((Math.round(Math.max(0, part) / HUNDREDTH) * HUNDREDTH) as Ratio);
}

function positionCounts({ desired, observed: { ledger }, settings }: HealthFacts): Check {
  const total = [...ledger.books.values()].reduce((sum, book) => sum + book.size, 0);
  const over = desired.strategies.flatMap(({ name, capital }) => {
    const held = ledger.books.get(name)?.size ?? 0;
    const most = settings.maxPositions ?? capital.maxPositions;
    return held > most ? [`${name} has ${held}, more than ${most}`] : [];
  });
  return over.length === 0 ? fine('positions', counted(total, 'position')) : warning('positions', some(over));
}

/** Of strategies that are to sell what they hold: others may hold for years. */
function positionAges({ desired, observed: { ledger }, settings, now }: HealthFacts): Check {
  const old = desired.strategies
    .filter(({ schedule }) => schedule.some(({ action }) => action === 'exit'))
    .flatMap(({ name }) =>
      [...(ledger.books.get(name) ?? [])].map(([symbol, lot]) => ({ name, symbol, lot })),
    )
    .filter(({ lot }) => tradingTime(lot.since, now) > settings.maxPositionHours * HOUR)
    .map(({ name, symbol, lot }) => `${name}/${symbol} (${formatDuration(now - lot.since)})`);
  return old.length === 0
    ? fine('overdue', 'no position with a scheduled exit is too old')
    : warning(
        'overdue',
        `held for more than ${settings.maxPositionHours} h of days with a session: ${some(old)}`,
      );
}

/** ms between two moments, without the days that have no session. */
function tradingTime(from: Instant, until: Instant): number {
  let time = 0;
  for (let date = dateOf(from); date <= dateOf(until); date = addDays(date, 1)) {
    if (sessionOn(date) === null) continue;
    const start = Math.max(from, instantAt(date, '00:00'));
    time += Math.max(0, Math.min(until, instantAt(addDays(date, 1), '00:00')) - start);
  }
  return time;
}

function orderAges({ observed: { snapshot }, settings, now }: HealthFacts): Check {
  if (snapshot.openOrders.kind === 'unknown') return warning('open orders', 'not known');
  const open = snapshot.openOrders.data.filter(({ status }) => !isTerminal(status));
  const old = open
    .filter(({ submittedAt }) => now - submittedAt > settings.maxOrderAge)
    .map(({ symbol, submittedAt }) => `${symbol} (${formatDuration(now - submittedAt)})`);
  return old.length === 0
    ? fine('open orders', counted(open.length, 'order'))
    : warning('open orders', `open for long: ${some(old)}`);
}
