/** Whether keys, host and account are those that the manifest means: before anything else is asked or sent. */
import type { AlpacaSettings } from './settings.ts';

/** Before the first request. Null: go on. */
export function whyNotAsked(
  { environment, accountId }: AlpacaSettings,
  allowedLive: string | undefined,
): string | null {
  if (environment === 'paper') return null;
  if (allowedLive === undefined)
    return `environment live trades real money: set HGCTL_ALLOW_LIVE=${accountId ?? 'ACCOUNT-NUMBER'} in the environment of this command`;
  if (allowedLive !== accountId)
    return `HGCTL_ALLOW_LIVE names account ${allowedLive}, and spec.broker.accountId is ${accountId ?? 'not set'}: nothing is asked of a live account before both are the same`;
  return null;
}

/** Once an account has answered. Null: it is the right one. */
export function whyNotThisAccount(
  { environment, accountId }: AlpacaSettings,
  answering: string,
): string | null {
  if (accountId === undefined || accountId === answering) return null;
  return `the keys are of account ${answering}, and spec.broker.accountId is ${accountId} (environment ${environment}): use the keys of that account, or mend the manifest`;
}

/** The host does not accept the keys. `said`: what it answered. */
export function keysRefused({ environment, url }: AlpacaSettings, said: string): string {
  const other = environment === 'paper' ? 'live' : 'paper';
  return `${new URL(url).host} does not accept the keys (${said}): they must be those of a ${environment} account, and neither revoked nor those of a ${other} account`;
}
