/** Prices of a synthetic market: a pure function of seed, symbol and time. Paths begin in 2012 and grow as they are asked. */
import { nextSessionAfter, type Session } from '../domain/calendar.ts';
import type { Price } from '../domain/decimal.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { isSymbol } from '../domain/names.ts';
import { firstPrice, marketDays, stepsOf, type MarketDay } from './market-paths.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { PriceSource } from './price-source.ts';
import { normals } from './random.ts';
import { syntheticMinutes } from './synthetic-minutes.ts';
import { SYNTHETIC_VOLUME } from './synthetic.ts';

const BEFORE_FIRST = '2011-12-31';
const MICROS = 1_000_000;
const CENTS = 100;
/** Terms of the noise within a session: the Karhunen-Loeve expansion of a Brownian bridge, cut off here. */
const BRIDGE_TERMS = 8;
const SESSION_VOLATILITY = 0.006;

const INDICES: Readonly<Record<string, 'vix' | 'vix3m'>> = { VIX: 'vix', VIX3M: 'vix3m' };

interface Bar {
  readonly open: number;
  readonly close: number;
}

/** Before the open it is the close before, after the close the close; undefined before the first session. */
export function syntheticMarket(seed: number): PriceSource {
  const world = new MarketWorld(seed);
  const rowsIn = <Row>(
    symbol: string,
    { from, to }: DateSpan,
    rowOf: (date: CalendarDate, open: number, close: number) => Row,
  ): Row[] => {
    const rows: Row[] = [];
    if (!isSymbol(symbol)) return rows;
    const start = world.firstFrom(from);
    let end = world.firstFrom(to);
    if (world.sessionAt(end).date === to) end += 1;
    const { opens, closes } = world.pathTo(symbol, end - 1);
    for (let index = start; index < end; index += 1)
      rows.push(rowOf(world.sessionAt(index).date, at(opens, index), at(closes, index)));
    return rows;
  };
  const priceAt: PriceSource['priceAt'] = (symbol, at) => {
    if (!isSymbol(symbol)) return undefined;
    const price = world.priceAt(symbol, at);
    return price === undefined ? undefined : { price: inCents(price), asOf: at };
  };
  return {
    priceAt,
    closes: (symbol, span) => rowsIn(symbol, span, (date, _, close) => ({ date, close: dollars(close) })),
    bars: (symbol, span) =>
      rowsIn(symbol, span, (date, open, close) => ({
        date,
        open: dollars(open),
        close: dollars(close),
        volume: SYNTHETIC_VOLUME,
      })),
    minutes: syntheticMinutes(priceAt, SYNTHETIC_VOLUME),
    actions: () => undefined,
  };
}

/** At least one cent. */
function inCents(price: number): Price {
  return (Math.max(1, Math.round(price * CENTS)) * (MICROS / CENTS)) as Price;
}

function dollars(price: number): number {
  return inCents(price) / MICROS;
}

/** The bars of a symbol by session, and what comes next. Numbers in lists of their own: they are many, and stay. */
interface Path {
  readonly opens: number[];
  readonly closes: number[];
  readonly next: (day: MarketDay, before: MarketDay | null) => Bar;
}

/** What the prices of all symbols at one moment have in common. */
interface Moment {
  readonly at: Instant;
  /** The session that has begun last; below zero before the first one. */
  readonly index: number;
  /** How much of it is over, from 0 to 1. */
  readonly part: number;
  /** Of the terms of the bridges. */
  readonly sines: readonly number[];
}

class MarketWorld {
  readonly #seed: number;
  readonly #sessions: Session[] = [];
  readonly #days: MarketDay[] = [];
  readonly #nextDay: () => MarketDay;
  readonly #firstFrom = new Map<CalendarDate, number>();
  readonly #paths = new Map<string, Path>();
  readonly #bridges = new Map<string, { readonly index: number; readonly terms: readonly number[] }>();
  /** The one that was asked for last: questions come many at a moment. */
  #moment: Moment | null = null;

