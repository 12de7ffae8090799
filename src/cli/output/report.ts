/** The running account of an execution, in the original's form: `[MP] Lock acquired`, `[!] [MP] Shutdown requested`. */
import type { Report } from '../../reconciler/ports.ts';
import { printable } from './printable.ts';

export function lineReport(write: (line: string) => void): Report {
  const line = (mark: string, strategy: string, message: string): void => {
    write(`${mark}[${printable(strategy.toUpperCase())}] ${printable(message)}\n`);
  };
  return {
    info: (strategy, message) => line('', strategy, message),
    warn: (strategy, message) => line('[!] ', strategy, message),
    error: (strategy, message) => line('[-] ', strategy, message),
  };
}
