/**
 * The shapes of Alpaca's answers, stated by us from its published OpenAPI documents: trading API 2.0.1, market data API 1.1,
 * as they stood in alpacahq/alpaca-trade-api-js at 274c188 (SDK 4.0.2, September 2026), read once more and field by field
 * in November 2026. Fields, nullability, formats and enumerations are those of the documents, and a field that is theirs is
 * asked for also where they let it be left out, if the server has it. A field that they do not name is an error here, but
 * for those that their examples have: `subtag` and `source` of orders, `easy_to_borrow` of assets. Where they say only
 * "string", what is recorded of paper accounts is asked for: decimal text, and RFC 3339 times with nanoseconds.
 */
import * as z from 'zod';

const decimal = z.string().regex(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
const utc = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
const local = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{9})?-0[45]:00$/);
const uuid = z.uuid();
const date = z.iso.date();
const symbol = z.string().min(1);
const level = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);

const ACCOUNT_STATUS = [
  'INACTIVE',
  'PAPER_ONLY',
  'ONBOARDING',
  'SUBMISSION_FAILED',
  'SUBMITTED',
  'ACCOUNT_UPDATED',
  'APPROVAL_PENDING',
  'ACTIVE',
  'REJECTED',
  'ACCOUNT_CLOSED',
  'APPROVED',
  'ACCOUNT_CLOSED_PENDING',
  'ACTION_REQUIRED',
  'LIMITED',
] as const;
const ORDER_STATUS = [
  'new',
  'partially_filled',
  'filled',
  'done_for_day',
  'canceled',
  'expired',
  'replaced',
  'pending_cancel',
  'pending_replace',
  'accepted',
  'pending_new',
  'accepted_for_bidding',
  'stopped',
  'rejected',
  'suspended',
  'calculated',
  'held',
] as const;
const EXCHANGE = ['AMEX', 'ARCA', 'BATS', 'NYSE', 'NASDAQ', 'NYSEARCA', 'OTC', 'CRYPTO'] as const;

export const account = z.strictObject({
  id: uuid,
  account_number: z.string().regex(/^PA3[A-Z0-9]{9}$/),
  status: z.enum(ACCOUNT_STATUS),
  crypto_status: z.enum(ACCOUNT_STATUS),
  currency: z.literal('USD'),
  cash: decimal,
  buying_power: decimal,
  regt_buying_power: decimal,
  non_marginable_buying_power: decimal,
  options_buying_power: decimal,
  options_approved_level: level,
  options_trading_level: level,
  equity: decimal,
  last_equity: decimal,
  portfolio_value: decimal,
  long_market_value: decimal,
  short_market_value: decimal,
  initial_margin: decimal,
  maintenance_margin: decimal,
  last_maintenance_margin: decimal,
  multiplier: z.enum(['1', '2', '4']),
  sma: decimal,
  accrued_fees: decimal,
  pending_transfer_in: decimal,
  pending_transfer_out: decimal,
  pending_reg_taf_fees: decimal,
  intraday_adjustments: decimal,
  balance_asof: date,
  created_at: utc,
  shorting_enabled: z.boolean(),
  trading_blocked: z.boolean(),
  transfers_blocked: z.boolean(),
  account_blocked: z.boolean(),
  trade_suspended_by_user: z.boolean(),
});

export const configuration = z.strictObject({
  disable_overnight_trading: z.boolean(),
  fractional_trading: z.boolean(),
  max_margin_multiplier: z.enum(['1', '2', '4']),
  max_options_trading_level: level,
  no_shorting: z.boolean(),
  ptp_no_exception_entry: z.boolean(),
  suspend_trade: z.boolean(),
  trade_confirm_email: z.enum(['all', 'none']),
});

export const order = z.strictObject({
  id: uuid,
  client_order_id: z.string().min(1).max(128),
  created_at: utc,
  updated_at: utc.nullable(),
  submitted_at: utc.nullable(),
  filled_at: utc.nullable(),
  expired_at: utc.nullable(),
  canceled_at: utc.nullable(),
  failed_at: utc.nullable(),
  replaced_at: utc.nullable(),
  replaced_by: uuid.nullable(),
  replaces: uuid.nullable(),
  expires_at: utc,
  asset_id: uuid,
  symbol,
  asset_class: z.literal('us_equity'),
  notional: decimal.nullable(),
  qty: decimal.nullable(),
  filled_qty: decimal,
  filled_avg_price: decimal.nullable(),
  order_class: z.enum(['simple', 'bracket', 'oco', 'oto', 'mleg', '']),
  order_type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  side: z.enum(['buy', 'sell']),
  position_intent: z.enum(['buy_to_open', 'buy_to_close', 'sell_to_open', 'sell_to_close']),
  time_in_force: z.enum(['day', 'gtc', 'opg', 'cls', 'ioc', 'fok']),
  limit_price: decimal.nullable(),
  stop_price: decimal.nullable(),
  trail_percent: decimal.nullable(),
  trail_price: decimal.nullable(),
  hwm: decimal.nullable(),
  status: z.enum(ORDER_STATUS),
  extended_hours: z.boolean(),
  legs: z.null(),
  subtag: z.null(),
  source: z.null(),
});

