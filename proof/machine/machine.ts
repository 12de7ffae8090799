/** A machine with one disk, one clock and its processes. Power can go, the clock can jump, and chance has a seed. */
import type { Io } from '../../src/cli/io.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import type { ProgramAnswer } from '../../src/reconciler/ports.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { chance, type Chance } from './chance.ts';
import { Disk, type Loss } from './disk.ts';
import type { Effect, Hooks } from './effects.ts';
import { Loop } from './loop.ts';
import { Killed, later, type SimProcess } from './process.ts';
import { Venue } from './venue.ts';

const FIRST_PID = 100;
/** What monotonic time begins with, ms: it is not the wall's. */
const UPTIME = 1_000_000;

export interface MachineState {
  readonly disk: Disk;
  readonly venue: Venue;
  readonly now: number;
  readonly boot: number;
  readonly pids: number;
}

export class Machine {
  readonly loop: Loop;
  readonly chance: Chance;
  readonly disk: Disk;
  readonly venue: Venue;
  readonly processes = new Map<number, SimProcess>();
  /** Mutating operations of all processes so far. */
  effects = 0;
  hooks: Hooks = {};
  /** What the program of a user answers to this input, asked by this process. */
  program: (input: string, asking: SimProcess) => ProgramAnswer = () => ({
    kind: 'failed',
    reason: 'there is no such program',
  });
  /** How far the wall clock is ahead of true time, ms. */
  wallOffset = 0;
  #boot: number;
  #pids: number;
  #uptime = UPTIME;

  constructor(seed: number, start: MachineState) {
    this.chance = chance(seed);
    this.loop = new Loop(start.now);
    this.disk = start.disk.copy();
    this.venue = start.venue.copy();
    this.#boot = start.boot;
    this.#pids = start.pids;
  }

  /** Everything that outlives its processes: as a machine is to be started anew from it. */
  state(): MachineState {
    return {
      disk: this.disk.copy(),
      venue: this.venue.copy(),
      now: this.loop.now,
      boot: this.#boot,
      pids: this.#pids,
    };
  }

  wallNow(): number {
    return Math.floor(this.loop.now + this.wallOffset);
  }

  /** ms since it was started. */
  monotonic(): number {
    return this.loop.now - this.#uptime;
  }

  bootId(): string {
    return `00000000-0000-4000-8000-${String(this.#boot).padStart(12, '0')}`;
  }

  /** The account at the broker, as it is now; undefined before it was used. */
  account(): SimulatedState | undefined {
    const newest = this.venue.newest();
    return newest && advance(newest, Math.floor(this.loop.now) as Instant);
  }

  /** `hgctl ARGS` as a process of its own. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): SimProcess {
    const process: SimProcess = {
      pid: (this.#pids += 1),
      machine: this,
      args,
      startedAt: this.loop.now,
      state: 'running',
      pausedUntil: null,
      lookedAt: null,
      signal: null,
      stdout: '',
      stderr: '',
      code: null,
    };
    this.processes.set(process.pid, process);
    later(process, 0, () => {
      commandLine(args, ioOf(process, environment)).then(
        (code) => end(process, code),
        (error: unknown) => {
          if (!(error instanceof Killed)) process.stderr += `unhandled: ${String(error)}`;
          end(process, UNHANDLED);
        },
      );
    });
    return process;
  }

  /** As a process of its own that ends by itself, or by its death. */
  async run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<SimProcess> {
    const process = this.start(args, environment);
    await this.loop.until(() => process.state !== 'running');
    return process;
  }

  /** Somebody puts a file there, whole and durable; its folders come with it. */
  put(path: string, text: string): void {
    const { disk } = this;
    const folders = path.split('/').slice(1, -1);
    folders.forEach((_, index) => {
      const folder = `/${folders.slice(0, index + 1).join('/')}`;
      if (disk.find(folder) === undefined) disk.createFolder(folder, 0o755, this.wallNow());
      disk.sync(disk.folder(folder.slice(0, folder.lastIndexOf('/')) || '/', 'put'));
    });
    const stage = `${path}.new`;
    const file = disk.createFile(stage, 0o600, this.wallNow());
    disk.write(file, 0, Buffer.from(text), this.wallNow());
    disk.sync(file);
    disk.rename(stage, path, this.wallNow());
    disk.sync(disk.folder(path.slice(0, path.lastIndexOf('/')), 'put'));
  }

  /** As `kill -9`. */
  kill(process: SimProcess): void {
    if (process.state === 'running') process.state = 'killed';
  }

  signal(pid: number, signal: string | number): true {
    const process = this.processes.get(pid);
    if (process?.state !== 'running')
      throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', syscall: 'kill' });
    if (signal === 'SIGINT' || signal === 'SIGTERM') process.signal = signal;
    return true;
  }

  /** Everything that runs is killed, what was not durable is treated as `loss` says, and the machine starts again. */
  losePower(loss: Loss): void {
    for (const process of this.processes.values()) this.kill(process);
    this.processes.clear();
    this.disk.losePower(loss);
    this.#boot += 1;
    this.#uptime = this.loop.now;
  }

  /** What the system says of a process in `/proc`; undefined where there is none. */
  statOf(pid: number): string | undefined {
    const process = this.processes.get(pid);
    if (process?.state !== 'running') return undefined;
    const fields = ['S', ...Array<string>(18).fill('0'), String(Math.floor(process.startedAt))];
    return `${pid} (hgctl) ${fields.join(' ')} 0`;
  }

  /** What is about to happen on the disk, or has. */
  happens(effect: Effect): void {
    this.hooks.effect?.(effect);
  }
}

const UNHANDLED = 70;

function end(process: SimProcess, code: number): void {
  if (process.state !== 'running') return;
  process.state = 'ended';
  process.code = code;
  process.machine.hooks.ended?.(process);
}

function ioOf(process: SimProcess, environment: Readonly<Record<string, string>>): Io {
  return {
    stdout: (text) => {
      if (process.state === 'running') process.stdout += text;
    },
    stderr: (text) => {
      if (process.state === 'running') process.stderr += text;
    },
    environment: { HOME: '/home/trader', USER: 'trader', ...environment },
    isInteractive: false,
    stdoutIsTerminal: false,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    stop: {
      requested: () => process.signal !== null,
      signal: () => process.signal,
      aborted: new AbortController().signal,
    },
  };
}

/** A machine that was never used. */
export function newMachine(seed: number, now: number): Machine {
  return new Machine(seed, { disk: new Disk(), venue: new Venue(), now, boot: 1, pids: FIRST_PID });
}
