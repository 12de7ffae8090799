/** How far a simulation has come, and when it will be done: on a terminal in one line, else a line every ten percent. */
import type { Io } from './io.ts';

const STEP = 10;
/** ms between two looks of a terminal line. */
const REDRAW = 100;
const CLEAR = '\r\u001b[K';

/** `now`: ms of real time. */
export function simulationProgress(
  io: Io,
  now = (): number => performance.now(),
): (done: number, total: number) => void {
  const started = now();
  let drawn = Number.NEGATIVE_INFINITY;
  let said = 0;
  return (done, total) => {
    if (done === 0) return;
    const passed = now() - started;
    const percent = Math.floor((100 * done) / total);
    const left = Math.ceil(((passed / done) * (total - done)) / 1_000);
    const line = `${String(percent)} %, ${String(done)} of ${String(total)} sessions, ${String(left)} s left`;
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
