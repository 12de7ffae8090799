/** How far a long command has come, and when it will be done: on a terminal in one line, else a line every ten percent. */
import type { Io } from './io.ts';

const STEP = 10;
/** ms between two looks of a terminal line. */
const REDRAW = 100;
const CLEAR = '\r\u001b[K';

export interface ProgressOptions {
  /** ms; what is done by then needs no progress. */
  readonly after?: number;
  /** ms of real time. */
  readonly now?: () => number;
}

/** `unit`: what is counted, in the plural. */
export function progress(
  io: Io,
  unit: string,
  { after = 0, now = (): number => performance.now() }: ProgressOptions = {},
): (done: number, total: number) => void {
  const started = now();
  let drawn = Number.NEGATIVE_INFINITY;
  let said = 0;
  return (done, total) => {
    if (done === 0) return;
    const passed = now() - started;
    if (passed < after) return;
    const percent = Math.floor((100 * done) / total);
    const left = Math.ceil(((passed / done) * (total - done)) / 1_000);
    const line = `${String(percent)} %, ${String(done)} of ${String(total)} ${unit}, ${String(left)} s left`;
    if (io.isInteractive) {
      const isOver = done === total;
      if (isOver) io.stderr(CLEAR);
      else if (passed - drawn >= REDRAW) {
        drawn = passed;
        io.stderr(`${CLEAR}${line}`);
      }
      return;
    }
    if (percent < said + STEP) return;
    said = percent - (percent % STEP);
    io.stderr(`${line}\n`);
  };
}
