/** Virtual time: what happens next, and nothing between. */
import { real } from './real.ts';

export interface Event {
  readonly id: number;
  at: number;
  readonly run: () => void;
}

export class Loop {
  /** ms. */
  now: number;
  #events: Event[] = [];
  #ids = 0;

  constructor(start: number) {
    this.now = start;
  }

  schedule(after: number, run: () => void): Event {
    const event = { id: (this.#ids += 1), at: this.now + Math.max(0, after), run };
    this.#insert(event);
    return event;
  }

  cancel(event: Event): void {
    this.#events = this.#events.filter(({ id }) => id !== event.id);
  }

  /** Until `isOver`, asked between two events; or until nothing is left to happen. Time stands at the last event. */
  async until(isOver: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (isOver()) return;
      const event = this.#events.shift();
      if (event === undefined) return;
      this.now = event.at;
      event.run();
    }
  }

  /** All that happens up to then; time stands there afterwards. */
  async passTo(moment: number): Promise<void> {
    await this.until(() => (this.#events[0]?.at ?? Infinity) > moment);
    this.now = Math.max(this.now, moment);
  }

  #insert(event: Event): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.at ?? Infinity) <= event.at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }
}

/** Everything that was promised and waits for nothing more has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => void real.setImmediate(resolve));
}
