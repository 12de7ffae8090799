/** A supervisor, the clock and what was drawn, session by session: a controller is kept alive, and on some days two of them. */
import { chance, type Chance } from '../machine/chance.ts';
import { command } from '../machine/trader.ts';
import type { SimProcess } from '../machine/process.ts';
import type { Event } from './event.ts';
import { MINUTE, SECOND, type Stage } from './stage.ts';

/** The supervisor looks so often. */
const TICK = 10 * SECOND;

/** One; one, and another that waits for its end; two at once. */
type Controllers = 'one' | 'standby' | 'two';

export interface SessionFacts {
  readonly stage: Stage;
  readonly seed: number;
  readonly events: readonly Event[];
  /** From when the times of events count, ms. */
  readonly start: number;
}

export class Sessions {
  readonly stage: Stage;
  /** When strategies were edited. */
  readonly edits: { readonly strategy: string; readonly at: number }[] = [];
  /** What was traded by hand. */
  readonly traded = new Set<string>();
  /** Since when nothing goes wrong; null: it does. */
  calm: number | null = null;
  readonly #luck: Chance;
  readonly #controllers: Controllers;
  readonly #start: number;
  #events: readonly Event[];
  #run: SimProcess[] = [];

  constructor({ stage, seed, events, start }: SessionFacts) {
    this.stage = stage;
    this.#luck = chance(seed).stream('supervisor');
    this.#controllers = this.#luck.pick(['one', 'standby', 'two']);
    this.#events = events;
    this.#start = start;
  }

  /** `looks`: of each tick. */
  async passTo(until: number, looks: (now: number) => void): Promise<void> {
    const { stage } = this;
    while (stage.machine.loop.now < until) {
      const next = Math.min(until, stage.machine.loop.now + TICK);
      for (const event of this.#due(next)) {
        await stage.passTo(this.#start + event.at * SECOND);
        this.#happens(event);
      }
      await stage.passTo(next);
      this.#supervise();
      looks(next);
    }
  }

  /** As the service manager does when the day is over. Nothing goes on before it is told of again. */
  async stop(): Promise<void> {
    const { stage } = this;
    for (const process of stage.running()) process.signal = 'SIGTERM';
    await stage.passTo(stage.machine.loop.now + MINUTE);
    stage.endFaults();
    stage.killAll();
    this.calm = null;
  }

  /** The trader comes, and sees to everything that somebody has stopped, or that needs a person. */
  async calmDown(): Promise<void> {
    const { stage } = this;
    stage.endFaults();
    this.calm = stage.machine.loop.now;
    await stage.putInOrder();
    const { watcher } = stage.guard;
    for (let left = watcher.ledger.breaks.size; left > 0; left -= 1)
      await stage.resolve(await stage.run('plan'));
  }

  #due(until: number): readonly Event[] {
    const isDue = ({ at }: Event): boolean => this.#start + at * SECOND <= until;
    const due = this.#events.filter(isDue);
    this.#events = this.#events.filter((event) => !isDue(event));
    return due;
  }

  #happens(event: Event): void {
    const { now } = this.stage.machine.loop;
    // In a quiet that was told of, nothing goes wrong.
    if (this.calm !== null && FAULTS.has(event.kind)) return;
    if (event.kind === 'edit') this.edits.push({ strategy: event.strategy, at: now });
    if (event.kind === 'trade') this.traded.add(event.symbol);
    if (event.kind === 'calm') this.calm = now;
    this.stage.happens(event);
  }

  /** Who has died is started again, some time later. */
  #supervise(): void {
    const { machine } = this.stage;
    this.#run = this.#run.filter(({ state }) => state === 'running');
    const wanted = this.#controllers === 'one' ? 1 : 2;
    const isQuick = this.calm !== null || this.#luck.once(3);
    if (this.#run.length >= wanted || !isQuick) return;
    const isFirst = this.#run.length === 0;
    if (isFirst) this.#run.push(machine.start(command('run')));
    else if (this.#controllers === 'two') this.#run.push(this.stage.startRival());
    else this.#run.push(machine.start(command('run', '--wait')));
  }
}

const FAULTS: ReadonlySet<Event['kind']> = new Set<Event['kind']>([
  'kill',
  'power',
  'pause',
  'disk',
  'clock',
  'broker',
]);
