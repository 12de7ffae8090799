/** What `hgctl simulate` is asked for, as it stands on the command line. */
import { parseMoney, type Money } from '../domain/decimal.ts';
import { dayNumber } from '../domain/days.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { CalendarDate } from '../domain/instant.ts';

export interface SimulateOptions {
  readonly from: string;
  readonly to: string;
  readonly data?: string;
  readonly seed?: string;
  readonly cash?: string;
}

export interface SimulationRequest {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
  /** Null: what the Account says, as of the following. */
  readonly data: 'csv' | 'synthetic' | null;
  readonly seed: number | null;
  readonly cash: Money | null;
}

/** Throws exit 3. */
export function readRequest({ from, to, data, seed, cash }: SimulateOptions): SimulationRequest {
  for (const [option, text] of [
    ['--from', from],
    ['--to', to],
  ] as const)
    if (Number.isNaN(dayNumber(text)))
      throw usage(`${option}: ${JSON.stringify(text)} is not a date`, 'write it as 2025-12-02');
  if (from > to) throw usage(`--from ${from} is after --to ${to}`, 'the first day comes first');
  return { from, to, data: dataOf(data), seed: seedOf(seed), cash: cashOf(cash) };
}

function dataOf(text: string | undefined): SimulationRequest['data'] {
  if (text === undefined) return null;
  if (text === 'csv' || text === 'synthetic') return text;
  throw usage(`--data: ${JSON.stringify(text)} is no source of prices`, 'one of: csv, synthetic');
}

function seedOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seed = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (seed !== undefined) return seed;
  throw usage(`--seed: ${JSON.stringify(text)} is no seed`, 'write a whole number of up to nine digits');
}

function cashOf(text: string | undefined): Money | null {
  if (text === undefined) return null;
  const cash = parseMoney(text);
  if (cash !== undefined && cash > 0) return cash;
  throw usage(`--cash: ${JSON.stringify(text)} is no amount`, 'write dollars above zero, as 100000.00');
}

function usage(message: string, hint: string): HgctlError {
  return new HgctlError(EXIT.usage, message, { hint });
}
