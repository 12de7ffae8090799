/** The settings of the two strategies of the original: which counted there, which never did, and what they become. */
import type { Rule, Rules } from './settings.ts';
import { countOf, dollarsOf, percentOf, symbolsOf, timeOf, type Convert } from './values.ts';

const PART = percentOf({ least: 0, most: 1 });
const SIZE = percentOf({ least: 0.0001, most: 4 });
const POSITIONS = countOf(1, 10_000);
const LOSS = percentOf({ least: 0.0001, most: 1 });
const UNREAD = 'the original read it nowhere';
const NO_PLACE = `${UNREAD}, and hgctl has no such setting`;

function taken(to: string, convert: Convert): Rule {
  return { kind: 'taken', to, convert };
}

function limit(to: string, convert: Convert): Rule {
  return { kind: 'newly-effective', to, convert, before: 'no limit', effective: null, needsWord: true };
}

function time(to: string, effective: string, before: string): Rule {
  return { kind: 'newly-effective', to, convert: timeOf, before, effective, needsWord: false };
}

function kept(to: string, convert: Convert, effective: string): Rule {
  return { kind: 'kept', to, convert, effective };
}

function leftOut(reason: string): Rule {
  return { kind: 'left-out', reason };
}

/** What the live runner of the original does with no file at all. */
export const OMR_BUILT_IN: Readonly<Record<string, string>> = {
  'omr universe.symbols':
    '[TQQQ, SQQQ, UPRO, SPXU, UDOW, SDOW, TMF, TMV, TECL, TECS, FAS, FAZ, TNA, TZA, ERX, ERY, SOXL, SOXS, NUGT, DUST]',
  'omr signal.params.minWinRate': '55%',
  'omr signal.params.minExpectedReturn': '0.2%',
  'omr capital.maxPositions': '5',
  'omr capital.positionSize': '10%',
  'omr schedule.entry': 'close-10m',
  'omr schedule.exit': 'open+1m',
};

const LABELS = leftOut('for people: the manifest has a description of its own');

export const OMR_RULES: Rules = {
  'strategy.name': LABELS,
  'strategy.version': LABELS,
  'strategy.description': LABELS,
  'strategy.display_name': LABELS,
  'strategy.symbols': taken('omr universe.symbols', symbolsOf),
  'strategy.min_win_rate': taken('omr signal.params.minWinRate', PART),
  'strategy.min_expected_return': taken('omr signal.params.minExpectedReturn', PART),
  'strategy.max_concurrent_positions': taken('omr capital.maxPositions', POSITIONS),
  'strategy.position_size_pct': taken('omr capital.positionSize', SIZE),
  'strategy.max_total_exposure_pct': limit('omr capital.maxExposure', SIZE),
  'strategy.entry_time': time('omr schedule.entry', 'close-10m', '15:50'),
  'strategy.exit_time': time('omr schedule.exit', 'open+1m', '09:31'),
  'strategy.entry_window_seconds': leftOut(`${UNREAD}; a slot of hgctl may start within four minutes`),
  'strategy.exit_window_seconds': leftOut(`${UNREAD}; an exit of hgctl goes on until the session ends`),
  'strategy.stop_loss_pct': leftOut(`${NO_PLACE}: an order at the open cannot cap the loss of a night`),
  'strategy.vix_threshold': leftOut(NO_PLACE),
  'strategy.min_sample_size': leftOut('30 was built in, and is in hgctl'),
  'strategy.skip_regimes': leftOut('BEAR was built in, and is in hgctl'),
  'strategy.training_period_years': leftOut(`${UNREAD}; 'hgctl train omr --from' says how far back`),
  'strategy.retrain_frequency': leftOut(`${UNREAD}; 'hgctl train omr' trains, and nothing does so by itself`),
  'strategy.order_type': leftOut('all orders are market orders, as they were'),
  'strategy.limit_order_offset_pct': leftOut('all orders are market orders, as they were'),
  'position_manager.*': leftOut(`${UNREAD}; strategy: has the sizes that count`),
  'risk.max_daily_loss_pct': limit('omr risk.maxDailyLoss', LOSS),
  'risk.max_weekly_loss_pct': limit('omr risk.maxWeeklyLoss', LOSS),
  'risk.max_drawdown_pct': limit('omr risk.maxDrawdown', LOSS),
  'risk.max_orders_per_day': limit('account limits.maxOrdersPerDay', countOf(1, 1_000_000)),
  'risk.max_order_value': limit('account limits.maxOrderValue', dollarsOf),
  'risk.min_order_value': leftOut(NO_PLACE),
  'risk.stop_loss_check_interval': leftOut(NO_PLACE),
  'risk.vix_threshold': leftOut(NO_PLACE),
  'risk.min_buying_power': leftOut(NO_PLACE),
  'risk.min_account_value': leftOut(NO_PLACE),
  'risk.require_market_data': leftOut(`${UNREAD}; hgctl enters nothing without prices`),
  'risk.require_order_confirmation': leftOut(NO_PLACE),
  'risk.enable_paper_trading_only': leftOut(`${UNREAD}; broker.environment of the Account says it`),
};

/** The live values are part of the original's program. */
export const MP_BUILT_IN: Readonly<Record<string, string>> = {
  'mp capital.positionSize': '6.5%',
  'mp capital.maxPositions': '10',
  'mp signal.params.reducedExposure': '50%',
  'mp signal.params.vixAbove': '25',
  'mp signal.params.drawdown': '5%',
  'mp schedule.rebalance': 'close-5m',
};

/** With the value that counts in the original. */
function builtIn(to: string, convert: Convert): Rule {
  return kept(to, convert, MP_BUILT_IN[to] ?? '');
}

export const MP_RULES: Rules = {
  'strategy.name': LABELS,
  'strategy.display_name': LABELS,
  'strategy.description': LABELS,
  'strategy.version': LABELS,
  'strategy.position_size_pct': builtIn('mp capital.positionSize', SIZE),
  'strategy.top_n': builtIn('mp capital.maxPositions', POSITIONS),
  'strategy.reduced_exposure': builtIn('mp signal.params.reducedExposure', PART),
  'strategy.vix_threshold': builtIn('mp signal.params.vixAbove', countOf(1, 200)),
  'strategy.spy_dd_threshold': builtIn('mp signal.params.drawdown', LOSS),
  'strategy.rebalance_time': builtIn('mp schedule.rebalance', timeOf),
  'strategy.vix_spike_threshold': leftOut('the original gave this rule up'),
  'strategy.mom_vol_percentile': leftOut('the original gave this rule up'),
  'strategy.slippage_per_share': leftOut('for backtests: see broker.slippage of a simulated Account'),
  'universe.*': leftOut('the symbols are those of backtest_lists/sp500-2025.csv, as in the original'),
  'position_manager.*': leftOut(NO_PLACE),
  'risk.max_daily_loss_pct': limit('mp risk.maxDailyLoss', LOSS),
  'risk.max_total_drawdown_pct': limit('mp risk.maxDrawdown', LOSS),
  'risk.max_position_loss_pct': leftOut(NO_PLACE),
  'risk.vix_halt_threshold': leftOut(NO_PLACE),
  'health_check.*': leftOut("'hgctl health' has its own checks"),
  'logging.*': leftOut('the log of hgctl is in its data folder'),
  'position_configs.*': leftOut('presets that nothing chose'),
};
