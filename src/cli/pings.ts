/** Asks the heartbeat address of the account while all is well: whoever watches it hears of the silence. */
import type { DesiredAccount } from '../desired/desired-state.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { PassReport } from '../reconciler/controller.ts';
import type { Report } from '../reconciler/ports.ts';
import { callUrl } from '../programs/call-url.ts';
import type { Io } from './io.ts';
import { findUrl } from './secret-url.ts';

export interface PingOptions {
  readonly io: Pick<Io, 'environment'>;
  readonly account: () => DesiredAccount;
  readonly report: Report;
}

export interface Pings {
  passed(pass: PassReport): void;
  close(): void;
}

/** All of real time, ms. */
const EVERY = 60_000;
const AT_MOST_EVERY = 10_000;
/** Between two passes there are five minutes at most, and a pass may wait for a lock: longer is a loop that hangs. */
const HANGS_AFTER = 15 * 60_000;
const TIMEOUT = 10_000;

export function startPings({ io, account, report }: PingOptions): Pings {
  let wellSince: number | null = null;
  let asked = -Infinity;
  let said = '';

  const ping = async (): Promise<void> => {
    const { heartbeat } = account();
    if (heartbeat === undefined) return;
    asked = performance.now();
    const found = findUrl(heartbeat.urlFrom, io.environment);
    const answer = found.kind === 'ok' ? await callUrl(found.url, null, TIMEOUT) : found;
    const trouble = answer.kind === 'ok' ? '' : answer.reason;
    if (trouble !== said && trouble !== '') report.warn(CONTROLLER, `Heartbeat address: ${trouble}`);
    said = trouble;
  };

  const timer = setInterval(() => {
    if (wellSince !== null && performance.now() - wellSince < HANGS_AFTER) void ping();
  }, EVERY);
  timer.unref();
  return {
    passed: ({ trouble }) => {
      wellSince = trouble === null ? performance.now() : null;
      if (wellSince !== null && wellSince - asked >= AT_MOST_EVERY) void ping();
    },
    close: () => clearInterval(timer),
  };
}
