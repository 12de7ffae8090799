/** In the place of `node:timers/promises`. */
import { currentProcess, later } from '../process.ts';

export function setTimeout<Value>(after = 0, value?: Value): Promise<Value | undefined> {
  const process = currentProcess();
  return new Promise((resolve) => void later(process, after, () => resolve(value)));
}
