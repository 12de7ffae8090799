/**
 * Requests to the trading API: made by the generated classes of the SDK, paced by one budget, answered as JSON or as a
 * plain description of what went wrong. The SDK is loaded with the first request; it repeats nothing and paces nothing.
 */
import type { trading } from '@alpacahq/alpaca-trade-api/rest';
import type { AlpacaKeys } from '../../market/alpaca-keys.ts';
import type { Clock } from '../../reconciler/ports.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { decide, hear, newBudget, spend, type Budget, type Purpose } from './budget.ts';
import { describeFailure, parseHiding, type Failure } from './failure.ts';
import { heardIn } from './rate-headers.ts';

export interface Apis {
  readonly accounts: trading.AccountsApi;
  readonly configurations: trading.AccountConfigurationsApi;
  readonly positions: trading.PositionsApi;
  readonly orders: trading.OrdersApi;
  readonly activities: trading.AccountActivitiesApi;
  readonly assets: trading.AssetsApi;
  readonly clock: trading.ClockApi;
  readonly calendar: trading.CalendarApi;
}

export interface Question {
  readonly purpose: Purpose;
  /** For counting, as `GET /v2/orders`. */
  readonly name: string;
  /** Always the raw form: what it answers is read to its end here, else a timer of the SDK keeps the process. */
  readonly call: (apis: Apis) => Promise<{ readonly raw: Response }>;
}

export type Answer =
  /** `json`: null where the answer has no body. */
  | { readonly kind: 'ok'; readonly json: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nothing was sent: the budget is spent for so many ms. */
  | { readonly kind: 'paced'; readonly wait: number };

export interface ClientOptions {
  /** Of the trading API, with a slash at its end. */
  readonly url: string;
  readonly requestsPerMinute: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** ms. */
  readonly requestTimeout: number;
}

export class AlpacaClient {
  readonly #options: ClientOptions;
  readonly #counts = new Map<string, number>();
  #budget: Budget;
  #open: { readonly apis: Apis; readonly keys: AlpacaKeys } | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#budget = newBudget(options.requestsPerMinute);
  }

  /** Loads the SDK, and goes on with these keys. */
  async open(keys: AlpacaKeys): Promise<void> {
    const sdk = await import('@alpacahq/alpaca-trade-api/rest');
    this.#open = {
      apis: keys.handTo((id, secret) => apisOf(sdk.trading, this.#options, { id, secret })),
      keys,
    };
  }

  /** Never rejects but for bugs. From the call to the request nothing waits. */
  async ask({ purpose, name, call }: Question): Promise<Answer> {
    if (this.#open === null) throw new Error('asked before it was opened');
    const { apis, keys } = this.#open;
    const { clock } = this.#options;
    const hide = (words: string): string => keys.hideIn(words);
    const decision = decide(this.#budget, purpose, clock.monotonic());
    if (decision.kind === 'wait') return { kind: 'paced', wait: decision.milliseconds };
    this.#budget = spend(this.#budget, clock.monotonic());
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    try {
      const { raw } = await call(apis);
      this.#hear(heardIn(raw.headers));
      const text = await raw.text();
      return { kind: 'ok', json: text === '' ? null : parseHiding(text, hide) };
    } catch (error) {
      const failure = await describeFailure(error, hide);
      if (failure.kind === 'answered') this.#hear(heardOf(failure));
      return { kind: 'failed', failure };
    }
  }

  /** How many requests have gone out, by name. */
  requests(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #hear(heard: ReturnType<typeof heardIn>): void {
    if (heard !== null) this.#budget = hear(this.#budget, { ...heard, now: this.#options.clock.monotonic() });
  }
}

const TOO_MANY = 429;

/** Who is sent away has nothing left, whatever the headers count. */
function heardOf({
  status,
  heard,
  retryAfter,
}: Extract<Failure, { kind: 'answered' }>): ReturnType<typeof heardIn> {
  if (status !== TOO_MANY) return heard;
  if (heard === null && retryAfter === null) return null;
  return {
    limit: heard?.limit ?? Number.POSITIVE_INFINITY,
    remaining: 0,
    wait: retryAfter ?? heard?.wait ?? 0,
  };
}

function apisOf(
  sdk: typeof trading,
  { url, requestTimeout }: ClientOptions,
  { id, secret }: { readonly id: string; readonly secret: string },
): Apis {
  const settings = new sdk.Configuration({
    // A slash at its end would be sent twice.
    basePath: url.replace(/\/+$/, ''),
    keyId: id,
    secret,
    timeoutMs: requestTimeout,
    fetchApi: boundedFetch,
  });
  return {
    accounts: new sdk.AccountsApi(settings),
    configurations: new sdk.AccountConfigurationsApi(settings),
    positions: new sdk.PositionsApi(settings),
    orders: new sdk.OrdersApi(settings),
    activities: new sdk.AccountActivitiesApi(settings),
    assets: new sdk.AssetsApi(settings),
    clock: new sdk.ClockApi(settings),
    calendar: new sdk.CalendarApi(settings),
  };
}
