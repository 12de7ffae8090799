/** Bodies as the trading API sends them: every figure is text, null is spelled out, times have nanoseconds. */

export const ACCOUNT = {
  id: '1d5493c9-ea39-4377-aa94-340734c368ae',
  account_number: 'PA3TESTACCT1',
  status: 'ACTIVE',
  crypto_status: 'ACTIVE',
  currency: 'USD',
  buying_power: '400002',
  cash: '-12.34',
  equity: '100000.5',
  last_equity: '100000',
  multiplier: '4',
  shorting_enabled: true,
  account_blocked: false,
  trading_blocked: false,
  trade_suspended_by_user: false,
  transfers_blocked: false,
  maintenance_margin: '0',
  created_at: '2025-01-02T14:00:00.123456Z',
  something_new: { of: ['tomorrow'] },
};

export const POSITION = {
  asset_id: '904837e3-3b76-47ec-b432-046db621571b',
  symbol: 'BRK.B',
  exchange: 'NYSE',
  asset_class: 'us_equity',
  qty: '1.500000001',
  qty_available: '1',
  side: 'long',
  avg_entry_price: '345.6666666666666667',
  current_price: '350.12',
  market_value: '525.18',
  unrealized_plpc: '0.0128857280617164',
};

export const ORDER = {
  id: '61e69015-8549-4bfd-b9c3-01e75843f47d',
  client_order_id: 'hg-core-20251202-plan-AAAAAAAAAAAAAAAA',
  created_at: '2025-12-02T15:55:00.100999999Z',
  updated_at: '2025-12-02T15:55:01.999999999Z',
  submitted_at: '2025-12-02T15:55:00.123456789Z',
  filled_at: null,
  expired_at: null,
  canceled_at: null,
  failed_at: null,
  replaced_at: null,
  replaced_by: null,
  replaces: null,
  asset_id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415',
  symbol: 'AAPL',
  asset_class: 'us_equity',
  notional: null,
  qty: '10',
  filled_qty: '4',
  filled_avg_price: '230.3333333333',
  order_class: '',
  order_type: 'market',
  type: 'market',
  side: 'buy',
  position_intent: 'buy_to_open',
  time_in_force: 'day',
  limit_price: null,
  stop_price: null,
  status: 'partially_filled',
  extended_hours: false,
  legs: null,
};

export const FILL = {
  id: '20251202155501999::8efc7b9a-8b2b-4000-9955-d36e7db0df74',
  activity_type: 'FILL',
  transaction_time: '2025-12-02T20:55:01.999123456Z',
  type: 'partial_fill',
  price: '230.33',
  qty: '4',
  side: 'buy',
  symbol: 'AAPL',
  leaves_qty: '6',
  order_id: '61e69015-8549-4bfd-b9c3-01e75843f47d',
  cum_qty: '4',
  order_status: 'partially_filled',
};

export const ASSET = {
  id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415',
  class: 'us_equity',
  exchange: 'NASDAQ',
  symbol: 'AAPL',
  name: 'Apple Inc. Common Stock',
  status: 'active',
  tradable: true,
  marginable: true,
  shortable: true,
  borrow_status: 'easy_to_borrow',
  easy_to_borrow: true,
  fractionable: true,
  margin_requirement_long: '30',
  margin_requirement_short: '75.5',
  attributes: [],
};

/** Within the session of the day. */
export const CLOCK = {
  timestamp: '2025-12-02T15:55:00.123456789-05:00',
  is_open: true,
  next_open: '2025-12-03T09:30:00-05:00',
  next_close: '2025-12-02T16:00:00-05:00',
};

export const DAY = {
  date: '2025-12-02',
  open: '09:30',
  close: '16:00',
  session_open: '0400',
  session_close: '2000',
  settlement_date: '2025-12-03',
};
