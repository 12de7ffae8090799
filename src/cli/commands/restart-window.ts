/** `hgctl restart-window`: whether the controller may be restarted now. */
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { formatInstant, formatLocalZone, type Instant } from '../../domain/instant.ts';
import { restartWindow, type RestartWindow } from '../../reconciler/restart-window.ts';
import { viewLock } from '../../actions/lock-view.ts';
import { openWorld } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';

export interface RestartWindowOptions extends GlobalOptions {
  readonly output: string;
}

/** Exit 0 safe, 1 not. An execution that runs now is never safe to interrupt. */
export function runRestartWindow(io: Io, options: RestartWindowOptions): ExitCode {
  const format = parseTextOrJson(options.output);
  const world = openWorld(io, options);
  try {
    const { ports, desired } = world;
    const now = ports.clock.now();
    const { lock } = ports.journal.ledger();
    const isExecuting = viewLock(ports, lock, null).kind === 'held';
    const window = restartWindow(desired, ports.journal.ledger(), now);
    const executing = isExecuting ? (lock?.holder ?? null) : null;
    const found = { ...window, isSafe: window.isSafe && !isExecuting };
    io.stdout(format === 'json' ? json(found, now, executing) : `${text(found, executing)}\n`);
    return found.isSafe ? EXIT.done : EXIT.differs;
  } finally {
    world.close();
  }
}

/** When it is safe, in words: null where an execution decides. */
export function unsafeText({ until, slots }: RestartWindow): string {
  const end = until === null ? '' : `; safe again at ${formatLocalZone(until)}`;
  return `${slots.join(', ')} may be starting or running${end}`;
}

function text(window: RestartWindow, executing: string | null): string {
  const { isSafe, until, slots } = window;
  if (executing !== null) return `Not safe: ${executing} is executing; ask again when it has ended`;
  if (!isSafe) return `Not safe: ${unsafeText(window)}`;
  return until === null
    ? 'Safe: no slot comes'
    : `Safe until ${formatLocalZone(until)} (${slots.join(', ')})`;
}

function json({ isSafe, until, slots }: RestartWindow, now: Instant, executing: string | null): string {
  const at = until === null ? null : formatInstant(until);
  return renderJson({
    kind: 'RestartWindow',
    safe: isSafe,
    now: formatInstant(now),
    safeUntil: isSafe ? at : null,
    nextSafe: isSafe || executing !== null ? null : at,
    executing,
    slots,
  });
}
