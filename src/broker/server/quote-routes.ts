/** The latest of each symbol: trade, quote, bars. */
import { previousSessionBefore } from '../../domain/calendar.ts';
import type { Money, Price } from '../../domain/decimal.ts';
import { dateOf, MINUTE, plus, type Instant } from '../../domain/instant.ts';
import type { Quote } from '../../observed/broker-view.ts';
import { ok, Refused, type Answer } from './answer.ts';
import { symbolIn, symbolsAsked } from './bar-routes.ts';
import { dailyBar, minuteBar, type Bar } from './bars.ts';
import { checkLatest } from './data-query.ts';
import type { Desk } from './desk.ts';
import type { ApiRequest, Handler } from './request.ts';
import { nanosOf, stamp, toNumber } from './text.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is known of each symbol that has it. */
type Latest = (desk: Desk, symbols: readonly string[]) => Promise<ReadonlyMap<string, Json | Bar>>;

/** `{trades: {AAPL: ...}}` */
function ofMany(name: string, latest: Latest): Handler {
  return async (desk, { query }) => {
    checkLatest(query);
    return ok({ [name]: Object.fromEntries(await latest(desk, symbolsAsked(query))) });
  };
}

/** `{symbol: AAPL, trade: ...}` */
function ofOne(name: string, latest: Latest): Handler {
  return async (desk, { parameters, query }) => {
    checkLatest(query);
    const symbol = symbolIn(parameters['symbol'] ?? '');
    const found = (await latest(desk, [symbol])).get(symbol);
    if (found === undefined) throw nothingOf(name, symbol);
    return ok({ symbol, [name]: found });
  };
}

/** The document has no 404; the real API answers so. */
function nothingOf(name: string, symbol: string): Refused {
  return new Refused({ status: 404, body: { message: `no ${name} found for ${symbol}` } });
}

export const latestTrades = ofMany('trades', trades);
export const latestTrade = ofOne('trade', trades);
export const latestQuotes = ofMany('quotes', quotes);
export const latestQuote = ofOne('quote', quotes);
export const latestBars = ofMany('bars', minuteBars);
export const latestBar = ofOne('bar', minuteBars);

export async function snapshotsOfMany(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  checkLatest(query);
  return ok(Object.fromEntries(await snapshots(desk, symbolsAsked(query))));
}

export async function snapshotOfOne(desk: Desk, { parameters, query }: ApiRequest): Promise<Answer> {
  checkLatest(query);
  const symbol = symbolIn(parameters['symbol'] ?? '');
  const found = (await snapshots(desk, [symbol])).get(symbol);
  if (found === undefined) throw nothingOf('snapshot', symbol);
  return ok({ symbol, ...found });
}

async function trades(desk: Desk, symbols: readonly string[]): Promise<Map<string, Json>> {
  const found = await latest(desk, symbols);
  return new Map([...found].map(([symbol, quote]) => [symbol, tradeJson(symbol, quote)]));
}

async function quotes(desk: Desk, symbols: readonly string[]): Promise<Map<string, Json>> {
  const found = await latest(desk, symbols);
  return new Map([...found].map(([symbol, quote]) => [symbol, quoteJson(symbol, quote)]));
}

function latest(desk: Desk, symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
  return desk.market.quotes(symbols, desk.read().time);
}

/** Ids of exchanges and tapes, as of a share that is listed and traded at one of them. */
const VENUE = { x: 'V', z: 'C' } as const;
const LOT = 100;

function tradeJson(symbol: string, { price, asOf }: Quote): Json {
  return {
    t: stamp(asOf, nanosOf(symbol)),
    x: VENUE.x,
    p: toNumber(price),
    s: LOT,
    c: ['@'],
    i: asOf % 1_000_000_000,
    z: VENUE.z,
  };
}

const CENT = 10_000;

/** Where bid and ask are not known, a cent on either side of the price. */
function quoteJson(symbol: string, { price, asOf, bid, ask }: Quote): Json {
  const tick = Math.min(CENT, price / 2);
  return {
    t: stamp(asOf, nanosOf(symbol)),
    ax: VENUE.x,
    ap: toNumber(ask ?? ((price + tick) as Price)),
    as: LOT,
    bx: VENUE.x,
    bp: toNumber(bid ?? ((price - tick) as Money)),
    bs: LOT,
    c: ['R'],
    z: VENUE.z,
  };
}

/** Of the last minutes of trade that are known. */
const RECENT = 30 * MINUTE;

async function minuteBars(desk: Desk, symbols: readonly string[]): Promise<Map<string, Bar>> {
  const until = lastTrade(desk, desk.read().time);
  const found = await desk.market.minutes(symbols, { from: plus(until, -RECENT), until });
  const last = [...found].flatMap(([symbol, rows]): [string, Bar][] => {
    const row = rows.at(-1);
    return row === undefined ? [] : [[symbol, minuteBar(row)]];
  });
  return new Map(last);
}

/** Now, or the last close. */
function lastTrade({ calendar }: Desk, now: Instant): Instant {
  const { close } = previousSessionBefore(dateOf(plus(now, DAY)), calendar);
  return close < now ? close : now;
}

const DAY = 24 * 60 * MINUTE;
/** Days back in which there is a session before the last one. */
const WEEK = 8 * DAY;

async function snapshots(desk: Desk, symbols: readonly string[]): Promise<Map<string, Json>> {
  const now = desk.read().time;
  const span = { from: dateOf(plus(now, -WEEK)), to: dateOf(now) };
  const [last, minutes, days] = await Promise.all([
    latest(desk, symbols),
    minuteBars(desk, symbols),
    desk.market.bars(symbols, span),
  ]);
  const rows = [...last].map(([symbol, quote]): [string, Json] => {
    const [today, before] = (days.get(symbol) ?? []).slice(-2).reverse();
    return [
      symbol,
      {
        latestTrade: tradeJson(symbol, quote),
        latestQuote: quoteJson(symbol, quote),
        ...(minutes.has(symbol) && { minuteBar: minutes.get(symbol) }),
        ...(today !== undefined && { dailyBar: dailyBar(today) }),
        ...(before !== undefined && { prevDailyBar: dailyBar(before) }),
      },
    ];
  });
  return new Map(rows);
}