export const position = z.strictObject({
  asset_id: uuid,
  symbol,
  exchange: z.enum([...EXCHANGE, '']),
  asset_class: z.literal('us_equity'),
  asset_marginable: z.boolean(),
  qty: decimal,
  qty_available: decimal,
  avg_entry_price: decimal,
  side: z.enum(['long', 'short']),
  market_value: decimal,
  cost_basis: decimal,
  unrealized_pl: decimal,
  unrealized_plpc: decimal,
  unrealized_intraday_pl: decimal,
  unrealized_intraday_plpc: decimal,
  current_price: decimal,
  lastday_price: decimal,
  change_today: decimal,
});

export const error = z.strictObject({ code: z.int().min(40_000_000), message: z.string().min(1) });

/** Of the data API, of clocks and of calendars: their 400 is only described, "see the returned message". */
export const questionError = z.strictObject({ message: z.string().min(1) });

/** The document has an order as the body; what has not been closed has an error there. */
export const closedPositions = z.array(
  z.strictObject({
    symbol,
    status: z.int(),
    body: z.union([order, z.looseObject({ code: z.int(), message: z.string().min(1) })]),
  }),
);

export const canceledOrders = z.array(z.strictObject({ id: uuid, status: z.int() }));

const activityId = z.string().regex(/^\d{17}::[0-9a-f-]{36}$/);

export const fill = z.strictObject({
  id: activityId,
  activity_type: z.literal('FILL'),
  transaction_time: utc,
  type: z.enum(['fill', 'partial_fill']),
  price: decimal,
  qty: decimal,
  side: z.enum(['buy', 'sell']),
  symbol,
  leaves_qty: decimal,
  order_id: uuid,
  cum_qty: decimal,
  order_status: z.enum(ORDER_STATUS),
});

/**
 * Of those types that the server has. The document says that `date` is a date-time, and shows a date; that `qty` is only of
 * dividends, and Alpaca's description of its events has it of splits and new symbols too.
 */
export const nonTradeActivity = z.strictObject({
  id: activityId,
  activity_type: z.enum(['SPLIT', 'NC']),
  activity_sub_type: z.enum(['FSPLIT', 'RSPLIT', 'SNC']),
  date,
  created_at: utc,
  net_amount: decimal,
  currency: z.literal('USD'),
  symbol,
  qty: decimal,
  group_id: uuid,
  status: z.enum(['executed', 'correct', 'canceled']),
});

export const activity = z.union([fill, nonTradeActivity]);

export const clock = z.strictObject({
  timestamp: local,
  is_open: z.boolean(),
  next_open: local,
  next_close: local,
});

const market = z.strictObject({
  mic: z.string().regex(/^[A-Z0-9]{4}$/),
  bic: z
    .string()
    .regex(/^[A-Z0-9]{11}$/)
    .optional(),
  acronym: z.string().min(1),
  name: z.string().min(1),
  timezone: z.literal('America/New_York'),
});

export const clocks = z.strictObject({
  clocks: z.array(
    z.strictObject({
      market,
      timestamp: local,
      is_market_day: z.boolean(),
      next_market_open: local,
      next_market_close: local,
      phase: z.enum(['closed', 'pre', 'core', 'lunch', 'post']),
      phase_until: local,
    }),
  ),
});

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const sessionTime = z.string().regex(/^([01]\d|2[0-3])[0-5]\d$/);

export const calendar = z.array(
  z.strictObject({
    date,
    open: time,
    close: time,
    session_open: sessionTime,
    session_close: sessionTime,
    settlement_date: date,
  }),
);

function marketCalendarOf(at: z.ZodType) {
  const day = {
    date,
    core_start: at,
    core_end: at,
    pre_start: at,
    pre_end: at,
    post_start: at,
    post_end: at,
    settlement_date: date,
  };
  return z.strictObject({ market, calendar: z.array(z.strictObject(day)) });
}

export const marketCalendar = marketCalendarOf(local);
export const marketCalendarUtc = marketCalendarOf(z.iso.datetime({ precision: 0 }));

