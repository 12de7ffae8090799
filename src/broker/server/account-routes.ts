/** The account, and what its user may set. */
import * as z from 'zod';
import { absolute, shareOf, valueOf, WHOLE, type Money } from '../../domain/decimal.ts';
import { dateOf } from '../../domain/instant.ts';
import { accountView } from '../simulated-account.ts';
import { allowedBy, configurationOf, type AccountConfiguration } from '../simulated-configuration.ts';
import type { SimulatedState } from '../simulated-state.ts';
import { malformed, ok, type Answer } from './answer.ts';
import { USUAL_REQUIREMENT } from './assets.ts';
import type { Desk } from './desk.ts';
import { equityAt } from './equity.ts';
import { accountNumber, accountUuid } from './ids.ts';
import { pastOf } from './past.ts';
import { closeBefore } from './position-routes.ts';
import type { ApiRequest } from './request.ts';
import { cents, plain } from './text.ts';

export async function showAccount(desk: Desk): Promise<Answer> {
  const state = await desk.priced();
  const { venue } = desk;
  const { equity, cash, buyingPower } = accountView(state, venue);
  const { long, short, maintenance } = valuesOf(state, desk);
  const last = closeBefore(desk, state.time);
  const [past] = pastOf(state, [last]);
  return ok({
    id: accountUuid(state),
    account_number: accountNumber(state),
    status: 'ACTIVE',
    crypto_status: 'INACTIVE',
    currency: 'USD',
    cash: cents(cash),
    buying_power: cents(buyingPower),
    regt_buying_power: cents(buyingPower),
    non_marginable_buying_power: cents(Math.max(0, Math.min(cash, buyingPower))),
    options_buying_power: '0',
    options_approved_level: 0,
    options_trading_level: 0,
    equity: cents(equity),
    last_equity: cents(past === undefined ? equity : equityAt(past, venue, last)),
    portfolio_value: cents(equity),
    long_market_value: cents(long),
    short_market_value: cents(short),
    initial_margin: cents(initialMargin(long - short, desk)),
    maintenance_margin: cents(maintenance),
    last_maintenance_margin: '0',
    multiplier: multiplierOf(desk),
    sma: '0',
    accrued_fees: '0',
    pending_transfer_in: '0',
    pending_transfer_out: '0',
    pending_reg_taf_fees: '0',
    intraday_adjustments: '0',
    balance_asof: dateOf(last),
    created_at: CREATED_AT,
    shorting_enabled: allowedBy(state, desk.settings).shorting !== undefined,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: configurationOf(state).suspendTrade,
  });
}

/** Nobody knows when a simulated account was opened: it does not say, and clients only show it. */
const CREATED_AT = '2020-01-02T14:30:00.000000000Z';

/** `2`. A ratio counts the millionth part, as money does. */
function multiplierOf({ settings }: Desk): string {
  return plain(settings.multiplier as number as Money);
}

interface Values {
  readonly long: number;
  readonly short: number;
  /** Of it, what must be covered by equity. */
  readonly maintenance: number;
}

function valuesOf(state: SimulatedState, desk: Desk): Values {
  const { venue } = desk;
  const { marginRequirements } = venue.settings;
  let [long, short, maintenance] = [0, 0, 0];
  for (const [symbol, { quantity, averagePrice }] of state.positions) {
    const value = valueOf(quantity, venue.priceAt(symbol, state.time) ?? averagePrice);
    if (value > 0) long += value;
    else short += value;
    maintenance += shareOf(absolute(value), marginRequirements?.[symbol] ?? USUAL_REQUIREMENT);
  }
  return { long, short, maintenance };
}

/** A share of what is invested, as regulation T has it; nothing is called in for want of it. */
function initialMargin(gross: number, { settings }: Desk): number {
  return settings.multiplier > WHOLE ? gross / 2 : gross;
}

export function showConfiguration(desk: Desk): Answer {
  return configurationJson(desk, configurationOf(desk.read()));
}

function configurationJson(desk: Desk, { noShorting, suspendTrade }: AccountConfiguration): Answer {
  return ok({
    disable_overnight_trading: true,
    fractional_trading: true,
    max_margin_multiplier: multiplierOf(desk),
    max_options_trading_level: 0,
    ptp_no_exception_entry: false,
    trade_confirm_email: 'none',
    ...desk.echoed,
    no_shorting: noShorting,
    suspend_trade: suspendTrade,
  });
}

const patch = z.object({
  no_shorting: z.boolean().optional(),
  suspend_trade: z.boolean().optional(),
  disable_overnight_trading: z.boolean().optional(),
  fractional_trading: z.boolean().optional(),
  max_margin_multiplier: z.enum(['1', '2', '4']).optional(),
  max_options_trading_level: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).optional(),
  ptp_no_exception_entry: z.boolean().optional(),
  trade_confirm_email: z.enum(['all', 'none']).optional(),
});

export async function changeConfiguration(desk: Desk, { body }: ApiRequest): Promise<Answer> {
  const { data, error } = patch.safeParse(body);
  if (data === undefined)
    throw malformed(`invalid account configuration: ${error.issues[0]?.path.join('.') ?? ''}`);
  const { no_shorting: noShorting, suspend_trade: suspendTrade, ...others } = data;
  desk.echoed = { ...desk.echoed, ...others };
  const change = {
    ...(noShorting !== undefined && { noShorting }),
    ...(suspendTrade !== undefined && { suspendTrade }),
  };
  return configurationJson(desk, await desk.configure(change));
}
