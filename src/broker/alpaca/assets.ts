/** What the broker says of symbols: one request a symbol, once a day. */
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import type { Asset } from '../../observed/broker-view.ts';
import type { Clock } from '../../reconciler/ports.ts';
import type { AlpacaConnection } from './connection.ts';
import { asset } from './mapping.ts';

/** Beyond them it is asked again each time. */
const KNOWN_MAX = 2_000;
const NO_SHORTS = 'the account may not sell short (shorting_enabled is false at the broker)';

export class AlpacaAssets {
  readonly #connection: AlpacaConnection;
  readonly #clock: Pick<Clock, 'now'>;
  #today: { readonly date: CalendarDate; readonly known: Map<string, Asset> } | null = null;

  constructor(connection: AlpacaConnection, clock: Pick<Clock, 'now'>) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** A symbol that the broker does not know is not in the answer, unless nothing may be sold short anyway. */
  async of(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
    const { mayShort } = await this.#connection.known();
    const answers = await this.#all(symbols);
    if (mayShort) return answers;
    return new Map(symbols.map((symbol) => [symbol, { ...answers.get(symbol), notShortable: NO_SHORTS }]));
  }

  async #all(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
    const known = this.#knownToday();
    const answers = await Promise.all(
      symbols.map(async (symbol) => [symbol, known.get(symbol) ?? (await this.#ask(symbol))] as const),
    );
    const found = answers.flatMap(([symbol, one]) => (one === null ? [] : [[symbol, one] as const]));
    for (const [symbol, one] of found) if (known.size < KNOWN_MAX) known.set(symbol, one);
    return new Map(found);
  }

  #knownToday(): Map<string, Asset> {
    const date = dateOf(this.#clock.now());
    if (this.#today?.date !== date) this.#today = { date, known: new Map() };
    return this.#today.known;
  }

  #ask(symbolOrAssetId: string): Promise<Asset | null> {
    return this.#connection.readOr(
      {
        name: 'GET /v2/assets',
        call: ({ assets }) => assets.getV2AssetsSymbolOrAssetIdRaw({ symbolOrAssetId }),
      },
      asset,
      (failure) => failure.kind === 'answered' && failure.status === 404 && failure.message !== null,
    );
  }
}
