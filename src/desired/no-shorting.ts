/** A second wall before short sales that nobody wants: the account itself refuses them. */
import { mayGoShort, type DesiredState } from './desired-state.ts';

/** Whether the account at the broker is to refuse short sales; null where its setting is nobody's business. */
export function refusesShorts({ account: { broker }, strategies }: DesiredState): boolean | null {
  if (broker.type !== 'alpaca' || broker.noShorting === 'leave') return null;
  return !strategies.some(mayGoShort);
}
