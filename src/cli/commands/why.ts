/** `hgctl why STRATEGY SYMBOL`: the recorded decision behind an order, or behind none. Reads the journal alone. */
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dayNumber } from '../../domain/days.ts';
import { followJournal } from '../../store/journal-tail.ts';
import { dataPlaces } from '../data-places.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { explain, explanationText, type Question } from '../views/why.ts';

export interface WhyOptions extends GlobalOptions {
  readonly date?: string;
  readonly output: string;
}

export function runWhy(
  io: Io,
  { strategy, symbol }: Pick<Question, 'strategy' | 'symbol'>,
  options: WhyOptions,
): ExitCode {
  const format = parseTextOrJson(options.output);
  const date = dateOption(options.date);
  const records = followJournal(dataPlaces(io, options).journal).next();
  const found = explain(records, { strategy, symbol, date });
  if (found === null) throw nothingRecorded(strategy, date);
  if (format === 'json') io.stdout(renderJson(found));
  else io.stdout(`${explanationText(found).split('\n').map(printable).join('\n')}\n`);
  return EXIT.done;
}

function dateOption(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!Number.isNaN(dayNumber(text))) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is not a date`, {
    hint: 'write it as 2025-12-02',
  });
}

function nothingRecorded(strategy: string, date: string | null): HgctlError {
  const when = date === null ? '' : ` of ${date}`;
  return new HgctlError(EXIT.notFound, `the journal has no decision${when} of a signal of ${strategy}`, {
    hint: "decisions are recorded when a slot begins, or with orders; those of 'fixed' stand in the manifest: see hgctl plan",
  });
}
