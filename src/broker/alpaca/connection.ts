/**
 * Who stands between the account and everybody who asks: nothing is read or sent before keys, host and account have been
 * found to be those that the manifest means, once a process; and what the broker says is checked.
 */
import type { FoundKeys } from '../../market/alpaca-keys.ts';
import { BrokerBarred, BrokerRateLimited, BrokerUnavailable } from '../../reconciler/ports.ts';
import { UnexpectedValue, type Reader } from '../checked-json.ts';
import { accountOf, type AlpacaAccount } from './account.ts';
import type { AlpacaSettings } from './settings.ts';
import { isKeysRefused, wordsOf } from './classify.ts';
import type { AlpacaClient, Question } from './client.ts';
import type { Failure } from './failure.ts';
import { keysRefused, type Bar, whyNotAsked, whyNotThisAccount } from './identity.ts';

/** What a request of ours is refused with, by ourselves. */
export const SPENT =
  'the requests of this minute are spent (spec.broker.requestsPerMinute, or others on this account)';

const ACCOUNT = 'GET /v2/account';

export interface ConnectionOptions {
  readonly settings: AlpacaSettings;
  readonly keys: () => FoundKeys;
  readonly allowedLive: string | undefined;
}

export interface ReadQuestion extends Omit<Question, 'purpose'> {
  /** Left out: it is a read. */
  readonly purpose?: Question['purpose'];
}

type Standing =
  | { readonly kind: 'closed'; readonly why: string }
  | { readonly kind: 'open'; readonly account: AlpacaAccount };

export class AlpacaConnection {
  readonly #options: ConnectionOptions;
  readonly #client: AlpacaClient;
  readonly #reader: Reader<AlpacaAccount>;
  #standing: Standing = { kind: 'closed', why: 'the account has not been asked who it is' };
  /** While somebody finds out: everybody waits for the same answer. */
  #verifying: Promise<AlpacaAccount> | null = null;

  constructor(options: ConnectionOptions, client: AlpacaClient) {
    this.#options = options;
    this.#client = client;
    this.#reader = accountOf(options.settings.environment);
  }

  /** Why nothing may be sent; null once the account is known to be the right one. */
  whyClosed(): string | null {
    return this.#standing.kind === 'open' ? null : this.#standing.why;
  }

  /** As `whyClosed`, after asking for who has not asked yet. */
  async whyClosedStill(): Promise<string | null> {
    try {
      await this.known();
      return null;
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error;
      return error.message;
    }
  }

  /** The account as it is now; the first answer serves all who wait for it. */
  account(): Promise<AlpacaAccount> {
    return this.#standing.kind === 'open' ? this.#identified() : this.#verify();
  }

  /** The account as it was seen last. */
  async known(): Promise<AlpacaAccount> {
    return this.#standing.kind === 'open' ? this.#standing.account : this.#verify();
  }

  /** Rejects with `BrokerUnavailable` where there is no complete answer. */
  async read<Value>(question: ReadQuestion, reader: Reader<Value>): Promise<Value> {
    await this.known();
    return this.#readNow(question, reader);
  }

  /** Null where a failure means that there is none. */
  async readOr<Value>(
    question: ReadQuestion,
    reader: Reader<Value>,
    isNothing: (failure: Failure) => boolean,
  ): Promise<Value | null> {
    await this.known();
    return this.#readNow(question, reader, isNothing);
  }

  /** The broker does not accept the keys: nothing goes out until it has accepted some. */
  close(failure: Failure): BrokerBarred {
    const said = failure.kind === 'answered' ? wordsOf(failure) : failure.reason;
    return this.#closed(keysRefused(this.#options.settings, said));
  }

  #verify(): Promise<AlpacaAccount> {
    this.#verifying ??= this.#open().finally(() => {
      this.#verifying = null;
    });
    return this.#verifying;
  }

  async #open(): Promise<AlpacaAccount> {
    const { settings, keys, allowedLive } = this.#options;
    const notAsked = whyNotAsked(settings, allowedLive);
    if (notAsked !== null) throw this.#closed(notAsked);
    const found = keys();
    if (found.kind === 'failed') throw this.#closed(noKeys(found));
    await this.#client.open(found.keys);
    return this.#identified();
  }

  async #identified(): Promise<AlpacaAccount> {
    const question: ReadQuestion = { name: ACCOUNT, call: ({ accounts }) => accounts.getAccountRaw() };
    const account = await this.#readNow(question, this.#reader);
    const other = whyNotThisAccount(this.#options.settings, account.view.id);
    if (other !== null) throw this.#closed(other);
    this.#standing = { kind: 'open', account };
    return account;
  }

  #closed({ why, advice }: Bar): BrokerBarred {
    this.#standing = { kind: 'closed', why };
    return new BrokerBarred(why, advice);
  }

  async #readNow<Value>(question: ReadQuestion, reader: Reader<Value>): Promise<Value>;
  async #readNow<Value>(
    question: ReadQuestion,
    reader: Reader<Value>,
    isNothing: (failure: Failure) => boolean,
  ): Promise<Value | null>;
  async #readNow<Value>(
    question: ReadQuestion,
    reader: Reader<Value>,
    isNothing: (failure: Failure) => boolean = () => false,
  ): Promise<Value | null> {
    const answer = await this.#client.ask({ purpose: 'read', ...question });
    if (answer.kind === 'paced') throw new BrokerRateLimited(SPENT, answer.wait);
    if (answer.kind === 'ok') return this.#checked(question.name, reader, answer.json);
    if (isNothing(answer.failure)) return null;
    throw this.#trouble(question.name, answer.failure);
  }

  #checked<Value>(name: string, reader: Reader<Value>, json: unknown): Value {
    try {
      return reader(json, '');
    } catch (error) {
      if (!(error instanceof UnexpectedValue)) throw error;
      throw new BrokerUnavailable(`the answer to ${name} cannot be used: ${error.message}`);
    }
  }

  #trouble(name: string, failure: Failure): BrokerUnavailable {
    if (isKeysRefused(failure)) return this.close(failure);
    const { host } = new URL(this.#options.settings.url);
    if (failure.kind !== 'answered') return new BrokerUnavailable(`${host}, ${name}: ${failure.reason}`);
    const words = `${host}, ${name}: ${wordsOf(failure)}`;
    return failure.status === 429
      ? new BrokerRateLimited(words, failure.retryAfter)
      : new BrokerUnavailable(words);
  }
}

function noKeys({ reason, advice }: Extract<FoundKeys, { kind: 'failed' }>): Bar {
  return { why: `the keys of the account cannot be had: ${reason}`, advice };
}
