/** Ids in Alpaca's forms. Those of an account and of a symbol are always the same: clients keep them. */
import { shortDigest } from '../../domain/digest.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import { drawUuid } from '../simulated-chance.ts';
import type { SimulatedState } from '../simulated-state.ts';

export function accountUuid({ accountId }: SimulatedState): string {
  return drawUuid(0, accountId, 'account');
}

/** In the form of the numbers of paper accounts. */
export function accountNumber({ accountId }: SimulatedState): string {
  return `PA3${shortDigest(accountId, 9).toUpperCase()}`;
}

export function assetId(symbol: string): string {
  return drawUuid(0, symbol, 'asset');
}

export function executionId({ id }: BrokerFill): string {
  return drawUuid(0, id, 'execution');
}
