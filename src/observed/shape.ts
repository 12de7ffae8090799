/**
 * What a value of the journal has to be. A checksum says that a line is as its writer left it, not that its writer was
 * sound: what has another shape is found here, with its place, before anything counts with it.
 *
 * Checked by hand and not by a schema library: every command reads the journal, and the library alone takes longer.
 */
import { dayNumber } from '../domain/days.ts';
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts';
import type { Json } from '../domain/digest.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';

/** A value that is not what it has to be. */
export interface Misshape {
  /** `.lots[0].quantity`; empty for the value itself. */
  readonly place: string;
  /** What it has to be: `a whole number`. Never what it is, which may be anything. */
  readonly expected: string;
}

interface Check {
  /** Null where the value is as it has to be. `undefined` is what is not there. */
  readonly check: (value: unknown) => Misshape | null;
}

export interface Shape<Value> extends Check {
  /** Never there: it makes the type exact, so that a shape can refuse nothing that its type allows. */
  readonly exactly?: (value: Value) => Value;
}

interface OptionalShape<Value> extends Shape<Value> {
  readonly isOptional: true;
}

export type FieldShapes<Fields> = {
  readonly [Key in keyof Fields]-?: object extends Pick<Fields, Key>
    ? OptionalShape<Exclude<Fields[Key], undefined>>
    : Shape<Fields[Key]>;
};

function satisfying<Value>(expected: string, isGood: (value: unknown) => boolean): Shape<Value> {
  const misshape = { place: '', expected };
  return { check: (value) => (isGood(value) ? null : misshape) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export const text = satisfying<string>('text', isText);
/** Of a strategy, a symbol, an order. */
export const name = satisfying<string>('a name', (value) => isText(value) && value !== '');
export const truth = satisfying<boolean>('true or false', (value) => typeof value === 'boolean');
export const finite = satisfying<number>('a number', Number.isFinite);
export const whole = satisfying<number>('a whole number', Number.isSafeInteger);
/** A number of something that has one: fences, segments. */
export const ordinal = satisfying<number>(
  'a whole number above zero',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
);
export const quantity: Shape<Quantity> = { check: whole.check };
export const money: Shape<Money> = { check: whole.check };
export const ratio: Shape<Ratio> = { check: whole.check };
export const price = satisfying<Price>(
  'a whole number, not below zero',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

/** The years 0 to 9999: those that can be written. */
const FIRST_INSTANT = -62_167_219_200_000;
const LAST_INSTANT = 253_402_300_799_999;

export const instant = satisfying<Instant>(
  'a moment, in milliseconds',
  (value) => Number.isSafeInteger(value) && Number(value) >= FIRST_INSTANT && Number(value) <= LAST_INSTANT,
);
const WALL_TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

export const wallTime = satisfying<string>(
  'a time of day',
  (value) => isText(value) && WALL_TIME.test(value),
);
export const date = satisfying<CalendarDate>(
  'a date',
  (value) => isText(value) && !Number.isNaN(dayNumber(value)),
);

/** Of what programs say: none of it is a tenth as deep, and who walks through it calls itself at each level. */
const DEPTH_MAX = 100;

export const json = satisfying<Json>(
  `JSON of at most ${DEPTH_MAX} levels`,
  (value) => value !== undefined && isShallow(value, DEPTH_MAX),
);

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

export function oneOf<Word extends string>(words: Readonly<Record<Word, true>>): Shape<Word> {
  const expected = `one of ${Object.keys(words).join(', ')}`;
  return satisfying(expected, (value) => isText(value) && Object.hasOwn(words, value));
}

export const always: Shape<true> = satisfying('true', (value) => value === true);

export function nullable<Value>(shape: Shape<Value>): Shape<Value | null> {
  return { check: (value) => (value === null ? null : shape.check(value)) };
}

/** A field that may be left out. */
export function optional<Value>(shape: Shape<Value>): OptionalShape<Value> {
  return { check: (value) => (value === undefined ? null : shape.check(value)), isOptional: true };
}

export function listOf<Item>(item: Shape<Item>): Shape<readonly Item[]> {
  return { check: (value) => (Array.isArray(value) ? checkItems(value, item) : NO_LIST) };
}

const NO_LIST: Misshape = { place: '', expected: 'a list' };
const NO_OBJECT: Misshape = { place: '', expected: 'an object' };

function checkItems(items: readonly unknown[], { check }: Check): Misshape | null {
  for (let index = 0; index < items.length; index += 1) {
    const found = check(items[index]);
    if (found !== null) return { ...found, place: `[${index}]${found.place}` };
  }
  return null;
}

/** Any keys, values of one shape. */
export function recordOf<Value>(shape: Shape<Value>): Shape<Readonly<Record<string, Value>>> {
  return {
    check: (value) => {
      if (!isObject(value)) return NO_OBJECT;
      for (const item of Object.values(value)) {
        const found = shape.check(item);
        // The keys are somebody else's text.
        if (found !== null) return { ...found, place: `.*${found.place}` };
      }
      return null;
    },
  };
}

/** These fields; others that later versions may add are nobody's business. */
export function object<Fields extends object>(fields: FieldShapes<Fields>): Shape<Fields> {
  const shapes = Object.entries<Check>(fields as Readonly<Record<string, Check>>);
  return {
    check: (value) => {
      if (!isObject(value)) return NO_OBJECT;
      for (const [key, { check }] of shapes) {
        const found = check(Object.hasOwn(value, key) ? value[key] : undefined);
        if (found !== null) return { ...found, place: `.${key}${found.place}` };
      }
      return null;
    },
  };
}

/** The member of a union that the value is, by the word in its field `tag`. */
export function variants<Union extends { readonly [Key in Tag]: string }, Tag extends keyof Union & string>(
  tag: Tag,
  shapes: { readonly [Word in Union[Tag]]: Shape<MemberOf<Union, Tag, Word>> },
): Shape<Union> {
  const known = shapes as Readonly<Record<string, Check>>;
  const unknownTag: Misshape = { place: `.${tag}`, expected: `one of ${Object.keys(known).join(', ')}` };
  return {
    check: (value) => {
      if (!isObject(value)) return NO_OBJECT;
      const word = Object.hasOwn(value, tag) ? value[tag] : undefined;
      const member = isText(word) && Object.hasOwn(known, word) ? known[word] : undefined;
      return member === undefined ? unknownTag : member.check(value);
    },
  };
}

type MemberOf<Union, Tag extends PropertyKey, Word> = Union extends { readonly [Key in Tag]: infer Words }
  ? Word extends Words
    ? Union
    : never
  : never;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
