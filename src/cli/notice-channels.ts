/** The ways on which notices leave: a webhook, a program. */
import type { DesiredAccount } from '../desired/desired-state.ts';
import { noticeJson, type Notice } from '../reconciler/alerts.ts';
import { callUrl, type CallAnswer } from '../programs/call-url.ts';
import { runProgram } from '../programs/run-program.ts';
import type { Io } from './io.ts';
import { isRehearsal } from './start-clock.ts';
import { findUrl } from './secret-url.ts';

export const CHANNELS = ['webhook', 'exec'] as const;
export type Channel = (typeof CHANNELS)[number];

const WEBHOOK_TIMEOUT = 10_000;

/** Those that the account has. */
export function channelsOf({ notifications }: DesiredAccount): Channel[] {
  return CHANNELS.filter((channel) => (notifications?.[channel] ?? null) !== null);
}

interface Sending {
  readonly io: Pick<Io, 'environment' | 'clock'>;
  readonly account: DesiredAccount;
  /** As for `runProgram`. */
  readonly stop?: AbortSignal;
}

/** Never rejects, and ends within the time-out of the channel; its program, once `stop` is aborted, at once. */
export async function send(
  channel: Channel,
  notice: Notice,
  { io, account, stop }: Sending,
): Promise<CallAnswer> {
  const rehearsal = isRehearsal(io);
  const input = `${JSON.stringify(noticeJson(notice, { account: account.name, rehearsal }))}\n`;
  const { webhook = null, exec = null } = account.notifications ?? {};
  if (channel === 'webhook' && webhook !== null) {
    const found = findUrl(webhook.urlFrom, io.environment);
    return found.kind === 'failed' ? found : callUrl(found.url, input, WEBHOOK_TIMEOUT);
  }
  if (channel === 'exec' && exec !== null) {
    const answer = await runProgram({ ...exec, input }, stop);
    return answer.kind === 'failed' ? answer : { kind: 'ok' };
  }
  return { kind: 'failed', reason: 'the account does not have it any more' };
}
