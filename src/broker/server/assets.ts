/** Assets: every symbol that has a price can be traded. */
import { compareText, isSymbol } from '../../domain/names.ts';
import { formatPercent, WHOLE, type Ratio } from '../../domain/decimal.ts';
import { INDEX_SYMBOLS } from '../../market/index-symbols.ts';
import { assetView } from '../simulated-account.ts';
import { allowedBy } from '../simulated-configuration.ts';
import type { SimulatedSettings } from '../simulated-state.ts';
import { notFound, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { assetId } from './ids.ts';
import type { ApiRequest } from './request.ts';

/** Every asset is listed at one exchange: prices know of none. */
export const EXCHANGE = 'NASDAQ';

/** What Alpaca asks to be covered of ordinary symbols. */
export const USUAL_REQUIREMENT = 300_000 as Ratio;

/** Of a symbol or the id of a symbol that is known here; null for any other id. */
export function symbolOf(desk: Desk, symbolOrId: string): string | null {
  if (isSymbol(symbolOrId)) return symbolOrId;
  if (!/^[0-9a-f-]{36}$/.test(symbolOrId)) return null;
  return knownSymbols(desk).find((symbol) => assetId(symbol) === symbolOrId) ?? null;
}

function knownSymbols(desk: Desk): readonly string[] {
  const { positions, orders, changes } = desk.read();
  const symbols = new Set([...desk.symbols, ...positions.keys()]);
  for (const { symbol } of orders) symbols.add(symbol);
  for (const change of changes ?? [])
    if (change.kind === 'rename' && symbols.delete(change.from)) symbols.add(change.to);
  return [...symbols].sort(compareText);
}

export function listAssets(desk: Desk, { query }: ApiRequest): Answer {
  const isNone = (name: string, value: string): boolean => (query.get(name) || value) !== value;
  const isOther =
    isNone('status', 'active') || isNone('asset_class', 'us_equity') || isNone('exchange', EXCHANGE);
  if (isOther || (query.get('attributes') ?? '') !== '') return ok([]);
  return ok(knownSymbols(desk).map((symbol) => assetJson(desk, symbol)));
}

export async function oneAsset(desk: Desk, { parameters }: ApiRequest): Promise<Answer> {
  const asked = parameters['symbol'] ?? '';
  const symbol = symbolOf(desk, asked);
  if (symbol === null || INDEX_SYMBOLS.has(symbol) || !(await isTraded(desk, symbol)))
    throw notFound(`asset not found for ${asked}`);
  return ok(assetJson(desk, symbol));
}

async function isTraded(desk: Desk, symbol: string): Promise<boolean> {
  const state = await desk.priced([symbol]);
  return state.positions.has(symbol) || desk.venue.priceAt(symbol, state.time) !== undefined;
}

function assetJson(desk: Desk, symbol: string): Readonly<Record<string, unknown>> {
  const settings = allowedBy(desk.read(), desk.settings);
  const requirement = requirementOf(settings, symbol);
  const isHard = settings.shorting?.hardToBorrow.includes(symbol) === true;
  return {
    id: assetId(symbol),
    class: 'us_equity',
    exchange: EXCHANGE,
    symbol,
    name: `${symbol} (simulated)`,
    status: 'active',
    tradable: true,
    marginable: settings.multiplier > WHOLE,
    maintenance_margin_requirement: Number(requirement),
    margin_requirement_long: requirement,
    margin_requirement_short: requirement,
    shortable: assetView(settings, symbol).notShortable === null,
    // Only in the example of the document, and on its way out: answers have it still.
    easy_to_borrow: !isHard,
    borrow_status: isHard ? 'hard_to_borrow' : 'easy_to_borrow',
    fractionable: settings.notFractionable?.includes(symbol) !== true,
    cusip: null,
    attributes: [],
  };
}

/** `30`: a percentage without its sign, as Alpaca writes it. */
function requirementOf({ marginRequirements }: SimulatedSettings, symbol: string): string {
  return formatPercent(marginRequirements?.[symbol] ?? USUAL_REQUIREMENT).slice(0, -1);
}
