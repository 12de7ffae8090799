/** Lines of the log: as they are kept, and as people read them. */
import * as z from 'zod';
import { formatLocalZone, parseInstant, type Instant } from '../../domain/instant.ts';
import { escapeUnsafe } from '../output/formats.ts';
import { printable } from '../output/printable.ts';

/** From the least to the most urgent. */
export const LEVELS = ['info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  readonly level: Level;
  readonly time: Instant;
  /** `hgctl` for what serves all. */
  readonly strategy: string;
  readonly message: string;
  /** As it is kept. */
  readonly text: string;
}

const line = z.object({
  level: z.enum(LEVELS),
  time: z.string(),
  strategy: z.string(),
  msg: z.string(),
});

/** Null for what is no line of a log: torn, or written by something else. */
export function parseLogLine(text: string): LogLine | null {
  const { data } = line.safeParse(jsonOf(text));
  const time = parseInstant(data?.time ?? '');
  if (data === undefined || time === undefined) return null;
  const { level, strategy, msg: message } = data;
  return { level, time, strategy, message, text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface LogFilter {
  /** Null for all. */
  readonly strategy: string | null;
  readonly since: Instant | null;
  /** Less urgent ones are left out. */
  readonly level: Level;
}

export function isSelected({ level, time, strategy }: LogLine, filter: LogFilter): boolean {
  return (
    LEVELS.indexOf(level) >= LEVELS.indexOf(filter.level) &&
    (filter.since === null || time >= filter.since) &&
    (filter.strategy === null || strategy === filter.strategy)
  );
}

/** The marks of the original, in one column. */
const MARKS: Readonly<Record<Level, string>> = { info: '   ', warn: '[!]', error: '[-]' };

/** `2025-12-02 15:55:00 EST  [!] [MP] Shutdown requested`: what follows the time is what the terminal was told. */
export function humanLine({ level, time, strategy, message }: LogLine): string {
  const who = printable(strategy.toUpperCase());
  return `${formatLocalZone(time)}  ${MARKS[level]} [${who}] ${printable(message)}\n`;
}

/** As it is kept, and harmless for a terminal. */
export function rawLine({ text }: LogLine): string {
  return `${escapeUnsafe(text)}\n`;
}
