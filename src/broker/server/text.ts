/** Numbers and times as Alpaca writes them: decimal strings without needless zeros, RFC 3339 times to the nanosecond. */
import { formatMoney, type Money, type Price } from '../../domain/decimal.ts';
import { formatInstant, parseInstant, plus, type Instant } from '../../domain/instant.ts';
import { formatUtc } from '../../observed/utc-text.ts';

const CENT = 10_000;
const MICROS = 1_000_000;
const RATIO_DIGITS = 16;

/** `45.2`, `100`: all digits that are not zero. */
export function plain(money: Money | Price): string {
  return withoutZeros(formatMoney(money));
}

/** Sums of the account are told to the cent. */
export function cents(money: number): string {
  return plain((Math.round(money / CENT) * CENT) as Money);
}

/** A part of one, as `0.0125`; zero where there is nothing to be a part of. */
export function ratio(part: number, whole: number): string {
  return whole === 0 ? '0' : withoutZeros((part / whole).toFixed(RATIO_DIGITS));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** For the APIs that speak of money in JSON numbers. */
export function toNumber(money: Money | Price): number {
  return money / MICROS;
}

/**
 * Six digits below the millisecond, from an id: all times of one order have the same, so that they stay in their order, and
 * who cuts them off compares in vain.
 */
export function nanosOf(id: string): string {
  let sum = 7;
  for (let index = 0; index < id.length; index += 1) sum = (sum * 31 + id.charCodeAt(index)) % MICROS;
  return String(sum).padStart(6, '0');
}

/** `2025-12-02T20:55:00.123456789Z`. */
export function stamp(at: Instant, nanos: string): string {
  return `${formatUtc(at).slice(0, -1)}${nanos}Z`;
}

/** `2025-12-02T15:55:00-05:00`: a moment of the exchange, without a fraction. */
export function localStamp(at: Instant): string {
  return formatInstant(at);
}

/** `2025-12-02T20:55:00Z`: likewise, in UTC. */
export function utcStamp(at: Instant): string {
  return formatUtc(at).replace('.000Z', 'Z');
}

/** `2025-12-02T15:55:00.123000000-05:00`: the time of a clock. */
export function clockStamp(at: Instant): string {
  const text = formatInstant(plus(at, -(at % 1_000)));
  const fraction = String(at % 1_000).padStart(3, '0');
  return `${text.slice(0, -6)}.${fraction}000000${text.slice(-6)}`;
}

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** What a client says of a moment, in the form of {@link stamp}, so that texts compare; undefined for what is none. */
export function readStamp(text: string): string | undefined {
  if (DATE.test(text)) return readStamp(`${text}T00:00:00Z`);
  // A plus sign that was not escaped arrives as a space.
  const [, seconds, fraction = '', zone] = TIME.exec(text.replace(' ', '+')) ?? [];
  const at = seconds === undefined ? undefined : parseInstant(`${seconds}${zone ?? ''}`);
  if (at === undefined) return undefined;
  const digits = fraction.padEnd(9, '0');
  return stamp(plus(at, Number(digits.slice(0, 3))), digits.slice(3));
}
