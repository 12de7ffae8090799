/** Whether keys, host and account are those that the manifest means: before anything else is asked or sent. */
import type { AlpacaSettings } from './settings.ts';

/** Why nothing is asked of the account, and what a person has to do about it. */
export interface Bar {
  readonly why: string;
  readonly advice: string;
}

/** Before the first request. Null: go on. */
export function whyNotAsked(
  { environment, accountId }: AlpacaSettings,
  allowedLive: string | undefined,
): Bar | null {
  if (environment === 'paper') return null;
  const advice = `if real money is meant, set HGCTL_ALLOW_LIVE=${accountId ?? 'ACCOUNT-NUMBER'} in the environment of this command`;
  if (allowedLive === undefined)
    return { why: 'environment live trades real money, and HGCTL_ALLOW_LIVE is not set', advice };
  if (allowedLive !== accountId) {
    const named = `HGCTL_ALLOW_LIVE names account ${allowedLive}, and spec.broker.accountId is ${accountId ?? 'not set'}`;
    return { why: `${named}: nothing is asked of a live account before both are the same`, advice };
  }
  return null;
}

/** Once an account has answered. Null: it is the right one. */
export function whyNotThisAccount(settings: AlpacaSettings, answering: string): Bar | null {
  const { environment, accountId } = settings;
  if (accountId === undefined || accountId === answering) return null;
  return {
    why: `the keys are of account ${answering}, and spec.broker.accountId is ${accountId} (environment ${environment})`,
    advice: `put the keys of account ${accountId} into ${placeOf(settings)}, or name account ${answering} in the manifest if that is meant`,
  };
}

/** The host does not accept the keys. `said`: what it answered. */
export function keysRefused(settings: AlpacaSettings, said: string): Bar {
  const { environment, url } = settings;
  const other = environment === 'paper' ? 'live' : 'paper';
  return {
    why: `${new URL(url).host} does not accept the keys (${said}): they must be those of a ${environment} account, and neither revoked nor those of a ${other} account`,
    advice: `put the keys of the ${environment} account into ${placeOf(settings)}`,
  };
}

function placeOf({ keysFile }: AlpacaSettings): string {
  return keysFile ?? 'the environment (APCA_API_KEY_ID, APCA_API_SECRET_KEY)';
}
