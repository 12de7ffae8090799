/**
 * How a shadow began: `began.json` in its data folder, quantities and money as decimal strings, the time in UTC. Whatever
 * folder has this file is that of a shadow.
 */
import { formatMoney, formatQuantity, parseMoney, parsePrice, parseQuantity } from '../domain/decimal.ts';
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import { parseInstant, type Instant } from '../domain/instant.ts';
import type { BrokerAccount } from '../observed/broker-view.ts';
import { formatUtc, parseUtc } from '../observed/utc-text.ts';
import { fields, listOf, oneOf, textOf } from './checked-json.ts';

export interface Beginning {
  /** Every execution of the account until then (inclusive) is in its positions. */
  readonly at: Instant;
  /** The account that the shadow is of, as it was. */
  readonly account: Pick<BrokerAccount, 'id' | 'environment' | 'cash' | 'equity'>;
  readonly positions: readonly BeginningPosition[];
}

interface BeginningPosition {
  readonly symbol: string;
  /** Signed; never zero. */
  readonly quantity: Quantity;
  readonly averagePrice: Price;
}

const VERSION = 1;

const NAME = textOf((text) => (text === '' ? undefined : text), 'a name');
const MONEY = textOf<Money>(parseMoney, 'an amount of money');

const DOCUMENT = fields<Beginning & { readonly version: typeof VERSION }>({
  version: oneOf([VERSION]),
  at: textOf((text) => parseUtc(text) ?? parseInstant(text), 'a time with an offset or Z'),
  account: fields<Beginning['account']>({
    id: NAME,
    environment: oneOf(['simulated', 'paper', 'live']),
    cash: MONEY,
    equity: MONEY,
  }),
  positions: listOf(
    fields<BeginningPosition>({
      symbol: NAME,
      quantity: textOf(parseQuantity, 'a quantity'),
      averagePrice: textOf(parsePrice, 'a price'),
    }),
  ),
});

/** Throws an error that names the first place that is wrong. */
export function parseBeginning(text: string): Beginning {
  const { version: _, ...beginning } = DOCUMENT(JSON.parse(text), '');
  return beginning;
}

export function formatBeginning({ at, account, positions }: Beginning): string {
  const document = {
    version: VERSION,
    at: formatUtc(at),
    account: { ...account, cash: formatMoney(account.cash), equity: formatMoney(account.equity) },
    positions: positions.map(({ symbol, quantity, averagePrice }) => ({
      symbol,
      quantity: formatQuantity(quantity),
      averagePrice: formatMoney(averagePrice),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
