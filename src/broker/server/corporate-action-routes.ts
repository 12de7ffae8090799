/** Splits, spin-offs and changes of symbols, as far as the prices know of any. */
import { dayNumber } from '../../domain/days.ts';
import { dateOf } from '../../domain/instant.ts';
import type { CorporateAction } from '../../observed/corporate-action.ts';
import { drawUuid } from '../simulated-chance.ts';
import { badQuestion, ok, type Answer } from './answer.ts';
import { symbolsAsked } from './bar-routes.ts';
import type { Desk } from './desk.ts';
import { count, list } from './query.ts';
import type { ApiRequest } from './request.ts';

const LIMIT = { otherwise: 100, most: 1_000 };
/** Of no security: the prices do not tell one. */
const CUSIP = '000000000';

type Kind = 'forward_split' | 'reverse_split' | 'spin_off' | 'name_change';

interface Row {
  readonly kind: Kind;
  readonly date: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function listCorporateActions(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  const now = dateOf(desk.read().time);
  const span = { from: dateIn(query, 'start') ?? now, to: dateIn(query, 'end') ?? now };
  const types = list(query, 'types');
  const limit = count(query, 'limit', LIMIT, badQuestion);
  const symbols = query.has('symbols') ? symbolsAsked(query) : desk.symbols;
  const found = await desk.market.actions(symbols, span);
  const rows = distinct(
    [...found].flatMap(([symbol, actions]) => actions.map((action) => rowOf(symbol, action))),
  )
    .filter(({ kind }) => types === null || types.includes(kind))
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  if (query.get('sort') === 'desc') rows.reverse();
  const start = Number(query.get('page_token') ?? 0) || 0;
  const actions: Record<string, unknown[]> = {};
  for (const { kind, body } of rows.slice(start, start + limit)) (actions[`${kind}s`] ??= []).push(body);
  const next = start + limit < rows.length ? String(start + limit) : null;
  return ok({ corporate_actions: actions, next_page_token: next });
}

function dateIn(query: URLSearchParams, name: string): string | null {
  const given = query.get(name);
  if (given === null || given === '') return null;
  if (!Number.isNaN(dayNumber(given))) return given;
  throw badQuestion(`invalid ${name}: ${given}`);
}

/** A change of the symbol is of two symbols, and one row. */
function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.body['id'], row])).values()];
}

function rowOf(symbol: string, action: CorporateAction): Row {
  const { date } = action;
  const subject = action.kind === 'symbol-change' ? action.from : symbol;
  const common = { id: drawUuid(0, `${subject} ${date} ${action.kind}`, 'action'), process_date: date };
  switch (action.kind) {
    case 'split': {
      const { from, to } = action.ratio;
      const rates = { ...common, symbol, ex_date: date, old_rate: from, new_rate: to };
      return to > from
        ? { kind: 'forward_split', date, body: { ...rates, cusip: CUSIP } }
        : { kind: 'reverse_split', date, body: { ...rates, old_cusip: CUSIP, new_cusip: CUSIP } };
    }
    case 'spin-off': {
      const body = {
        ...common,
        source_symbol: symbol,
        new_symbol: action.company ?? '',
        ex_date: date,
        source_rate: 1,
        new_rate: 1,
        source_cusip: CUSIP,
        new_cusip: CUSIP,
      };
      return { kind: 'spin_off', date, body };
    }
    case 'symbol-change': {
      const names = { old_symbol: action.from, new_symbol: action.to, old_cusip: CUSIP, new_cusip: CUSIP };
      return { kind: 'name_change', date, body: { ...common, ...names } };
    }
  }
}
