/** The reversion table as a file: JSON that is checked when it is read, because people can edit files. */
import * as z from 'zod';
import { parseJson } from '../observed/json-text.ts';
import { REGIMES } from './omr-regime.ts';
import { BUCKET_NAMES, type ReversionTable } from './omr-table.ts';

export type TableText =
  | { readonly kind: 'table'; readonly table: ReversionTable }
  | { readonly kind: 'malformed'; readonly reason: string };

export function tableText(table: ReversionTable): string {
  return `${JSON.stringify(table, null, 2)}\n`;
}

export function parseTable(text: string): TableText {
  const json = parseJson(text);
  if (json.kind === 'invalid') return { kind: 'malformed', reason: json.message };
  const parsed = tableSchema().safeParse(json.value);
  if (parsed.success) return { kind: 'table', table: parsed.data };
  const [issue] = parsed.error.issues;
  return { kind: 'malformed', reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}

function tableSchema(): z.ZodType<ReversionTable> {
  const share = z.number().min(0).max(1);
  const count = z.int().min(0);
  const percentile = z.number();
  const date = z.iso.date();
  return z.strictObject({
    version: z.literal(1),
    trainedAt: z.string(),
    training: z.strictObject({
      firstDate: date,
      lastDate: date,
      prices: z.strictObject({ source: z.string(), invented: z.boolean() }).optional(),
      rows: count,
      symbols: z.array(
        z.strictObject({
          symbol: z.string(),
          rows: count,
          leftOut: z.strictObject({ noRegime: count, noNextSession: count, noPrice: count }),
        }),
      ),
      parameters: z.strictObject({
        rowsNeeded: count,
        win: z.number(),
        spyCloses: count,
        vixCloses: count,
      }),
    }),
    cells: z.array(
      z.strictObject({
        symbol: z.string(),
        regime: z.enum(REGIMES),
        bucket: z.enum(BUCKET_NAMES),
        n: count,
        winRateLong: share,
        winRateShort: share,
        mean: z.number(),
        standardDeviation: z.number().min(0),
        sharpe: z.number(),
        confidence: share,
        percentiles: z.strictObject({
          p5: percentile,
          p25: percentile,
          p50: percentile,
          p75: percentile,
          p95: percentile,
        }),
      }),
    ),
  });
}
