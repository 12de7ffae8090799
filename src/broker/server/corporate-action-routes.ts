/** Splits, spin-offs and changes of symbols, as far as the prices know of any. */
import { dayNumber } from '../../domain/days.ts';
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import { compareText } from '../../domain/names.ts';
import type { CorporateAction } from '../../observed/corporate-action.ts';
import type { DateSpan } from '../../reconciler/ports.ts';
import { drawUuid } from '../simulated-chance.ts';
import { badQuestion, ok, type Answer } from './answer.ts';
import { symbolsAsked } from './bar-routes.ts';
import { isFalling } from './data-query.ts';
import type { Desk } from './desk.ts';
import { count, list, oneOf, someOf } from './query.ts';
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

/** Those of Alpaca, of which most never happen here. */
const TYPES = [
  'reverse_split',
  'forward_split',
  'unit_split',
  'cash_dividend',
  'stock_dividend',
  'spin_off',
  'cash_merger',
  'stock_merger',
  'stock_and_cash_merger',
  'redemption',
  'name_change',
  'worthless_removal',
  'rights_distribution',
  'partial_call',
  'reorganization',
  'capital_gains_distribution',
] as const;

export async function listCorporateActions(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  const limit = count(query, 'limit', LIMIT, badQuestion);
  const rows = await rowsAsked(desk, query);
  if (isFalling(query)) rows.reverse();
  const start = startOf(query, rows.length);
  const actions: Record<string, unknown[]> = {};
  for (const { kind, body } of rows.slice(start, start + limit)) (actions[`${kind}s`] ??= []).push(body);
  const next = start + limit < rows.length ? String(start + limit) : null;
  return ok({ corporate_actions: actions, next_page_token: next });
}

const FILTERS = ['symbols', 'cusips', 'types', 'start', 'end', 'region', 'data_quality'];

/** Oldest first. */
async function rowsAsked(desk: Desk, query: URLSearchParams): Promise<Row[]> {
  const ids = list(query, 'ids');
  const others = FILTERS.filter((name) => (query.get(name) ?? '') !== '');
  if (ids !== null && others.length > 0) throw badQuestion(`ids and ${others.join(', ')} exclude each other`);
  const types = someOf(query, 'types', TYPES, badQuestion);
  const isElsewhere = oneOf(query, 'region', ['us', 'non_us', 'all'], badQuestion) === 'non_us';
  oneOf(query, 'data_quality', ['complete', 'all'], badQuestion);
  const cusips = list(query, 'cusips');
  if (isElsewhere || (cusips !== null && !cusips.includes(CUSIP))) return [];
  const symbols = (query.get('symbols') ?? '') === '' ? desk.symbols : symbolsAsked(query);
  const asked = spanOf(dateOf(desk.read().time), query);
  const found = await desk.market.actions(symbols, ids === null ? asked : EVER);
  return distinct([...found].flatMap(([symbol, actions]) => actions.map((action) => rowOf(symbol, action))))
    .filter(
      ({ kind, body }) => (types?.includes(kind) ?? true) && (ids?.includes(String(body['id'])) ?? true),
    )
    .sort((a, b) => compareText(a.date, b.date));
}

const EVER: DateSpan = { from: '1970-01-01', to: '2099-12-31' };

function spanOf(now: CalendarDate, query: URLSearchParams): DateSpan {
  const span = { from: dateIn(query, 'start') ?? now, to: dateIn(query, 'end') ?? now };
  if (span.from > span.to) throw badQuestion('end should not be before start');
  return span;
}

function startOf(query: URLSearchParams, count: number): number {
  const token = query.get('page_token') ?? '';
  if (token === '') return 0;
  if (!/^\d{1,9}$/.test(token) || Number(token) > count) throw badQuestion('invalid page_token');
  return Number(token);
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
