/** Alpaca's market data API as a test scripts it: pages over all symbols in their order, as the real one makes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from './http-server.ts';

export interface AlpacaData {
  /** Date, open, close. */
  readonly bars?: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
  /** Time and price of the last trade, bid, ask. */
  readonly snapshots?: Readonly<Record<string, readonly [string, number, number, number] | null>>;
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
  const all = [...symbols]
    .sort()
    .flatMap((symbol) =>
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
