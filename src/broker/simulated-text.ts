/** What reading and changing the file of a simulated account have in common: its text, and what can go wrong. */
import { formatChain } from '../domain/errors.ts';
import { readRegularFile } from '../market/regular-file.ts';
import { BrokerUnavailable } from '../reconciler/ports.ts';
import { parseDocument } from './simulated-document.ts';
import type { SimulatedState } from './simulated-state.ts';

/** The file was replaced, but the system did not confirm that the replacement is durable. */
export class WriteUndecided extends Error {
  override readonly name = 'WriteUndecided';
}

/** Null when there is no such file. */
export function readText(file: string): string | null {
  try {
    return readRegularFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unavailable(`cannot read ${file}`, error);
  }
}

/** A file that cannot be understood is never taken for an empty account. */
export function decode(file: string, text: string | null): SimulatedState | null {
  if (text === null) return null;
  try {
    return parseDocument(text);
  } catch (error) {
    throw unavailable(`${file} is not a simulated account`, error);
  }
}

/** The reason is in the message: a snapshot keeps only that. */
export function unavailable(message: string, cause: unknown): BrokerUnavailable {
  return new BrokerUnavailable(`${message}: ${formatChain(cause)}`);
}
