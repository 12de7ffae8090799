/**
 * The log on disk: what the terminal is told, one JSON object a line, and what operators have recorded. Lines are held
 * back until the process commits its first record: a pass that changes nothing writes nothing.
 */
import { pino } from 'pino';
import type { LogSettings } from '../desired/desired-state.ts';
import { formatChain } from '../domain/errors.ts';
import { dateOf, formatInstant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Clock, KeyEvent, Report } from '../reconciler/ports.ts';
import { logFiles } from '../store/log-files.ts';
import { messageOf, subjectOf } from './views/events.ts';

export interface LogOptions {
  readonly folder: string;
  readonly settings: LogSettings;
  readonly clock: Clock;
  /** Id of this run of the program, as in its records of the journal. */
  readonly run: string;
  /** For people, once: the log cannot be written. */
  readonly troubled: (message: string) => void;
}

export interface Log {
  readonly report: Report;
  /** Told of each record that this process has committed. */
  readonly committed: (event: JournalEvent) => void;
  /** From now on lines are written at once, and so are those that were held back. */
  readonly keep: () => void;
  /** What follows belongs to another pass. */
  readonly nextPass: () => void;
  /** Lets go of the files, and of what is still held back. */
  readonly close: () => void;
}

const MEGABYTE = 1_000_000;
/** A process that changes nothing must not fill the memory. */
const HELD_MOST = 1_000;

/** Trouble with its files never reaches whoever writes a line. */
export function openLog({ folder, settings, clock, run, troubled }: LogOptions): Log {
  const { maxMegabytes, maxFiles } = settings;
  const files = logFiles(folder, { maxBytes: maxMegabytes * MEGABYTE, maxFiles });
  let held: string[] | null = [];
  let pass = 1;
  let isBroken = false;

  const write = (line: string): void => {
    if (held !== null) {
      if (held.length < HELD_MOST) held.push(line);
      return;
    }
    try {
      files.append(dateOf(clock.now()), line);
      isBroken = false;
    } catch (error) {
      if (!isBroken)
        troubled(`The log in ${folder} cannot be written, and trading goes on: ${formatChain(error)}`);
      isBroken = true;
    }
  };
  const keep = (): void => {
    const before = held ?? [];
    held = null;
    for (const line of before) write(line);
  };
  const log = pino(
    {
      base: null,
      timestamp: () => `,"time":${JSON.stringify(formatInstant(clock.now()))}`,
      formatters: { level: (level) => ({ level }) },
      mixin: () => ({ run, pass: `${run}-${pass}` }),
    },
    { write },
  );

  const say =
    (level: 'info' | 'warn' | 'error') =>
    (strategy: string, message: string, event?: KeyEvent): void =>
      log[level]({ strategy, ...(event && { event }) }, message);

  return {
    report: { info: say('info'), warn: say('warn'), error: say('error') },
    committed: (event) => {
      keep();
      if (!OPERATORS.has(event.type)) return;
      const { strategy, symbol } = subjectOf(event, new Map());
      const about = symbol === null ? event.type : `${event.type} ${symbol}`;
      log.info({ strategy: strategy ?? CONTROLLER, event: event.type }, `${about}: ${messageOf(event)}`);
    },
    keep,
    nextPass: () => void (pass += 1),
    close: () => files.close(),
  };
}

/** Words of people, which no execution tells of. */
const OPERATORS: ReadonlySet<JournalEvent['type']> = new Set<JournalEvent['type']>([
  'books-opened',
  'revision-accepted',
  'strategy-pruned',
  'strategy-renamed',
  'drain-requested',
  'drain-lifted',
  'strategy-suspended',
  'strategy-resumed',
  'halted',
  'unhalted',
  'lock-unlocked',
  'adopted',
  'released',
  'symbol-resolved',
  'lots-set',
  'limit-reset',
]);
