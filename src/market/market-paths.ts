/**
 * A synthetic market, session by session: one common factor with clustered volatility, shares that follow it, leveraged
 * funds, volatility indices and their funds, and pairs that stay together. Made to exercise strategies, not to judge them:
 * nothing in it was fitted to a real price.
 *
 * The annual volatility of the factor is exp of an AR(1) process, which turns up when the factor falls. VIX is that
 * volatility with a premium; VIX3M is the level to which the process is expected to return within a quarter, so that the
 * curve rises in calm and falls in storms.
 */
import { normals, uniforms } from './random.ts';

const SESSIONS_A_YEAR = 252;
const QUARTER = 63;

/** Annual volatility that the factor returns to, and how much of a deviation is left a session later. */
const CALM = 0.15;
const PERSISTENCE = 0.96;
const VOLATILITY_OF_VOLATILITY = 0.1;
/** However calm, it is not calmer than this: a VIX of about 9. */
const CALMEST = -0.6;
/** Correlation of a rise of the factor with a rise of its volatility. */
const LEVERAGE_EFFECT = -0.7;
const DRIFT = 0.07;
const VIX_PREMIUM = 1.15;
const VIX3M_PREMIUM = 1.27;
/** How much of a deviation of today is left on average over the coming quarter. */
const QUARTER_WEIGHT = (1 - PERSISTENCE ** QUARTER) / (QUARTER * (1 - PERSISTENCE));

/** Part of a session's variance that falls between the close before and the open. */
const OVERNIGHT = 0.35;

/** What a symbol did in one session, as logarithms of price ratios. */
export interface Step {
  /** From the close before to the open. */
  readonly overnight: number;
  /** From the open to the close. */
  readonly session: number;
}

/** The common factor, and the indices at the close. */
export interface MarketDay extends Step {
  readonly vix: number;
  readonly vix3m: number;
}

/** One session after the other, for ever. */
export function marketDays(seed: number): () => MarketDay {
  const normal = normals(`${seed} market`);
  let deviation = 0;
  return () => {
    const daily = (CALM * Math.exp(deviation)) / Math.sqrt(SESSIONS_A_YEAR);
    const [night, day, own] = [normal(), normal(), normal()];
    const overnight = daily * Math.sqrt(OVERNIGHT) * night;
    const session = daily * Math.sqrt(1 - OVERNIGHT) * day + DRIFT / SESSIONS_A_YEAR - daily ** 2 / 2;
    const common = Math.sqrt(OVERNIGHT) * night + Math.sqrt(1 - OVERNIGHT) * day;
    const shock = LEVERAGE_EFFECT * common + Math.sqrt(1 - LEVERAGE_EFFECT ** 2) * own;
    deviation = Math.max(CALMEST, PERSISTENCE * deviation + VOLATILITY_OF_VOLATILITY * shock);
    return {
      overnight,
      session,
      vix: 100 * VIX_PREMIUM * CALM * Math.exp(deviation),
      vix3m: 100 * VIX3M_PREMIUM * CALM * Math.exp(QUARTER_WEIGHT * deviation),
    };
  };
}

/** What a symbol makes of the market. */
type Nature =
  | { readonly kind: 'share'; readonly beta: number; readonly own: number }
  /** A multiple of the factor, less a fee. */
  | { readonly kind: 'fund'; readonly multiple: number }
  /** A multiple of short volatility futures, which lose while the curve rises. */
  | { readonly kind: 'volatility'; readonly multiple: number }
  /** The same company twice, but for a gap that closes again. */
  | { readonly kind: 'partner'; readonly original: Stepper };

const FUNDS: Readonly<Record<string, number>> = {
  SPY: 1,
  VTI: 1,
  QQQ: 1.2,
  SSO: 2,
  QLD: 2.4,
  UPRO: 3,
  SPXL: 3,
  TQQQ: 3.6,
  TECL: 3.8,
  FNGU: 4,
  SOXL: 4.5,
  SH: -1,
  SPXU: -3,
  SQQQ: -3.6,
  SOXS: -4.5,
};
const VOLATILITY_FUNDS: Readonly<Record<string, number>> = { VXX: 1, UVXY: 1.5, SVXY: -0.5 };
const PARTNERS: Readonly<Record<string, string>> = { CVX: 'XOM', PEP: 'KO' };

const FUND_FEE = 0.01 / SESSIONS_A_YEAR;
/** Futures move half as much as the index, and lose this a session in an average curve. */
const FUTURES_BETA = 0.5;
const ROLL = 0.002;
/** A gap between partners is half closed after eight sessions. */
const GAP_LEFT = 0.5 ** (1 / 8);
const GAP_STEP = 0.006;

function natureOf(seed: number, symbol: string): Nature {
  const multiple = FUNDS[symbol];
  if (multiple !== undefined) return { kind: 'fund', multiple };
  const volatility = VOLATILITY_FUNDS[symbol];
  if (volatility !== undefined) return { kind: 'volatility', multiple: volatility };
  const partner = PARTNERS[symbol];
  if (partner !== undefined) return { kind: 'partner', original: stepsOf(seed, partner) };
  const uniform = uniforms(`${seed} nature ${symbol}`);
  return { kind: 'share', beta: 0.5 + uniform(), own: 0.12 + 0.25 * uniform() };
}

/** A price of the day before the first, in dollars: $25 to $125. */
export function firstPrice(seed: number, symbol: string): number {
  return 25 + 100 * uniforms(`${seed} level ${symbol}`)();
}

/** The steps of a symbol beside those of the market, one session after the other. `before` is null in the first. */
export type Stepper = (day: MarketDay, before: MarketDay | null) => Step;

export function stepsOf(seed: number, symbol: string): Stepper {
  const nature = natureOf(seed, symbol);
  const normal = normals(`${seed} path ${symbol}`);
  let gap = 0;
  return (day, before) => {
    switch (nature.kind) {
      case 'fund':
        return {
          overnight: nature.multiple * day.overnight,
          session: nature.multiple * day.session - FUND_FEE - decay(nature.multiple, day),
        };
      case 'volatility': {
        const change = before === null ? 0 : FUTURES_BETA * Math.log(day.vix / before.vix);
        const slope = day.vix3m / day.vix - 1;
        const move = nature.multiple * (change - ROLL * Math.max(-2, Math.min(2, 10 * slope)));
        return { overnight: OVERNIGHT * move, session: (1 - OVERNIGHT) * move };
      }
      case 'partner': {
        const next = GAP_LEFT * gap + GAP_STEP * normal();
        const closing = next - gap;
        gap = next;
        const { overnight, session } = nature.original(day, before);
        return { overnight, session: session + closing };
      }
      case 'share': {
        const daily = nature.own / Math.sqrt(SESSIONS_A_YEAR);
        return {
          overnight: nature.beta * day.overnight + daily * Math.sqrt(OVERNIGHT) * normal(),
          session: nature.beta * day.session + daily * Math.sqrt(1 - OVERNIGHT) * normal() - daily ** 2 / 2,
        };
      }
    }
  };
}

/** What a constant multiple of simple returns loses in logarithms: m (m - 1) / 2 of the variance. */
function decay(multiple: number, { overnight, session }: Step): number {
  return (multiple * (multiple - 1) * (overnight ** 2 + session ** 2)) / 2;
}
