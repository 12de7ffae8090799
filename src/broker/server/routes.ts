/** Every route of the protocol that is served, by its method and its path. */
import { changeConfiguration, showAccount, showConfiguration } from './account-routes.ts';
import { activitiesOfType, listActivities } from './activity-routes.ts';
import { listAssets, oneAsset } from './assets.ts';
import { listBars, listBarsOfOne } from './bar-routes.ts';
import { listCorporateActions } from './corporate-action-routes.ts';
import { portfolioHistory } from './history-routes.ts';
import {
  cancelAll,
  cancelOne,
  listOrders,
  orderByClientId,
  orderById,
  postOrder,
  replaceOrder,
} from './order-routes.ts';
import { closeAllPositions, closePosition, listPositions, onePosition } from './position-routes.ts';
import {
  latestBar,
  latestBars,
  latestQuote,
  latestQuotes,
  latestTrade,
  latestTrades,
  snapshotOfOne,
  snapshotsOfMany,
} from './quote-routes.ts';
import type { Handler } from './request.ts';
import { listDays, listMarketDays, showClock, showClocks } from './time-routes.ts';

const TRADING = {
  'GET /v2/account': showAccount,
  'GET /v2/account/configurations': showConfiguration,
  'PATCH /v2/account/configurations': changeConfiguration,
  'GET /v2/account/activities': listActivities,
  'GET /v2/account/activities/{type}': activitiesOfType,
  'GET /v2/account/portfolio/history': portfolioHistory,
  'GET /v2/positions': listPositions,
  'GET /v2/positions/{symbol}': onePosition,
  'DELETE /v2/positions': closeAllPositions,
  'DELETE /v2/positions/{symbol}': closePosition,
  'POST /v2/orders': postOrder,
  'GET /v2/orders': listOrders,
  'GET /v2/orders/{id}': orderById,
  'GET /v2/orders:by_client_order_id': orderByClientId,
  'DELETE /v2/orders/{id}': cancelOne,
  'DELETE /v2/orders': cancelAll,
  'PATCH /v2/orders/{id}': replaceOrder,
  'GET /v2/clock': showClock,
  'GET /v3/clock': showClocks,
  'GET /v2/calendar': listDays,
  'GET /v3/calendar/{market}': listMarketDays,
  'GET /v2/assets': listAssets,
  'GET /v2/assets/{symbol}': oneAsset,
} as const satisfies Readonly<Record<string, Handler>>;

const DATA = {
  'GET /v2/stocks/bars': listBars,
  'GET /v2/stocks/bars/latest': latestBars,
  'GET /v2/stocks/quotes/latest': latestQuotes,
  'GET /v2/stocks/trades/latest': latestTrades,
  'GET /v2/stocks/snapshots': snapshotsOfMany,
  'GET /v2/stocks/{symbol}/bars': listBarsOfOne,
  'GET /v2/stocks/{symbol}/bars/latest': latestBar,
  'GET /v2/stocks/{symbol}/quotes/latest': latestQuote,
  'GET /v2/stocks/{symbol}/trades/latest': latestTrade,
  'GET /v2/stocks/{symbol}/snapshot': snapshotOfOne,
  'GET /v1/corporate-actions': listCorporateActions,
} as const satisfies Readonly<Record<string, Handler>>;

export type RouteName = keyof typeof TRADING | keyof typeof DATA;

export interface Route {
  readonly name: RouteName;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly api: 'trading' | 'data';
  readonly handle: Handler;
}

export const ROUTES: readonly Route[] = [...routesOf(TRADING, 'trading'), ...routesOf(DATA, 'data')];

export const ROUTE_NAMES = ROUTES.map(({ name }) => name) as readonly RouteName[];

function routesOf(table: Readonly<Record<string, Handler>>, api: Route['api']): Route[] {
  return Object.entries(table).map(([name, handle]) => {
    const [method = '', path = ''] = name.split(' ');
    return { name: name as RouteName, method, path, api, handle };
  });
}
