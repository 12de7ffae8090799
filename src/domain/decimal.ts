/**
 * Exact decimals as scaled integers.
 *
 * A quantity counts nano-shares (1e-9 share, the finest step that Alpaca takes), money and prices count
 * micro-dollars (1e-6). All three are safe integers in a JavaScript number: additions and comparisons are exact
 * and cost nothing, products go through BigInt only where they would leave the safe range. The bounds that follow
 * (9,007,199 shares in one position, 9 billion dollars in one sum) are checked wherever text becomes a number.
 */

declare const unit: unique symbol;
type Scaled<Unit extends string> = number & { readonly [unit]: Unit };

/** Signed nano-shares: 1 share is 1_000_000_000. Short positions are negative. */
export type Quantity = Scaled<'quantity'>;
/** Signed micro-dollars. */
export type Money = Scaled<'money'>;
/** Micro-dollars for one whole share; never negative. */
export type Price = Scaled<'price'>;
/** Parts per million of something: `6.5%` is 65_000. */
export type Ratio = Scaled<'ratio'>;

export const SHARE = 1_000_000_000 as Quantity;
export const NO_QUANTITY = 0 as Quantity;
export const NO_MONEY = 0 as Money;
export const WHOLE = 1_000_000 as Ratio;

const QUANTITY_DIGITS = 9;
const MONEY_DIGITS = 6;
const PERCENT_DIGITS = 4;
const CENT_DIGITS = 2;
const WHOLE_SHARES_MAX = Math.floor(Number.MAX_SAFE_INTEGER / SHARE);
const DECIMAL = /^([+-]?)(\d{1,16})(?:\.(\d{1,9}))?$/;

/** Reads `12`, `-0.5`; undefined when it is no decimal, has over nine decimals or leaves the safe range. */
export function parseQuantity(text: string): Quantity | undefined {
  return parseScaled(text, QUANTITY_DIGITS) as Quantity | undefined;
}

/** Reads `45.20`; undefined when it is no decimal, has over six decimals or leaves the safe range. */
export function parseMoney(text: string): Money | undefined {
  return parseScaled(text, MONEY_DIGITS) as Money | undefined;
}

/** As {@link parseMoney}, and undefined for a negative price. */
export function parsePrice(text: string): Price | undefined {
  const scaled = parseScaled(text, MONEY_DIGITS);
  return scaled === undefined || scaled < 0 ? undefined : (scaled as Price);
}

/** Reads `6.5%`, with at most four decimals; the percent sign is required. */
export function parsePercent(text: string): Ratio | undefined {
  if (!text.endsWith('%')) return undefined;
  return parseScaled(text.slice(0, -1).trimEnd(), PERCENT_DIGITS) as Ratio | undefined;
}

function parseScaled(text: string, digits: number): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  const scaled = Number((match[2] ?? '') + fraction.padEnd(digits, '0'));
  if (!Number.isSafeInteger(scaled)) return undefined;
  return match[1] === '-' ? 0 - scaled : scaled;
}

/** `12`, `-0.5`: as short as exactness allows. */
export function formatQuantity(quantity: Quantity): string {
  return formatScaled(quantity, QUANTITY_DIGITS, 0);
}

/** `45.20`, `0.000001`: at least two decimals, all that are not zero. */
export function formatMoney(money: Money | Price): string {
  return formatScaled(money, MONEY_DIGITS, CENT_DIGITS);
}

/** `6.5%`. */
export function formatPercent(ratio: Ratio): string {
  return `${formatScaled(ratio, PERCENT_DIGITS, 0)}%`;
}

