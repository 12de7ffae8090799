/** The control loop on a test world: waiting moves its clock. */
import type { ExitCode } from '../../src/domain/errors.ts';
import { formatLocal, plus } from '../../src/domain/instant.ts';
import { control, type Controlled, type PassReport } from '../../src/reconciler/controller.ts';
import type { Pass } from '../../src/reconciler/reconcile.ts';
import type { TestWorld } from './world.ts';

const MINUTE = 60_000;

type Running = Pick<TestWorld, 'ports' | 'desired' | 'clock'>;

export function passOf({ ports, desired }: Pick<Running, 'ports' | 'desired'>): Pass {
  return {
    ports,
    desired,
    manifests: 'accepted',
    resting: new Set(),
    accountFile: 'account.yaml',
    open: () => Promise.resolve(),
    looked: () => undefined,
  };
}

export interface Run {
  readonly waits: string[];
  readonly passes: PassReport[];
  readonly code: ExitCode;
}

/** Runs for `minutes` of its own time; waiting moves the clock. */
export async function runFor(
  home: Running,
  minutes: number,
  changes: Partial<Controlled> = {},
): Promise<Run> {
  const waits: string[] = [];
  const passes: PassReport[] = [];
  const { clock } = home;
  const code = await control({
    clock,
    stop: home.ports.stop,
    report: home.ports.report,
    random: () => 0,
    declared: () => ({ pass: passOf(home), problems: [] }),
    checkData: () => Promise.resolve(),
    wait: (until) => {
      waits.push(formatLocal(until).slice(11));
      clock.advance(until - clock.now());
      return Promise.resolve();
    },
    show: () => undefined,
    closed: () => undefined,
    passed: (pass) => void passes.push(pass),
    until: plus(clock.now(), minutes * MINUTE),
    ...changes,
  });
  return { waits, passes, code };
}
