/** What the broker's JSON of the account means; read as `mapping.ts` reads everything else. */
import { parseMoney, type Money, type Ratio } from '../../domain/decimal.ts';
import type { AccountTerms, BrokerAccount } from '../../observed/broker-view.ts';
import { atLeast, orNull, truth, type Reader } from '../checked-json.ts';
import { MONEY, NAME } from './mapping.ts';

/**
 * Alpaca's document requires `id` and `status` alone. The three that block are asked for, and not waited for: an account that they
 * are missing of is not known to be blocked, and the broker itself refuses the orders of one that is. To require them would keep
 * exits, too, from going out on the day on which one of them is dropped.
 */
interface WrittenAccount {
  readonly account_number: string;
  readonly status: string;
  readonly equity: Money;
  readonly cash: Money;
  readonly buying_power: Money;
  readonly account_blocked: boolean | null;
  readonly trading_blocked: boolean | null;
  readonly trade_suspended_by_user: boolean | null;
  readonly shorting_enabled: boolean | null;
  readonly multiplier: Ratio | null;
  readonly maintenance_margin: Money | null;
}

/** `4`: buying power as a multiple of equity. Both are millionth parts. */
function parseMultiplier(text: string): Ratio | undefined {
  const multiplier = parseMoney(text);
  return multiplier === undefined || multiplier <= 0 ? undefined : (multiplier as number as Ratio);
}

/** No order waits for it: what cannot be read exactly is not there. */
function orNothing<Value>(parse: (text: string) => Value | undefined): Reader<Value | null> {
  return (value) => (typeof value === 'string' ? parse(value) : undefined) ?? null;
}

const writtenAccount = atLeast<WrittenAccount>({
  account_number: NAME,
  status: NAME,
  equity: MONEY,
  cash: MONEY,
  buying_power: MONEY,
  account_blocked: orNull(truth),
  trading_blocked: orNull(truth),
  trade_suspended_by_user: orNull(truth),
  shorting_enabled: orNull(truth),
  multiplier: orNothing(parseMultiplier),
  maintenance_margin: orNothing(parseMoney),
});

/** What the adapter itself needs to know besides. */
export interface AlpacaAccount {
  readonly view: BrokerAccount;
  /** False where the account may sell nothing short, whatever the symbol. */
  readonly mayShort: boolean;
}

export function accountOf(environment: 'paper' | 'live'): Reader<AlpacaAccount> {
  return (value, path) => {
    const account = writtenAccount(value, path);
    const blocked = whyBlocked(account);
    const terms = termsOf(account);
    const { account_number: id, equity, cash, buying_power: buyingPower } = account;
    return {
      view: {
        id,
        environment,
        equity,
        cash,
        buyingPower,
        ...(blocked !== null && { blocked }),
        ...(terms !== null && { terms }),
      },
      mayShort: account.shorting_enabled !== false,
    };
  };
}

/** Without a multiplier, or a word about short sales, the account has none that are known. */
function termsOf({
  multiplier,
  shorting_enabled: mayShort,
  maintenance_margin: maintenanceMargin,
}: WrittenAccount): AccountTerms | null {
  if (multiplier === null || mayShort === null) return null;
  return { multiplier, mayShort, ...(maintenanceMargin !== null && { maintenanceMargin }) };
}

function whyBlocked(account: WrittenAccount): string | null {
  if (account.account_blocked === true) return 'the broker has blocked the account (account_blocked)';
  if (account.trading_blocked === true) return 'the broker has blocked trading (trading_blocked)';
  if (account.trade_suspended_by_user === true)
    return 'trading is suspended in the settings of the account (trade_suspended_by_user)';
  return account.status === 'ACTIVE'
    ? null
    : `the account is not active at the broker (status ${account.status})`;
}
