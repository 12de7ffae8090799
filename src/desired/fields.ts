/** Building blocks of the manifest schemas: text in, exact numbers out, and a clear word on what is allowed. */
import * as z from 'zod';
import {
  formatPercent,
  parseMoney,
  parsePercent,
  parseQuantity,
  type Money,
  type Quantity,
  type Ratio,
} from '../domain/decimal.ts';
import { STRATEGY_RULE, SYMBOL_RULE, isStrategyName, isSymbol } from '../domain/names.ts';
import { parseDayOverride, type DayOverride } from '../domain/calendar.ts';
import { parseScheduleTime } from '../domain/schedule.ts';
import { quoted } from './problem.ts';
import type { ScheduleTime } from './desired-state.ts';

// A manifest is checked once a run: generated checkers cost more than they save.
z.config({ jitless: true });

/** Seeds have 32 bits. */
export const SEED_MAX = 4_294_967_295;

/** Explains a schema to editors, in place: zod's own `describe` makes a copy, and copies cost every start 10 ms. */
export function described<Schema extends z.ZodType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** A mapping with exactly these keys. The message of an unknown key is the list of the known ones. */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  about: string,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return described(
    z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined) }),
    about,
  );
}

export function text(about: string): z.ZodString {
  return described(z.string(), about);
}

export function flag(about: string): z.ZodBoolean {
  return described(z.boolean(), about);
}

export function wholeNumber(about: string, least: number, most: number): z.ZodInt {
  return described(z.int().check(z.gte(least), z.lte(most)), about);
}

type Field<Value> = z.ZodType<Value, string>;

interface TextFormat<Value> {
  readonly about: string;
  /** Of what is accepted, for editors. */
  readonly pattern: string;
  /** In the words of a message: `no percent`. */
  readonly noun: string;
  readonly allowed: string;
  readonly parse: (text: string) => Value | undefined;
  /** What is wrong with a value that was understood; undefined when nothing is. */
  readonly refuse?: (value: Value) => string | undefined;
}

function parsed<Value>(format: TextFormat<Value>): Field<Value> {
  return z
    .string()
    .transform((source, context): Value => {
      const value = format.parse(source);
      const trouble = value === undefined ? `is ${format.noun}` : format.refuse?.(value);
      if (value !== undefined && trouble === undefined) return value;
      context.addIssue({
        code: 'custom',
        message: `${quoted(source)} ${trouble ?? ''}`,
        params: { allowed: format.allowed },
      });
      return z.NEVER;
    })
    .register(z.globalRegistry, { description: format.about, pattern: format.pattern });
}

/** A part of something, in percent. `least` and `most` are inclusive; `above` is not. */
export function percent(
  about: string,
  bounds: { least?: number; above?: number; most: number },
): Field<Ratio> {
  const from = bounds.above === undefined ? `from ${bounds.least ?? 0}%` : `above ${bounds.above}%`;
  return parsed({
    about,
    pattern: '^[+-]?\\d+(\\.\\d{1,4})?\\s*%$',
    noun: 'no percentage',
    allowed: `a percentage such as "6.5%", ${from} to ${bounds.most}%, with at most 4 decimals`,
    parse: parsePercent,
    refuse: (ratio) => {
      const value = ratio / 10_000;
      if (value < 0 && (bounds.least === 0 || bounds.above === 0)) return 'is below zero';
      const high = value > bounds.most;
      const low = bounds.above === undefined ? value < (bounds.least ?? 0) : value <= bounds.above;
      return high || low ? `is out of range (${formatPercent(ratio)})` : undefined;
    },
  });
}

/** A sum in dollars, above zero; `most` is inclusive. */
export function dollars(about: string, most?: number): Field<Money> {
  return parsed({
    about,
    pattern: '^\\d+(\\.\\d{1,6})?$',
    noun: 'no sum of money',
    allowed: `dollars such as "45.20", above 0${most === undefined ? '' : ` and up to ${most}`}, with at most 6 decimals`,
    parse: parseMoney,
    refuse: (money) => {
      if (money <= 0) return 'is not above zero';
      return most !== undefined && money > most * 1_000_000 ? 'is out of range' : undefined;
    },
  });
}

/** Shares, zero or more. */
export function shares(about: string): Field<Quantity> {
  return parsed({
    about,
    pattern: '^\\d+(\\.\\d{1,9})?$',
    noun: 'no quantity',
    allowed: 'shares such as "12" or "0.5", 0 or more, with at most 9 decimals',
    parse: parseQuantity,
    refuse: (quantity) => (quantity < 0 ? 'is below zero' : undefined),
  });
}