  constructor(seed: number) {
    this.#seed = seed;
    this.#nextDay = marketDays(seed);
  }

  /** The first session on this date or after it. */
  firstFrom(date: CalendarDate): number {
    const known = this.#firstFrom.get(date);
    if (known !== undefined) return known;
    const found = this.#findFrom(date);
    this.#firstFrom.set(date, found);
    return found;
  }

  #findFrom(date: CalendarDate): number {
    while ((this.#sessions.at(-1)?.date ?? '') < date) this.#grow();
    let low = 0;
    let high = this.#sessions.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sessionAt(middle).date < date) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  sessionAt(index: number): Session {
    while (this.#sessions.length <= index) this.#grow();
    return at(this.#sessions, index);
  }

  priceAt(symbol: string, moment: Instant): number | undefined {
    if (moment !== this.#moment?.at) this.#moment = this.#momentAt(moment);
    const { index, part, sines } = this.#moment;
    if (index < 0) return undefined;
    const { opens, closes } = this.pathTo(symbol, index);
    const close = at(closes, index);
    if (part === 1) return close;
    const open = at(opens, index);
    const straight = open * (close / open) ** part;
    return straight * Math.exp(SESSION_VOLATILITY * this.#bridge(symbol, index, sines));
  }

  #momentAt(at: Instant): Moment {
    const index = this.firstFrom(dateOf(at));
    const { open, close } = this.sessionAt(index);
    if (at < open) return { at, index: index - 1, part: 1, sines: [] };
    const part = Math.min(1, (at - open) / (close - open));
    const sines = Array.from({ length: BRIDGE_TERMS }, (_, term) => Math.sin((term + 1) * Math.PI * part));
    return { at, index, part, sines };
  }

  #grow(): void {
    const last = this.#sessions.at(-1)?.date ?? BEFORE_FIRST;
    this.#sessions.push(nextSessionAfter(last));
    this.#days.push(this.#nextDay());
  }

  #dayAt(index: number): MarketDay {
    this.sessionAt(index);
    return at(this.#days, index);
  }

  /** At least up to this session. */
  pathTo(symbol: string, index: number): Path {
    const path = this.#paths.get(symbol) ?? this.#newPath(symbol);
    const { opens, closes, next } = path;
    for (let session = closes.length; session <= index; session += 1) {
      const { open, close } = next(this.#dayAt(session), session === 0 ? null : this.#dayAt(session - 1));
      opens.push(open);
      closes.push(close);
    }
    return path;
  }

  #newPath(symbol: string): Path {
    const path = { opens: [], closes: [], next: barsOf(this.#seed, symbol) };
    this.#paths.set(symbol, path);
    return path;
  }

  /** Zero at the open and at the close. */
  #bridge(symbol: string, index: number, sines: readonly number[]): number {
    return this.#termsOf(symbol, index).reduce((sum, term, order) => sum + term * at(sines, order), 0);
  }

  /** Of the session that was asked for last: most questions are about one day. */
  #termsOf(symbol: string, index: number): readonly number[] {
    const known = this.#bridges.get(symbol);
    if (known?.index === index) return known.terms;
    const normal = normals(`${this.#seed} ${symbol} ${this.sessionAt(index).date}`);
    const terms = Array.from(
      { length: BRIDGE_TERMS },
      (_, term) => (Math.SQRT2 / ((term + 1) * Math.PI)) * normal(),
    );
    this.#bridges.set(symbol, { index, terms });
    return terms;
  }
}

/** The bars of a symbol, one session after the other. */
function barsOf(seed: number, symbol: string): Path['next'] {
  const name = INDICES[symbol];
  if (name !== undefined) return (day, before) => ({ open: (before ?? day)[name], close: day[name] });
  const next = stepsOf(seed, symbol);
  let last = firstPrice(seed, symbol);
  return (day, before) => {
    const { overnight, session } = next(day, before);
    const open = last * Math.exp(overnight);
    last = open * Math.exp(session);
    return { open, close: last };
  };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
