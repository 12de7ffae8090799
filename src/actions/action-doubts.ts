/** Of which symbols prices may not compare, because of what their companies do in these days. */
import { HgctlError } from '../domain/errors.ts';
import { describeAction, type ActionDoubt, type CorporateAction } from '../observed/corporate-action.ts';
import { BrokerUnavailable, type DateSpan, type Market } from '../reconciler/ports.ts';

/** No answer casts a doubt on every symbol: it is not taken for "none". */
export async function actionDoubts(
  market: Market,
  symbols: readonly string[],
  span: DateSpan,
): Promise<ReadonlyMap<string, ActionDoubt>> {
  const known = await knownActions(market, symbols, span);
  if (typeof known === 'string') return new Map(symbols.map((symbol) => [symbol, unknown(known)]));
  const doubts = [...known].flatMap(([symbol, actions]) => {
    const doubt = doubtOf(actions);
    return doubt === null ? [] : [[symbol, doubt] as const];
  });
  return new Map(doubts);
}

/** Or why there is no answer. */
export async function knownActions(
  market: Market,
  symbols: readonly string[],
  span: DateSpan,
): Promise<ReadonlyMap<string, readonly CorporateAction[]> | string> {
  try {
    return await market.actions(symbols, span);
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return error.message;
    throw error;
  }
}

export function unknown(why: string): ActionDoubt {
  return { code: 'ActionsUnknown', words: `its corporate actions are not known: ${why}` };
}

export function doubtOf(actions: readonly CorporateAction[]): ActionDoubt | null {
  if (actions.length === 0) return null;
  return {
    code: 'CorporateAction',
    words: `prices do not compare: ${actions.map(describeAction).join(', ')}`,
  };
}