/** Shares of a position: below zero, it is short. */
export function signedShares(about: string): Field<Quantity> {
  return parsed({
    about,
    pattern: '^[+-]?\\d+(\\.\\d{1,9})?$',
    noun: 'no quantity',
    allowed: 'shares such as "12", "0.5" or "-12", with at most 9 decimals',
    parse: parseQuantity,
  });
}

/** A factor such as "2", bounds inclusive; 1_000_000 is 1. */
export function factor(about: string, { least, most }: { least: number; most: number }): Field<Ratio> {
  return parsed({
    about,
    pattern: '^\\d+(\\.\\d{1,6})?$',
    noun: 'no factor',
    allowed: `a factor such as "${least < 1 ? '0.9' : '2'}", from ${least} to ${most}`,
    parse: (source) => parseMoney(source) as Ratio | undefined,
    refuse: (ratio) =>
      ratio < least * 1_000_000 || ratio > most * 1_000_000 ? 'is out of range' : undefined,
  });
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const HOUR = 3_600_000;

/** A span of time in ms, at most one hour; zero only where `zero` allows it. */
export function duration(about: string, zero: 'zero' | 'above zero' = 'above zero'): Field<number> {
  return parsed({
    about,
    pattern: '^\\d+(ms|s|m|h)$',
    noun: 'no span of time',
    allowed: `a span such as 500ms, 30s, 4m or 1h, ${zero === 'zero' ? 'from 0s' : 'above 0s'} to 1h`,
    parse: (source) => {
      const match = /^(\d{1,9})(ms|s|m|h)$/.exec(source);
      return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
    },
    refuse: (span) => (span > HOUR || (span === 0 && zero !== 'zero') ? 'is out of range' : undefined),
  });
}

export function symbol(about: string): Field<string> {
  return parsed({
    about,
    pattern: '^[A-Z][A-Z0-9]{0,9}([.-][A-Z0-9]{1,4})?$',
    noun: 'no symbol',
    allowed: SYMBOL_RULE,
    parse: (source) => (isSymbol(source) ? source : undefined),
  });
}

export function name(about: string): Field<string> {
  return parsed({
    about,
    pattern: '^(?!(hgctl|constructor|prototype)$)[a-z][a-z0-9-]{0,31}$',
    noun: 'no valid name',
    allowed: STRATEGY_RULE,
    parse: (source) => (isStrategyName(source) ? source : undefined),
  });
}

export function scheduleTime(about: string): Field<ScheduleTime> {
  return parsed({
    about,
    pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|open\\+\\d+(s|m|h)|close-\\d+(s|m|h))$',
    noun: 'no time of a session',
    allowed: '"15:55" (New York), open+1m or close-5m, inside a session and at least 30s before its close',
    parse: parseScheduleTime,
  });
}

/** What a day of the exchange really is. */
export function dayHours(about: string): Field<DayOverride> {
  return parsed({
    about,
    pattern: '^(closed|(([01]\\d|2[0-3]):[0-5]\\d-)?([01]\\d|2[0-3]):[0-5]\\d)$',
    noun: 'neither closed nor hours',
    allowed: 'closed, an early close as "13:00", or hours as "09:30-13:00" (New York), open before close',
    parse: parseDayOverride,
  });
}

/** A path as the user writes it; it may not be empty. */
export function filePath(about: string): Field<string> {
  return parsed({
    about,
    pattern: '\\S',
    noun: 'no path',
    allowed: 'the path of a file or folder',
    parse: (source) => (/\S/.test(source) && !source.includes('\0') ? source : undefined),
  });
}

/** A path to a program in TypeScript or JavaScript. */
export function sourceFile(about: string): Field<string> {
  return parsed({
    about,
    pattern: '\\.m?[jt]s$',
    noun: 'no module',
    allowed: 'the path of a .ts, .mts, .js or .mjs file',
    parse: (source) => (isSourceFile(source) ? source : undefined),
  });
}

export function isSourceFile(path: string): boolean {
  return /\.m?[jt]s$/.test(path) && !path.includes('\0');
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address of a folder, with a slash at its end whether it was written or not; no secrets: manifests are shown. */
export function webFolder(about: string): Field<string> {
  return parsed({
    about,
    pattern: '^https?://',
    noun: 'no address of a folder',
    allowed: 'an https address without name, password and query; http for this machine alone',
    parse: (source) => (isWebFolder(source) ? source.replace(/\/*$/, '/') : undefined),
  });
}

function isWebFolder(source: string): boolean {
  if (!URL.canParse(source)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(source);
  if (username + password + search + hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
