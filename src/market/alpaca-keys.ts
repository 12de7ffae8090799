/** The keys of an Alpaca account: they go into the headers of a request, and nowhere else. */

/** Printed as `[secret]`, whatever prints it. */
export class AlpacaKeys {
  readonly #id: string;
  readonly #secret: string;

  private constructor(id: string, secret: string) {
    this.#id = id;
    this.#secret = secret;
  }

  /** Null for what can be no key: nothing, or what a header cannot carry. */
  static of(id: string, secret: string): AlpacaKeys | null {
    return KEY.test(id) && KEY.test(secret) ? new AlpacaKeys(id, secret) : null;
  }

  headers(): Readonly<Record<string, string>> {
    return { 'APCA-API-KEY-ID': this.#id, 'APCA-API-SECRET-KEY': this.#secret };
  }

  /** For a client that makes its headers itself: the keys go into its making, and what comes out is not printed. */
  handTo<Client>(make: (id: string, secret: string) => Client): Client {
    return make(this.#id, this.#secret);
  }

  /** Words of somebody else, who may repeat what was sent. Not `any`, which simulators take: whole words have it in them. */
  hideIn(text: string): string {
    return [this.#secret, this.#id]
      .filter((key) => key.length >= LEAST)
      .reduce((words, key) => words.replaceAll(key, SHOWN), text);
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/;
const SHOWN = '[secret]';
/** Characters; those of a broker have 20 and more. */
const LEAST = 8;

/** Or why there are none, and what a person has to do about it, in words without them. */
export type FoundKeys =
  | { readonly kind: 'ok'; readonly keys: AlpacaKeys }
  | { readonly kind: 'failed'; readonly reason: string; readonly advice: string };
