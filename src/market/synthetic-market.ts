/** Prices of a synthetic market: a pure function of seed, symbol and time. Paths begin in 2012 and grow as they are asked. */
import { nextSessionAfter, type Session } from '../domain/calendar.ts';
import { addDays } from '../domain/days.ts';
import type { Price } from '../domain/decimal.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { isSymbol } from '../domain/names.ts';
import {
  firstPrice,
  marketDays,
  natureOf,
  stepsOf,
  type MarketDay,
  type Step,
  type Stepper,
} from './market-paths.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { PriceSource } from './price-source.ts';
import { normals } from './random.ts';
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
    rowOf: (date: CalendarDate, bar: Bar) => Row,
  ): Row[] => {
    const rows: Row[] = [];
    if (!isSymbol(symbol)) return rows;
    const end = world.firstFrom(addDays(to, 1));
    const start = world.firstFrom(from);
    world.barsOf(symbol, start, end).forEach((bar, row) => rows.push(rowOf(world.dateAt(start + row), bar)));
    return rows;
  };
  return {
    priceAt: (symbol, at) => {
      if (!isSymbol(symbol)) return undefined;
      const price = world.priceAt(symbol, at);
      return price === undefined ? undefined : { price: inCents(price), asOf: at };
    },
    closes: (symbol, span) => rowsIn(symbol, span, (date, { close }) => ({ date, close: dollars(close) })),
    bars: (symbol, span) =>
      rowsIn(symbol, span, (date, { open, close }) => ({
        date,
        open: dollars(open),
        close: dollars(close),
        volume: SYNTHETIC_VOLUME,
      })),
  };
}

/** At least one cent. */
function inCents(price: number): Price {
  return (Math.max(1, Math.round(price * CENTS)) * (MICROS / CENTS)) as Price;
}

function dollars(price: number): number {
  return inCents(price) / MICROS;
}

interface Path {
  readonly bars: Bar[];
  readonly steps: Step[];
  readonly next: Stepper;
  readonly partner: string | null;
}

class MarketWorld {
  readonly #seed: number;
  readonly #sessions: Session[] = [];
  readonly #days: MarketDay[] = [];
  readonly #nextDay: () => MarketDay;
  readonly #paths = new Map<string, Path>();
  /** The date that was asked for last: most questions are about one day. */
  #asked = { date: '', index: 0 };
  readonly #bridges = new Map<string, { readonly index: number; readonly terms: readonly number[] }>();

  constructor(seed: number) {
    this.#seed = seed;
    this.#nextDay = marketDays(seed);
  }

  /** The first session on this date or after it. */
  firstFrom(date: CalendarDate): number {
    if (date !== this.#asked.date) this.#asked = { date, index: this.#findFrom(date) };
    return this.#asked.index;
  }

  #findFrom(date: CalendarDate): number {
    while ((this.#sessions.at(-1)?.date ?? '') < date) this.#grow();
    let low = 0;
    let high = this.#sessions.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.dateAt(middle) < date) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  dateAt(index: number): CalendarDate {
    return this.#sessionAt(index).date;
  }

  priceAt(symbol: string, at: Instant): number | undefined {
    const index = this.firstFrom(dateOf(at));
    const { open, close } = this.#sessionAt(index);
    if (at < open) return index === 0 ? undefined : this.barAt(symbol, index - 1).close;
    const bar = this.barAt(symbol, index);
    if (at >= close) return bar.close;
    const part = (at - open) / (close - open);
    const straight = bar.open * (bar.close / bar.open) ** part;
    return straight * Math.exp(SESSION_VOLATILITY * this.#bridge(symbol, index, part));
  }

  barAt(symbol: string, index: number): Bar {
    const name = INDICES[symbol];
    if (name !== undefined)
      return { open: this.#dayAt(Math.max(0, index - 1))[name], close: this.#dayAt(index)[name] };
    return at(this.#pathTo(symbol, index).bars, index);
  }

  /** From one session to another, the last one exclusive. */
  barsOf(symbol: string, start: number, end: number): readonly Bar[] {
    if (start >= end) return [];
    if (!Object.hasOwn(INDICES, symbol)) return this.#pathTo(symbol, end - 1).bars.slice(start, end);
    return Array.from({ length: end - start }, (_, row) => this.barAt(symbol, start + row));
  }

  #grow(): void {
    const last = this.#sessions.at(-1)?.date ?? BEFORE_FIRST;
    this.#sessions.push(nextSessionAfter(last));
    this.#days.push(this.#nextDay());
  }

  #sessionAt(index: number): Session {
    while (this.#sessions.length <= index) this.#grow();
    return at(this.#sessions, index);
  }

  #dayAt(index: number): MarketDay {
    this.#sessionAt(index);
    return at(this.#days, index);
  }

  #pathTo(symbol: string, index: number): Path {
    const known = this.#paths.get(symbol);
    const path = known ?? this.#newPath(symbol);
    if (known === undefined) this.#paths.set(symbol, path);
    const { bars, steps, partner } = path;
    if (index < bars.length) return path;
    for (let next = bars.length; next <= index; next += 1) {
      const step = path.next(
        this.#dayAt(next),
        next === 0 ? null : this.#dayAt(next - 1),
        partner === null ? null : at(this.#pathTo(partner, next).steps, next),
      );
      const before = bars.at(-1)?.close ?? firstPrice(this.#seed, symbol);
      const open = before * Math.exp(step.overnight);
      steps.push(step);
      bars.push({ open, close: open * Math.exp(step.session) });
    }
    return path;
  }

  #newPath(symbol: string): Path {
    const nature = natureOf(this.#seed, symbol);
    const partner = nature.kind === 'partner' ? nature.of : null;
    return { bars: [], steps: [], next: stepsOf(this.#seed, symbol, nature), partner };
  }

  /** Zero at the open and at the close. */
  #bridge(symbol: string, index: number, part: number): number {
    return this.#termsOf(symbol, index).reduce(
      (sum, normal, term) =>
        sum + (Math.SQRT2 / ((term + 1) * Math.PI)) * normal * Math.sin((term + 1) * Math.PI * part),
      0,
    );
  }

  /** Of the session that was asked for last: most questions are about one day. */
  #termsOf(symbol: string, index: number): readonly number[] {
    const known = this.#bridges.get(symbol);
    if (known?.index === index) return known.terms;
    const normal = normals(`${this.#seed} ${symbol} ${this.dateAt(index)}`);
    const terms = Array.from({ length: BRIDGE_TERMS }, normal);
    this.#bridges.set(symbol, { index, terms });
    return terms;
  }
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
