/** `hgctl sim trade`: a manual trade on the simulated broker, past every strategy. */
import { formatDollars, formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import type { SimulatedBrokerage } from '../../broker/simulated.ts';
import { openWorld, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { priceOption, quantityArgument, symbolArgument } from '../numbers.ts';

export interface SimTradeOptions extends GlobalOptions {
  readonly price?: string;
}

interface TradeWords {
  readonly side: string;
  readonly quantity: string;
  readonly symbol: string;
}

export async function runSimTrade(io: Io, words: TradeWords, options: SimTradeOptions): Promise<ExitCode> {
  const { side } = words;
  if (side !== 'buy' && side !== 'sell') {
    throw new HgctlError(EXIT.usage, `${JSON.stringify(side)} is no side`, { hint: 'one of: buy, sell' });
  }
  const symbol = symbolArgument(words.symbol);
  const quantity = quantityArgument(words.quantity);
  const price = priceOption(options.price);
  const world = openWorld(io, options);
  try {
    const answer = await simulatedOf(world).tradeOutside({
      symbol,
      side,
      quantity,
      ...(price === null ? {} : { price }),
    });
    if (answer.kind !== 'created') {
      const why = answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason;
      throw new HgctlError(EXIT.refused, `the simulated broker refused: ${why}`);
    }
    const paid = answer.order.averagePrice;
    io.stdout(
      `${side} ${formatQuantity(quantity)} ${symbol} filled${paid === null ? '' : ` at $${formatDollars(paid)}`}\n`,
    );
    return EXIT.done;
  } finally {
    world.close();
  }
}

function simulatedOf({ simulated }: World): SimulatedBrokerage {
  if (simulated !== null) return simulated;
  throw new HgctlError(EXIT.refused, 'the account is at a broker: sim trade moves simulated accounts only', {
    hint: "for a simulator that speaks Alpaca's protocol, trade through it with any client of Alpaca",
  });
}
