/** Exit codes of the command line (README, "Exit codes"). One table, used by every command. */
export const EXIT = {
  done: 0,
  differs: 1,
  changes: 2,
  usage: 3,
  invalid: 4,
  refused: 5,
  notFound: 6,
  lock: 7,
  conflict: 8,
  timeout: 9,
  partial: 10,
  broker: 11,
  inDoubt: 12,
  closed: 13,
  declined: 14,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** When several codes apply, the first of these wins. */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.usage,
  EXIT.invalid,
  EXIT.notFound,
  EXIT.declined,
  EXIT.conflict,
  EXIT.inDoubt,
  EXIT.refused,
  EXIT.broker,
  EXIT.partial,
  EXIT.closed,
  EXIT.timeout,
  EXIT.lock,
  EXIT.changes,
  EXIT.differs,
];

export function strongestExit(codes: Iterable<ExitCode>): ExitCode {
  const given = new Set(codes);
  return PRECEDENCE.find((code) => given.has(code)) ?? EXIT.done;
}

/**
 * Trouble that a person can act on: what happened, its exit code and what to do next.
 * Anything else that is thrown is a bug (exit 70). A layer that adds context keeps the inner error as `cause`
 * and does not repeat its text.
 */
export class HgctlError extends Error {
  override readonly name = 'HgctlError';
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor(exit: ExitCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exit = exit;
    this.hint = options.hint;
  }
}

const CAUSE_DEPTH_MAX = 8;

/** The message of an error and of its causes, outermost first, on one line. */
export function formatChain(error: unknown): string {
  const parts: string[] = [];
  let at = error;
  while (at instanceof Error && parts.length < CAUSE_DEPTH_MAX) {
    parts.push(at.message);
    at = at.cause;
  }
  return parts.length === 0 ? String(error) : parts.join(': ');
}

/** For states that the types exclude: reaching it is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