/** `-1,234.57`: rounded to cents and grouped, for people. */
export function formatDollars(money: Money | Price): string {
  const cents = Math.round(Math.abs(money) / 10_000);
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${money < 0 && cents > 0 ? '-' : ''}${whole}.${String(cents % 100).padStart(2, '0')}`;
}

function formatScaled(scaled: number, digits: number, digitsMin: number): string {
  const text = String(Math.abs(scaled)).padStart(digits + 1, '0');
  let fraction = text.slice(-digits);
  let end = digits;
  while (end > digitsMin && fraction.charAt(end - 1) === '0') end -= 1;
  fraction = fraction.slice(0, end);
  return (scaled < 0 ? '-' : '') + text.slice(0, -digits) + (fraction === '' ? '' : `.${fraction}`);
}

/** The value of a signed quantity at a price, rounded half away from zero to the micro-dollar. */
export function valueOf(quantity: Quantity, price: Price): Money {
  // Whole shares are the common case. The product below is exact, and `%` on doubles would cost ten times as much.
  // Stryker disable all: what is left out here is said by the product below
  const whole = Math.trunc(quantity / SHARE);
  if (whole * SHARE === quantity) {
    const value = whole * price;
    if (Number.isSafeInteger(value)) return value as Money;
  }
  // Stryker restore all
  return mulDiv(quantity, price, SHARE) as Money;
}

/** `part` of a sum, rounded to the nearest micro-dollar. */
export function shareOf(money: Money, part: Ratio): Money {
  return Math.round((money * part) / WHOLE) as Money;
}

/** `part` of a quantity, rounded to the nearest nano-share. */
export function partOf(quantity: Quantity, part: Ratio): Quantity {
  return mulDiv(quantity, part, WHOLE) as Quantity;
}

/** What part of `whole` is `money`, rounded to a part per million; 0 when `whole` is not positive. */
export function ratioOf(money: Money, whole: Money): Ratio {
  return (whole > 0 ? Math.round((money / whole) * WHOLE) : 0) as Ratio;
}

/**
 * The largest whole number of shares, in nano-shares, that `money` (zero or more) buys at `price` (above zero); at most
 * as many as a quantity can count.
 */
export function wholeSharesFor(money: Money, price: Price): Quantity {
  // Of whole numbers in the safe range a quotient that is not whole is never rounded up to one that is.
  return (Math.min(Math.floor(money / price), WHOLE_SHARES_MAX) * SHARE) as Quantity;
}

/** As {@link wholeSharesFor}, to the nano-share. */
export function sharesFor(money: Money, price: Price): Quantity {
  const quantity = Number((BigInt(money) * BigInt(SHARE)) / BigInt(price));
  return Math.min(quantity, Number.MAX_SAFE_INTEGER) as Quantity;
}

/** Price per share of a position that cost `cost`; 0 for an empty position. Rounded half away from zero. */
export function averageOf(cost: Money, quantity: Quantity): Price {
  return (quantity === 0 ? 0 : Math.abs(mulDiv(cost, SHARE, quantity))) as Price;
}

/** `a * b / c`, rounded half away from zero, exact at any size of the product. */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product) && product % c === 0) return product / c;
  const numerator = BigInt(a) * BigInt(b);
  const denominator = BigInt(c);
  // Stryker disable next-line EqualityOperator: zero is the same on either side, and nothing is divided by it
  const negative = numerator < 0n !== denominator < 0n;
  // Stryker disable next-line EqualityOperator: minus zero is zero
  const top = numerator < 0n ? -numerator : numerator;
  // Stryker disable next-line EqualityOperator: nothing is divided by zero
  const bottom = denominator < 0n ? -denominator : denominator;
  const rounded = Number((top * 2n + bottom) / (bottom * 2n));
  return negative && rounded !== 0 ? -rounded : rounded;
}

export function add<Unit extends Quantity | Money>(a: Unit, b: Unit): Unit {
  return (a + b) as Unit;
}

export function subtract<Unit extends Quantity | Money>(a: Unit, b: Unit): Unit {
  return (a - b) as Unit;
}

/** Never `-0`, which JSON and strict comparisons tell from 0. */
export function negate<Unit extends Quantity | Money | Ratio>(value: Unit): Unit {
  return (0 - value) as Unit;
}

export function absolute<Unit extends Quantity | Money | Ratio>(value: Unit): Unit {
  return Math.abs(value) as Unit;
}
