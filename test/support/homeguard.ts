/** An installation of the original as its users have it, in parts that a test changes. */
import type { Project } from './project.ts';

/** File below the root to its text; null leaves the file out. */
export type Installation = Readonly<Record<string, string | null>>;

export const TOGGLE = 'config/trading/strategy_toggle.yaml';
export const STATE = 'data/trading/strategy_positions.json';
export const OMR = 'config/trading/omr_trading_config.yaml';
export const MP = 'config/trading/momentum_trading_config.yaml';
export const BROKER = 'config/broker_alpaca.yaml';
export const LIST = 'backtest_lists/sp500-2025.csv';

export interface Lot {
  readonly qty: number;
  readonly entry_price?: number;
}

/** `parts` go over those of the document. */
export function stateText(
  lots: Readonly<Record<string, Readonly<Record<string, Lot>>>>,
  parts: object = {},
): string {
  const strategies = Object.entries(lots).map(([name, positions]) => [
    name,
    {
      positions: Object.fromEntries(
        Object.entries(positions).map(([symbol, lot]) => [
          symbol,
          { entry_price: 45.2, entry_time: '2025-12-01T15:50:00.123456-05:00', order_id: null, ...lot },
        ]),
      ),
      last_execution: null,
    },
  ]);
  return JSON.stringify({
    version: 1,
    last_updated: '2025-12-02T09:31:30.654321-05:00',
    execution_lock: null,
    strategies: Object.fromEntries(strategies) as object,
    ...parts,
  });
}

export const FULL: Installation = {
  [TOGGLE]: `last_modified: '2025-12-01T15:55:00.123456-05:00'
modified_by: api
strategies:
  mp: {enabled: false, shutdown_requested: false}
  omr: {enabled: true}
  pairs: {enabled: false}
`,
  [STATE]: stateText({ omr: { TQQQ: { qty: 50 } }, mp: { PLTR: { qty: 100, entry_price: 65 } } }),
  [OMR]: `strategy:
  name: omr
  symbols: [TQQQ, SOXL, UPRO]
  min_win_rate: 0.58
  min_expected_return: 0.002
  max_concurrent_positions: 3
  position_size_pct: 0.15
  max_total_exposure_pct: 0.40
  stop_loss_pct: -0.02
  entry_time: "15:45:00"
  exit_time: "09:31:00"
risk: {max_daily_loss_pct: 0.05, max_order_value: 50000, max_orders_per_day: 50}
`,
  [MP]: `strategy: {rebalance_time: "15:55:00", top_n: 10, position_size_pct: 0.10, vix_threshold: 25}
risk: {max_total_drawdown_pct: 0.20, vix_halt_threshold: 40}
`,
  [BROKER]: `broker:
  type: alpaca
  api_key: "\${ALPACA_API_KEY}"
  secret_key: "PKLITERALSECRET"
  paper: true
  data_feed: sip
  max_requests_per_minute: 180
`,
  'config/data_providers.yaml': 'data_providers: {providers: [alpaca, yfinance], alpaca: {feed: iex}}\n',
  'config/trading/omr_position_configs.yaml':
    'conservative: {max_concurrent_positions: 3, position_size_pct: 0.15}\n',
  [LIST]: 'Ranking,Company Name,Symbol\n1,Apple,AAPL\n2,Palantir,PLTR\n3,"Berkshire, B",BRK.B\n',
};

/** Below `homeguard/` of the project. */
export function install(mine: Project, ...parts: readonly Installation[]): void {
  const files = parts.reduce((all, part) => ({ ...all, ...part }), {});
  for (const [name, text] of Object.entries(files)) if (text !== null) mine.write(`homeguard/${name}`, text);
}
