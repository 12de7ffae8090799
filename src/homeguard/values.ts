/** Values of the original's files, as manifests write them. */
import { isSymbol, SYMBOL_RULE } from '../domain/names.ts';
import { readLongDecimal, toUnits } from '../observed/long-decimal.ts';

/** `text` as it stands in a manifest, without quotes. */
export type Converted =
  { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'bad'; readonly allowed: string };

export type Convert = (value: unknown) => Converted;

/** Places of a manifest's percentage. */
const PLACES = 4;

/** A fraction (0.065) as a percentage ("6.5%"). A sign is dropped: the original writes some losses below zero. */
export function percentOf({ least, most }: { readonly least: number; readonly most: number }): Convert {
  const allowed = `a fraction from ${least} to ${most}, as 0.15`;
  return (value) => {
    if (typeof value !== 'number') return { kind: 'bad', allowed };
    const decimal = readLongDecimal(String(Math.abs(value)));
    const units = decimal && toUnits({ ...decimal, scale: decimal.scale - 2 }, PLACES);
    if (units === undefined || Math.abs(value) < least || Math.abs(value) > most)
      return { kind: 'bad', allowed };
    return { kind: 'ok', text: `${units / 10 ** PLACES}%` };
  };
}

export function countOf(least: number, most: number): Convert {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? { kind: 'ok', text: String(value) }
      : { kind: 'bad', allowed: `a whole number from ${least} to ${most}` };
}

export const dollarsOf: Convert = (value) => {
  const decimal = typeof value === 'number' ? readLongDecimal(String(value)) : undefined;
  const cents = decimal && toUnits(decimal, 2);
  if (cents === undefined || cents <= 0) return { kind: 'bad', allowed: 'dollars, above zero' };
  return { kind: 'ok', text: (cents / 100).toFixed(2) };
};

const TIME = /^(\d\d):(\d\d)(?::00)?$/;
const OPEN = 9 * 60 + 30;
const CLOSE = 16 * 60;

/** A New York time of day, relative to the session, so that half days work: 15:50:00 is `close-10m`. */
export const timeOf: Convert = (value) => {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  const minute = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  if (!(minute >= OPEN && minute < CLOSE))
    return { kind: 'bad', allowed: 'a time of the session, whole minutes, as 15:50:00' };
  const isEarly = minute - OPEN < CLOSE - minute;
  return { kind: 'ok', text: isEarly ? `open+${minute - OPEN}m` : `close-${CLOSE - minute}m` };
};

/** Each symbol once, in the order of the file: `[TQQQ, SOXL]`. */
export const symbolsOf: Convert = (value) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const symbols = list.filter((symbol) => typeof symbol === 'string' && isSymbol(symbol));
  if (symbols.length === 0 || symbols.length < list.length)
    return { kind: 'bad', allowed: `a list of symbols (${SYMBOL_RULE})` };
  return { kind: 'ok', text: `[${[...new Set(symbols)].join(', ')}]` };
};

export function oneOf(...words: readonly string[]): Convert {
  return (value) =>
    typeof value === 'string' && words.includes(value)
      ? { kind: 'ok', text: value }
      : { kind: 'bad', allowed: words.join(', ') };
}

/** A value as it is shown to people; nothing that may be a secret. */
export function shown(key: string, value: unknown): string {
  if (/key|secret|token|password|url/i.test(key)) return '<not shown>';
  if (Array.isArray(value)) return value.every(isPlain) ? `[${value.join(', ')}]` : '<list>';
  if (typeof value === 'object' && value !== null) return '<mapping>';
  return isPlain(value) ? String(value) : '<nothing>';
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
