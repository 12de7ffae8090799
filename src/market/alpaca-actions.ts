/** Corporate actions that Alpaca knows: the question, page by page, and its answer as values of ours. */
import * as z from 'zod';
import type { Json } from '../domain/digest.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { BatchAnswer } from './alpaca-batches.ts';
import { askPages, type AlpacaQuestion } from './alpaca-questions.ts';
import { aroundDays } from './known-splits.ts';

/** Actions of one page; the most that there is. */
const PAGE = 1_000;
const TYPES = 'forward_split,reverse_split,stock_dividend,spin_off,name_change';

/** Of each symbol those that take effect in the span, by date; none is an answer. */
export async function askActions(
  asked: Pick<AlpacaQuestion, 'ask' | 'patience'>,
  symbols: readonly string[],
  span: DateSpan,
): Promise<BatchAnswer<readonly CorporateAction[]>> {
  // The question is about days of processing: those of taking effect may lie beside them.
  const { from, to } = aroundDays(span.from, span.to);
  const query = {
    symbols: symbols.join(','),
    types: TYPES,
    start: from,
    end: to,
    limit: String(PAGE),
    sort: 'asc',
  };
  const found = new Map<string, CorporateAction[]>(symbols.map((symbol) => [symbol, []]));
  const read = await askPages(asked, 'v1/corporate-actions', query, (json) => {
    const page = parseActions(json);
    for (const { symbol, action } of page?.actions ?? [])
      if (action.date >= span.from && action.date <= span.to) found.get(symbol)?.push(action);
    return page;
  });
  if (read.kind !== 'ok') return read;
  for (const actions of found.values()) actions.sort((a, b) => (a.date < b.date ? -1 : 1));
  return { kind: 'ok', rows: found };
}

const rate = z.number().positive();
const date = z.iso.date();
const split = z.object({ symbol: z.string(), ex_date: date, new_rate: rate, old_rate: rate });
const stockDividend = z.object({ symbol: z.string(), ex_date: date, rate });
const spinOff = z.object({ source_symbol: z.string(), new_symbol: z.string(), ex_date: date });
const nameChange = z.object({ old_symbol: z.string(), new_symbol: z.string(), process_date: date });
const page = z.object({
  corporate_actions: z.object({
    forward_splits: z.array(split).optional(),
    reverse_splits: z.array(split).optional(),
    stock_dividends: z.array(stockDividend).optional(),
    spin_offs: z.array(spinOff).optional(),
    name_changes: z.array(nameChange).optional(),
  }),
  next_page_token: z.string().min(1).nullable(),
});

interface Known {
  readonly symbol: string;
  readonly action: CorporateAction;
}

/** Null for what is no page of corporate actions. */
function parseActions(
  json: Json,
): { readonly actions: readonly Known[]; readonly next: string | null } | null {
  const { data } = page.safeParse(json);
  if (data === undefined) return null;
  const {
    forward_splits: forward = [],
    reverse_splits: reverse = [],
    stock_dividends: dividends = [],
    spin_offs: spinOffs = [],
    name_changes: changes = [],
  } = data.corporate_actions;
  const actions = [
    ...[...forward, ...reverse].map((row) => splitOf(row, { from: row.old_rate, to: row.new_rate })),
    // A dividend in shares of its own is a split by another name.
    ...dividends.map((row) => splitOf(row, { from: 1, to: 1 + row.rate })),
    ...spinOffs.map(({ source_symbol: symbol, new_symbol: company, ex_date: on }): Known => {
      return { symbol, action: { kind: 'spin-off', date: on, company } };
    }),
    ...changes.flatMap(changesOf),
  ];
  return { actions, next: data.next_page_token };
}

function splitOf(
  { symbol, ex_date: on }: { readonly symbol: string; readonly ex_date: string },
  ratio: { readonly from: number; readonly to: number },
): Known {
  return { symbol, action: { kind: 'split', date: on, ratio } };
}

/** Of both symbols; a company that changes its name and keeps its symbol changes nothing here. */
function changesOf({
  old_symbol: from,
  new_symbol: to,
  process_date: on,
}: z.output<typeof nameChange>): Known[] {
  if (from === to) return [];
  const action: CorporateAction = { kind: 'symbol-change', date: on, from, to };
  return [from, to].map((symbol) => ({ symbol, action }));
}
