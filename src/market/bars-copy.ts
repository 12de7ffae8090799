/** Daily bars of many symbols as they are kept on disk. Pure. */
import * as z from 'zod';
import { sha256 } from '../domain/digest.ts';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import { parseJson } from '../observed/json-text.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { DateSpan } from '../reconciler/ports.ts';

/** The whole answer to one question about sessions that had ended. */
export interface KeptBars {
  readonly fetchedAt: Instant;
  readonly span: DateSpan;
  /** By symbol; empty where it has none in the span. */
  readonly bars: ReadonlyMap<string, readonly DailyBar[]>;
}

const document = z.object({
  version: z.literal(1),
  question: z.string(),
  fetchedAt: z.string(),
  span: z.object({ from: z.string(), to: z.string() }),
  digest: z.string(),
  text: z.string(),
});

const price = z.number().positive();
/** Date, open, close, and the volume where it is known. */
const row = z.tuple([z.string(), price, price, z.number().nonnegative().nullable()]);
const series = z.array(z.tuple([z.string(), z.array(row)]));

/** `question`: what else the answer depends on. */
export function formatKept({ fetchedAt, span, bars }: KeptBars, question: string): string {
  const rows = [...bars].map(([symbol, found]) => [
    symbol,
    found.map(({ date, open, close, volume = null }) => [date, open, close, volume]),
  ]);
  const text = JSON.stringify(rows);
  const kept = {
    version: 1,
    question,
    fetchedAt: formatInstant(fetchedAt),
    span,
    digest: sha256(text),
    text,
  };
  return `${JSON.stringify(kept)}\n`;
}

/** Or why it is no good: a cut file, another text than was written, or the answer to another question. */
export function parseKept(written: string, question: string): KeptBars | string {
  const json = parseJson(written);
  const { data } = document.safeParse(json.kind === 'ok' ? json.value : null);
  if (data === undefined) return 'it is not what was written there';
  const { digest, text, fetchedAt, span } = data;
  if (digest !== sha256(text)) return 'its text was changed';
  if (data.question !== question) return 'it answers another question';
  const parsed = parseJson(text);
  const rows = series.safeParse(parsed.kind === 'ok' ? parsed.value : null).data;
  const at = parseInstant(fetchedAt);
  if (rows === undefined || at === undefined) return 'it is not what was written there';
  return { fetchedAt: at, span, bars: new Map(rows.map(([symbol, found]) => [symbol, found.map(barOf)])) };
}

function barOf([date, open, close, volume]: z.output<typeof row>): DailyBar {
  return { date, open, close, ...(volume !== null && { volume }) };
}
