/** What a command may know of its terminal and its environment. */
import type { Clock, StopSignal } from '../reconciler/ports.ts';
import { styleFor, wantsColor, type ColorMode, type Style } from './output/style.ts';

/** Asked by who looks now and then, and heard by who waits. */
export interface Stop extends StopSignal {
  readonly aborted: AbortSignal;
}

export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True when a person can answer a question. */
  readonly isInteractive: boolean;
  readonly stdoutIsTerminal: boolean;
  /** Width of the terminal on stdout; undefined where there is none. */
  readonly columns?: number | undefined;
  /** Asks on stderr and reads one line; only when `isInteractive`. */
  readonly ask: (question: string) => Promise<string>;
  readonly stop: Stop;
  /** A time of its own, which passes where somebody waits; left out: that of this machine. `HGCTL_NOW` goes before it. */
  readonly clock?: Clock;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly data?: string;
  readonly color: ColorMode;
}

export function styleOf(io: Io, options: GlobalOptions): Style {
  return styleFor(wantsColor(options.color, { isTTY: io.stdoutIsTerminal }, io.environment));
}