export const asset = z.strictObject({
  id: uuid,
  class: z.literal('us_equity'),
  exchange: z.enum(EXCHANGE),
  symbol,
  name: z.string().min(1),
  status: z.enum(['active', 'inactive']),
  tradable: z.boolean(),
  marginable: z.boolean(),
  maintenance_margin_requirement: z.number(),
  margin_requirement_long: decimal,
  margin_requirement_short: decimal,
  shortable: z.boolean(),
  easy_to_borrow: z.boolean(),
  borrow_status: z.enum(['easy_to_borrow', 'hard_to_borrow']),
  fractionable: z.boolean(),
  cusip: z.string().nullable(),
  attributes: z.array(
    z.enum([
      'ptp_no_exception',
      'ptp_with_exception',
      'ipo',
      'has_options',
      'options_late_close',
      'fractional_eh_enabled',
      'overnight_tradable',
      'overnight_halted',
    ]),
  ),
});

export const history = z.strictObject({
  timestamp: z.array(z.int()),
  equity: z.array(z.number().nullable()),
  profit_loss: z.array(z.number().nullable()),
  profit_loss_pct: z.array(z.number().nullable()),
  base_value: z.number().nullable(),
  base_value_asof: date.optional(),
  cashflow: z.record(z.string(), z.array(z.number())),
  timeframe: z.enum(['1Min', '5Min', '15Min', '1H', '1D']),
});

const price = z.number().positive();
const bar = z.strictObject({
  t: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/),
  o: price,
  h: price,
  l: price,
  c: price,
  v: z.int().nonnegative(),
  n: z.int().positive(),
  vw: price,
});
const tape = z.enum(['A', 'B', 'C', 'N', 'O']);
const trade = z.strictObject({
  t: utc,
  x: z.string().length(1),
  p: price,
  s: z.int().positive(),
  c: z.array(z.string()),
  i: z.int().nonnegative(),
  z: tape,
});
const quote = z.strictObject({
  t: utc,
  ax: z.string().length(1),
  ap: price,
  as: z.int().nonnegative(),
  bx: z.string().length(1),
  bp: price,
  bs: z.int().nonnegative(),
  c: z.array(z.string()),
  z: tape,
});
const snapshotFields = {
  latestTrade: trade.optional(),
  latestQuote: quote.optional(),
  minuteBar: bar.optional(),
  dailyBar: bar.optional(),
  prevDailyBar: bar.optional(),
};
const token = z.string().min(1).nullable();

export const data = {
  bars: z.strictObject({ bars: z.record(symbol, z.array(bar)), next_page_token: token }),
  barsOfOne: z.strictObject({ bars: z.array(bar), symbol, next_page_token: token }),
  latestBars: z.strictObject({ bars: z.record(symbol, bar) }),
  latestBar: z.strictObject({ symbol, bar }),
  latestQuotes: z.strictObject({ quotes: z.record(symbol, quote) }),
  latestQuote: z.strictObject({ symbol, quote }),
  latestTrades: z.strictObject({ trades: z.record(symbol, trade) }),
  latestTrade: z.strictObject({ symbol, trade }),
  snapshots: z.record(symbol, z.strictObject(snapshotFields)),
  snapshot: z.strictObject({ symbol, ...snapshotFields }),
} as const;

const action = { id: uuid, process_date: date };
const rate = z.number().positive();
export const corporateActions = z.strictObject({
  corporate_actions: z.strictObject({
    forward_splits: z
      .array(
        z.strictObject({
          ...action,
          symbol,
          cusip: z.string(),
          ex_date: date,
          old_rate: rate,
          new_rate: rate,
        }),
      )
      .optional(),
    reverse_splits: z
      .array(
        z.strictObject({
          ...action,
          symbol,
          old_cusip: z.string(),
          new_cusip: z.string(),
          ex_date: date,
          old_rate: rate,
          new_rate: rate,
        }),
      )
      .optional(),
    spin_offs: z
      .array(
        z.strictObject({
          ...action,
          source_symbol: symbol,
          new_symbol: z.string(),
          source_cusip: z.string(),
          new_cusip: z.string(),
          source_rate: rate,
          new_rate: rate,
          ex_date: date,
        }),
      )
      .optional(),
    name_changes: z
      .array(
        z.strictObject({
          ...action,
          old_symbol: symbol,
          new_symbol: symbol,
          old_cusip: z.string(),
          new_cusip: z.string(),
        }),
      )
      .optional(),
  }),
  next_page_token: token,
});

/** Of the stream: its documents are prose. */
export const update = z.strictObject({
  stream: z.literal('trade_updates'),
  data: z.strictObject({
    event: z.enum([...ORDER_STATUS, 'fill', 'partial_fill']),
    timestamp: utc,
    execution_id: uuid,
    order,
    price: decimal.optional(),
    qty: decimal.optional(),
    position_qty: decimal.optional(),
  }),
});
