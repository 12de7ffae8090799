/**
 * Tells people what is new, beside the work and never in its way: what cannot be sent is tried again for a while, then
 * dropped with a line in the log.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DesiredAccount } from '../desired/desired-state.ts';
import type { Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import { newsOf, type Alert, type Notice } from '../reconciler/alerts.ts';
import type { Report } from '../reconciler/ports.ts';
import type { Io } from './io.ts';
import { CHANNELS, channelsOf, send, type Channel } from './notice-channels.ts';
import { readBox, writeBox, type NoticeBox } from './notice-file.ts';

export interface NotifierOptions {
  readonly io: Pick<Io, 'environment' | 'clock'>;
  /** Of the box that outlives the process. */
  readonly file: string;
  readonly account: () => DesiredAccount;
  readonly report: Report;
  /** Pauses after each failure but the last, ms of real time. */
  readonly pauses?: readonly number[];
}

const PAUSES = [1_000, 5_000, 25_000, 60_000];
/** Of notices that nobody takes, the oldest go. */
const UNSENT_MAX = 100;

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #stopping = new AbortController();
  /** Nobody waits any more. */
  readonly #over = new AbortController();
  readonly #working = new Map<Channel, Promise<void>>();
  #box: NoticeBox;

  /** Goes on with what the one before it has left in the box. */
  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#box = readBox(options.file);
    this.#start();
  }

  /** What is open now; opened and closed alerts are sent. Returns at once. */
  tell(alerts: readonly Alert[], at: Instant): void {
    if (this.#channels().length === 0) return;
    const { open, notices } = newsOf(this.#box.open, alerts, at);
    if (notices.length > 0) this.#add(notices, open);
  }

  /** Whether the box knows an alert of this kind that is still open. */
  isOpen(wanted: Alert['kind']): boolean {
    return this.#box.open.some(({ kind }) => kind === wanted);
  }

  /** What is over already. Returns at once. */
  post(notice: Notice): void {
    if (this.#channels().length > 0) this.#add([notice], this.#box.open);
  }

  /** Waits for at most `grace` ms; what is not sent by then is left to the next one with this box, and its program is ended. */
  async close(grace: number): Promise<void> {
    this.#stopping.abort();
    const over = new AbortController();
    const idle = Promise.all([...this.#working.values()]);
    await Promise.race([idle, delay(grace, undefined, { signal: over.signal }).catch(() => undefined)]);
    over.abort();
    this.#over.abort();
  }

  #channels(): readonly Channel[] {
    return channelsOf(this.#options.account());
  }

  #add(notices: readonly Notice[], open: NoticeBox['open']): void {
    const to = this.#channels();
    const all = [...this.#box.unsent, ...notices.map((notice) => ({ notice, to }))];
    const tooMany = all.length - UNSENT_MAX;
    if (tooMany > 0) this.#warn(`${tooMany} notices dropped: too many wait to be sent`);
    this.#keep({ open, unsent: all.slice(-UNSENT_MAX) });
    this.#start();
  }

  /** Each channel by itself, in order: one that hangs does not hold the other up. */
  #start(): void {
    for (const channel of CHANNELS) {
      if (this.#working.has(channel) || this.#next(channel) === undefined) continue;
      this.#working.set(
        channel,
        this.#work(channel).finally(() => this.#working.delete(channel)),
      );
    }
  }

  #next(channel: Channel): Notice | undefined {
    return this.#box.unsent.find(({ to }) => to.includes(channel))?.notice;
  }

  async #work(channel: Channel): Promise<void> {
    for (let next = this.#next(channel); next !== undefined; next = this.#next(channel)) {
      if ((await this.#deliver(channel, next)) === 'kept') return;
      this.#settle(channel, next);
    }
  }

  /** Once it is to end, the try that is on its way is the last. */
  async #deliver(channel: Channel, notice: Notice): Promise<'sent' | 'dropped' | 'kept'> {
    const { io, account, pauses = PAUSES } = this.#options;
    const { signal } = this.#stopping;
    for (let failures = 0; ; failures += 1) {
      if (!this.#channels().includes(channel)) return 'dropped';
      const answer = await send(channel, notice, { io, account: account(), stop: this.#over.signal });
      if (answer.kind === 'ok') return 'sent';
      if (this.#over.signal.aborted) return 'kept';
      const pause = pauses[failures];
      if (pause === undefined) {
        this.#warn(`Notice ${notice.kind} dropped, ${channel}: ${answer.reason}`);
        return 'dropped';
      }
      await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return 'kept';
    }
  }

  #settle(channel: Channel, { id }: Notice): void {
    const unsent = this.#box.unsent.map((entry) =>
      entry.notice.id === id ? { ...entry, to: entry.to.filter((other) => other !== channel) } : entry,
    );
    this.#keep({ ...this.#box, unsent: unsent.filter(({ to }) => to.length > 0) });
  }

  /** Without a disk it goes on in memory. */
  #keep(box: NoticeBox): void {
    this.#box = box;
    try {
      writeBox(this.#options.file, box);
    } catch (error) {
      this.#warn(`Notices are not kept on disk: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #warn(message: string): void {
    this.#options.report.warn(CONTROLLER, message);
  }
}
