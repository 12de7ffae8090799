/** `hgctl watchdog`: for a timer. Tells people, once, that no controller is there where one is needed. */
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Slot } from '../../domain/schedule.ts';
import { mayFollow } from '../../reconciler/rules/targets.ts';
import { dueOrNextSlot, undeclaredExits } from '../../reconciler/slots.ts';
import { describeSlot, watchdogAlarm, type ControllerState } from '../../reconciler/watchdog.ts';
import { readHeartbeat, type HeartbeatSighting } from '../../store/heartbeat.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { Notifier } from '../notifier.ts';
import { printable } from '../output/printable.ts';

/** Each notice gets one try a run, which takes no longer than this, ms; the next run goes on with what is left. */
const GRACE = 30_000;

/** Exit 0 where nobody has to be woken, 1 where somebody has. */
export async function runWatchdog(io: Io, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  try {
    return await watch(io, world);
  } finally {
    world.close();
  }
}

async function watch(io: Io, { desired: { account, strategies }, ports, paths }: World): Promise<ExitCode> {
  const { clock, report, journal } = ports;
  const now = clock.now();
  const ledger = journal.ledger();
  const slot = earliest(
    [...strategies.filter(mayFollow), ...undeclaredExits(ledger, strategies)].map((strategy) =>
      dueOrNextSlot(ledger, strategy, now, account.calendar),
    ),
  );
  const sighting = readHeartbeat(paths.folder, ports);
  const notifier = new Notifier({
    io,
    file: join(paths.folder, 'watchdog.json'),
    account: () => account,
    report,
  });
  const wasAlarmed = notifier.isOpen('NoController');
  const alarm = watchdogAlarm({ controller: stateOf(sighting), slot, wasAlarmed, now });
  const alert = (message: string) =>
    ({ kind: 'NoController', strategy: null, symbol: null, message }) as const;
  notifier.tell(alarm === null ? [] : [alert(alarm)], now);
  await notifier.close(GRACE);
  io.stdout(`${printable(alarm ?? calm(sighting, slot, now))}\n`);
  return alarm === null ? EXIT.done : EXIT.differs;
}

function earliest(slots: readonly (Slot | null)[]): Slot | null {
  const some = slots.filter((slot) => slot !== null);
  return some.sort((a, b) => a.opensAt - b.opensAt)[0] ?? null;
}

function stateOf(sighting: HeartbeatSighting): ControllerState {
  if (sighting.state === 'none' || sighting.state === 'stopped') return { kind: 'none' };
  if (sighting.state === 'alive') return { kind: 'alive' };
  const { pid, host } = sighting.beat.identity;
  const seconds = Math.round(sighting.age / 1_000);
  const cause =
    sighting.process === 'gone' ? 'its process is gone' : 'it hangs, or this machine cannot see it';
  return {
    kind: 'silent',
    why: `the controller (pid ${pid} on ${host}) gave its last sign of life ${seconds} s ago: ${cause}`,
  };
}

function calm(sighting: HeartbeatSighting, slot: Slot | null, now: Instant): string {
  const who =
    sighting.state === 'alive'
      ? `the controller is alive (pid ${sighting.beat.identity.pid})`
      : 'no controller runs, and none is needed yet';
  return slot === null ? who : `${who}; ${describeSlot(slot, now)}`;
}
