/** `hgctl suspend`: a strategy opens nothing until it is resumed, or until a moment; exits and recovery go on. */
import { type Suspension, suspensionAt } from '../../observed/brakes.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatInstant, formatLocalZone, type Instant } from '../../domain/instant.ts';
import { parseUntil, TIME_FORMS } from '../../domain/until.ts';
import { braking, recoverAfter, say } from '../brake.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { requireKnown } from './close-positions.ts';

export interface SuspendOptions extends GlobalOptions {
  readonly reason: string;
  readonly until?: string;
  readonly output: string;
}

export function runSuspend(io: Io, name: string, options: SuspendOptions): Promise<ExitCode> {
  parseTextOrJson(options.output);
  return braking(io, options, (world) => suspend(io, world, { name, options }));
}

async function suspend(
  io: Io,
  world: World,
  { name, options }: { readonly name: string; readonly options: SuspendOptions },
): Promise<ExitCode> {
  requireKnown(world, name);
  const { reason } = options;
  const now = world.ports.clock.now();
  const until = options.until === undefined ? null : untilOf(options.until, now);
  const word = say(io, world, (current) => {
    const known = suspensionAt(current, name, now);
    if (known?.reason === reason && known.until === until) return null;
    return { type: 'strategy-suspended', strategy: name, reason, by: operatorName(io), until };
  });
  const suspension = word.ledger.suspensions.get(name);
  if (suspension !== undefined)
    io.stdout(options.output === 'json' ? json(suspension, word.isNew) : `${line(suspension, word.isNew)}\n`);
  if (word.isNew) await recoverAfter(io, word.world);
  return EXIT.done;
}

function untilOf(text: string, now: Instant): Instant {
  const until = parseUntil(text, now);
  if (until === undefined)
    throw new HgctlError(EXIT.usage, `--until ${JSON.stringify(text)} is no time`, { hint: TIME_FORMS });
  if (until <= now)
    throw new HgctlError(EXIT.usage, `--until ${text} is over: it is ${formatLocalZone(now)}`, {
      hint: TIME_FORMS,
    });
  return until;
}

function line({ strategy, until, by, since, reason }: Suspension, isNew: boolean): string {
  const end = until === null ? `until 'hgctl resume ${strategy}'` : `until ${formatLocalZone(until)}`;
  const what = isNew ? 'suspended' : `already suspended by ${by} since ${formatLocalZone(since)}`;
  return printable(`strategy/${strategy} ${what} ${end}: ${reason}`);
}

function json({ since, until, ...rest }: Suspension, changed: boolean): string {
  const times = { since: formatInstant(since), until: until === null ? null : formatInstant(until) };
  return renderJson({ kind: 'Suspension', suspended: true, changed, ...rest, ...times });
}
