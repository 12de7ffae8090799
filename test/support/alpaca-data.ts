/** Alpaca's market data API as a test scripts it: pages over all symbols in their order, as the real one makes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from './http-server.ts';

export interface AlpacaData {
  /** Date, open, close. */
  readonly bars?: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
  /** Time and price of the last trade, bid, ask. */
  readonly snapshots?: Readonly<Record<string, readonly [string, number, number, number] | null>>;
  /** Date, and of how many old shares how many new ones. */
  readonly splits?: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
  /** Refused, with the whole request that names one. */
  readonly invalid?: readonly string[];
  /** Rows of a page. */
  readonly page?: number;
}

export function alpacaData(data: AlpacaData): Handler {
  return (request, response) => {
    const query = queryOf(request);
    const symbols = (query.get('symbols') ?? '').split(',');
    const refused = data.invalid?.find((symbol) => symbols.includes(symbol));
    if (refused !== undefined)
      return json(response, { message: `code=400, message=invalid symbol: ${refused}` }, 400);
    if (request.url?.startsWith('/v2/stocks/snapshots')) return json(response, snapshotsOf(data, symbols));
    if (request.url?.startsWith('/v1/corporate-actions'))
      return json(response, actionsOf(data, symbols, query));
    return json(response, pageOf(data, symbols, query));
  };
}

export function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URL(url ?? '', 'http://localhost').searchParams;
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function pageOf(
  { bars = {}, page = 1_000 }: AlpacaData,
  symbols: readonly string[],
  query: URLSearchParams,
): object {
  const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')];
  const all = [...symbols].sort().flatMap((symbol) =>
    (bars[symbol] ?? [])
      .map(([date, o, c]) => ({
        symbol,
        row: { t: midnight(date), o, h: o, l: c, c, v: 1_000, n: 10, vw: c },
      }))
      .filter(({ row }) => Date.parse(row.t) >= from && Date.parse(row.t) <= to),
  );
  const start = Number(query.get('page_token') ?? 0);
  const rows = all.slice(start, start + page);
  const bySymbol: Record<string, object[]> = {};
  for (const { symbol, row } of rows) (bySymbol[symbol] ??= []).push(row);
  const next = start + page < all.length ? String(start + page) : null;
  return { bars: bySymbol, next_page_token: next };
}

/** In New York; the tests stay in winter. */
function midnight(date: string): string {
  return `${date}T05:00:00Z`;
}

function snapshotsOf({ snapshots = {} }: AlpacaData, symbols: readonly string[]): object {
  const known = symbols.filter((symbol) => snapshots[symbol] !== undefined);
  return Object.fromEntries(
    known.map((symbol) => {
      const [t, p, bp, ap] = snapshots[symbol] ?? [];
      return [symbol, t === undefined ? null : { latestTrade: { t, p, x: 'V' }, latestQuote: { t, bp, ap } }];
    }),
  );
}

/** A page of one split each. */
function actionsOf({ splits = {} }: AlpacaData, symbols: readonly string[], query: URLSearchParams): object {
  const [from, to] = [query.get('start') ?? '', query.get('end') ?? ''];
  const all = symbols
    .flatMap((symbol) =>
      (splits[symbol] ?? []).map(([date, before, after]) => ({ symbol, date, before, after })),
    )
    .filter(({ date }) => date >= from && date <= to);
  const at = Number(query.get('page_token') ?? 0);
  const [split] = all.slice(at);
  const action = split && {
    symbol: split.symbol,
    ex_date: split.date,
    old_rate: split.before,
    new_rate: split.after,
  };
  const name = (action?.new_rate ?? 0) > (action?.old_rate ?? 0) ? 'forward_splits' : 'reverse_splits';
  return {
    corporate_actions: action === undefined ? {} : { [name]: [action] },
    next_page_token: at + 1 < all.length ? String(at + 1) : null,
  };
}
