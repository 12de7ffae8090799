/** Sees what really happens: the journal on the disk and the account at the broker, at each moment, with no word of the program. */
import type { SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import {
  JOURNAL_START,
  readJournal,
  segmentStart,
  type JournalPosition,
} from '../../src/observed/journal-reader.ts';
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { FileNode } from './disk.ts';
import type { Effect } from './effects.ts';
import type { Machine } from './machine.ts';
import type { SimProcess } from './process.ts';
import { Reckoning, type Owned } from './reckoning.ts';
import { afterEvent, type Reductions } from './reductions.ts';

export interface Written {
  readonly record: JournalRecord;
  readonly before: Ledger;
  readonly after: Ledger;
  readonly account: SimulatedState;
  /** What the machine's clock said when it was written. */
  readonly wall: number;
  /** The run of the program that has taken the lock last; null where it is not known. */
  readonly lockedBy: string | null;
  /** What others had taken from books before it. */
  readonly reduced: Reductions;
  /** What is owned after it, reckoned a second time; null where nobody has. */
  readonly owned: Owned | null;
}

export interface Taken {
  readonly order: SimulatedOrder;
  /** The account just after it was taken. */
  readonly account: SimulatedState;
  /** What the journal said when the request was made, and which of its records no power loss could take then. */
  readonly ledger: Ledger;
  readonly durable: number;
  readonly monotonic: number;
  readonly wall: number;
  /** How long before, of true time, its process had asked for positions, ms; null: not known, or it was paused since. */
  readonly lookedBefore: number | null;
}

export interface Watching {
  /** A record has become valid. */
  readonly written: (written: Written) => void;
  /** The broker has taken an order. */
  readonly taken: (taken: Taken) => void;
  /** The journal cannot be read, or has lost what was durable. */
  readonly damaged: (what: string) => void;
}

export class Watcher {
  readonly #machine: Machine;
  readonly #folder: string;
  readonly #watching: Watching;
  ledger: Ledger = emptyLedger();
  /** Every valid record. */
  readonly records: JournalRecord[] = [];
  /** How many of them are on the disk for certain, under a name that is. */
  durable = 0;
  #segment = 1;
  #position: JournalPosition = JOURNAL_START;
  #orders = 0;
  #lockedBy: string | null = null;
  /** Who has written the newest record; null: not known. */
  writer: SimProcess | null = null;
  #reduced: Reductions = new Map();
  #reckoning = new Reckoning();
  /** Records that were told of, by their hash: the same ones are read again after a power loss, at another time. */
  readonly #told = new Set<string>();
  /** Of requests on their way, by the number of their effect. */
  readonly #requests = new Map<
    number,
    Pick<Taken, 'ledger' | 'durable' | 'monotonic' | 'wall' | 'lookedBefore'>
  >();

  constructor(machine: Machine, folder: string, watching: Watching) {
    this.#machine = machine;
    this.#folder = folder;
    this.#watching = watching;
    this.look();
    this.#orders = this.account()?.orders.length ?? 0;
  }

  /** As it is now. */
  account(): SimulatedState | undefined {
    return this.#machine.account();
  }

  /** To be told of everything that happens on the machine. */
  sees(effect: Effect): void {
    const { kind, of, phase } = effect;
    if (kind === 'rename' && phase === 'after' && of === this.#folder) this.beginsAnew();
    if (kind === 'request') this.#seesRequest(effect);
    else if (phase === 'after' && of.startsWith(this.#folder)) {
      const { seq } = this.ledger;
      this.look();
      if (this.ledger.seq !== seq) this.writer = effect.process;
    }
  }

  /** Reads on in the journal. */
  look(): void {
    for (;;) {
      const file = this.#file(this.#segment);
      if (file === undefined) return;
      this.#read(file);
      if (this.#position.seal === null || this.#file(this.#segment + 1) === undefined) return;
      this.#segment += 1;
      this.#position = segmentStart(this.#position);
    }
  }

  /** Another journal is in its place, or none: everything of it is new. */
  beginsAnew(): void {
    this.durable = 0;
    this.lookAgain();
  }

  /** After a power loss: what was durable is there, and nothing else counts. */
  lookAgain(): void {
    const before = this.records.slice(0, this.durable);
    this.records.length = 0;
    this.ledger = emptyLedger();
    this.#reduced = new Map();
    this.#reckoning = new Reckoning();
    this.#segment = 1;
    this.#position = JOURNAL_START;
    this.durable = 0;
    this.look();
    const lost = before.find(({ sum }, index) => this.records[index]?.sum !== sum);
    if (lost !== undefined) this.#watching.damaged(`record ${lost.seq} was durable, and is gone`);
  }

  #file(segment: number): FileNode | undefined {
    const node = this.#machine.disk.find(`${this.#folder}/${String(segment).padStart(4, '0')}.jsonl`);
    return node?.kind === 'file' ? node : undefined;
  }

  #read(file: FileNode): void {
    const { offset, awaitsCheckpoint } = this.#position;
    if (file.data.length < offset) return this.#watching.damaged('the journal has become shorter');
    if (file.data.length > offset || awaitsCheckpoint) {
      const read = readJournal(this.#position, file.data.subarray(offset));
      if (read.kind !== 'ok') return this.#watching.damaged(`segment ${this.#segment} is ${read.kind}`);
      this.#position = read.position;
      for (const record of read.records) this.#take(record);
    }
    const isNamed = this.#machine.disk.isDurablyNamed(file);
    if (isNamed && file.durable.length >= this.#position.offset) this.durable = this.records.length;
  }

  #take(record: JournalRecord): void {
    const before = this.ledger;
    this.ledger = advance(before, record);
    this.records.push(record);
    const account = this.account();
    const lockedBy = this.#lockedBy;
    const reduced = this.#reduced;
    this.#reckoning.take(record.event);
    if (account !== undefined && !this.#told.has(record.sum))
      this.#watching.written({
        record,
        before,
        after: this.ledger,
        account,
        wall: this.#machine.wallNow(),
        lockedBy,
        reduced,
        owned: this.#reckoning.owned(),
      });
    this.#told.add(record.sum);
    if (this.ledger.fencedOff === before.fencedOff) this.#reduced = afterEvent(reduced, record.event, before);
    if (this.ledger.lock !== before.lock && this.ledger.lock !== null) this.#lockedBy = record.run;
  }

  #lookedBefore({ lookedAt, pausedUntil }: SimProcess): number | null {
    if (lookedAt === null || (pausedUntil ?? 0) > lookedAt) return null;
    return this.#machine.loop.now - lookedAt;
  }

  #seesRequest({ number, phase, process }: Effect): void {
    this.look();
    if (phase === 'before') {
      this.#requests.set(number, {
        ledger: this.ledger,
        durable: this.durable,
        monotonic: this.#machine.monotonic(),
        wall: this.#machine.wallNow(),
        lookedBefore: this.#lookedBefore(process),
      });
      return;
    }
    const account = this.account();
    const request = this.#requests.get(number);
    this.#requests.delete(number);
    if (account === undefined || request === undefined) return;
    for (const order of account.orders.slice(this.#orders))
      this.#watching.taken({ order, account, ...request });
    this.#orders = account.orders.length;
  }
}
