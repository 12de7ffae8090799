/** The account of a shadow: on paper, and beside the real one, which is only asked. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Broker } from '../reconciler/ports.ts';
import type { AccountReads } from './read-only.ts';
import type { Beginning } from './shadow-beginning.ts';
import { freshState, type SimulatedSettings, type SimulatedState } from './simulated-state.ts';

/** Of no account at a broker: books and orders of a shadow are never taken for those of the account itself. */
function shadowAccountId(realId: string): string {
  return `SHADOW-${realId}`;
}

/** The account on paper, with what the real one held at the beginning. */
export function shadowState(
  { at, account, positions }: Beginning,
  settings: SimulatedSettings,
): SimulatedState {
  return {
    ...freshState(settings, at),
    accountId: shadowAccountId(account.id),
    cash: account.cash,
    positions: new Map(
      positions.map(({ symbol, quantity, averagePrice }) => [symbol, { quantity, averagePrice }]),
    ),
  };
}

/**
 * Orders go to `paper`, and to nothing else. What is not of one account but of the market is asked of the real broker: its
 * clock, and what can be borrowed. Where that does not answer, the account does not either, as for who trades there.
 */
export function shadowBroker(paper: Broker, real: AccountReads, { account }: Beginning): Broker {
  return {
    ...paper,
    account: async () => {
      const { id } = await real.account();
      if (id !== account.id) throw otherAccount(account.id, id);
      return paper.account();
    },
    clock: () => real.clock(),
    assets: (symbols) => real.assets(symbols),
  };
}

export function otherAccount(began: string, answering: string): HgctlError {
  return new HgctlError(
    EXIT.refused,
    `the shadow is of account ${began}, the broker answers for ${answering}`,
    { hint: 'use the manifest of that account, or move the folder of the shadow away to begin anew' },
  );
}
