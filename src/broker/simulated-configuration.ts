/** What the holder of the simulated account has set on it, as on one at Alpaca; it holds whoever trades. */
import type { SimulatedSettings, SimulatedState, Transition } from './simulated-state.ts';

export interface AccountConfiguration {
  /** No new short position, whatever the manifest lets the account do; what exits is never refused for it. */
  readonly noShorting: boolean;
  /** No new order at all. What is open stays open, and can be cancelled. */
  readonly suspendTrade: boolean;
}

export function configurationOf(state: SimulatedState): AccountConfiguration {
  return { noShorting: state.noShorting === true, suspendTrade: state.suspendTrade === true };
}

/** What is not named stays. Orders that were taken before stay as they are. The answer is what then holds. */
export function configure(
  state: SimulatedState,
  change: Partial<AccountConfiguration>,
): Transition<AccountConfiguration> {
  const before = configurationOf(state);
  const answer = { ...before, ...change };
  const isSame = answer.noShorting === before.noShorting && answer.suspendTrade === before.suspendTrade;
  if (isSame) return { state, answer };
  const { noShorting: _, suspendTrade: __, ...rest } = state;
  return {
    state: {
      ...rest,
      ...(answer.noShorting && { noShorting: true }),
      ...(answer.suspendTrade && { suspendTrade: true }),
    },
    answer,
  };
}

/** The settings of the manifest, narrowed to what the account's own configuration leaves of them. */
export function allowedBy({ noShorting }: SimulatedState, settings: SimulatedSettings): SimulatedSettings {
  if (noShorting === undefined) return settings;
  const { shorting: _, ...rest } = settings;
  return rest;
}
