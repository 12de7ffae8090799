/** Parameters of the signal `pairs` as a manifest has them, and what the signal makes of them. */
import * as z from 'zod';
import { WHOLE } from '../domain/decimal.ts';
import { compareText } from '../domain/names.ts';
import type { Capital, HedgeGroups } from './desired-state.ts';
import { described, dollars, factor, mapping, percent, symbol, wholeNumber } from './fields.ts';
import { parametersProblem, type PairsParameters } from './pairs-parameters.ts';

const PART = { above: 0, most: 100 };
const DEVIATIONS = { least: 0, most: 100 };
const SESSIONS = { least: 0.1, most: 1_000 };
const MICROS = 1_000_000;

const params = mapping(
  {
    pairs: described(
      z.array(
        described(
          z.tuple([symbol('A symbol.'), symbol('What it is traded against.')], {
            error: ({ code }) =>
              code === 'too_small' || code === 'too_big' ? 'is not a pair of two symbols' : undefined,
          }),
          'Two symbols of the universe.',
        ),
      ),
      'The pairs that may be traded, as [[XOM, CVX], [KO, PEP]]. A symbol may be in several: one is traded at a time.',
    ).default([]),
    formationWindow: wholeNumber('Sessions from which a pair is estimated. Default 252.', 30, 1_000).default(
      252,
    ),
    adfLags: wholeNumber('Lagged changes in the Dickey-Fuller regression. Default 1.', 0, 10).default(1),
    maxPValue: percent('Largest p of the test for cointegration. Default 5%.', PART).prefault('5%'),
    betaMin: factor('Smallest hedge ratio. Default "0.2".', { least: 0.01, most: 100 }).prefault('0.2'),
    betaMax: factor('Largest. Default "5".', { least: 0.01, most: 100 }).prefault('5'),
    halfLifeMin: factor('Smallest half-life of the spread, sessions. Default "2".', SESSIONS).prefault('2'),
    halfLifeMax: factor('Largest. Default "30".', SESSIONS).prefault('30'),
    minCorrelation: percent('Smallest correlation of daily returns. Default 50%.', {
      least: 0,
      most: 100,
    }).prefault('50%'),
    minPrice: dollars('Smallest price of a leg. Default "5".').prefault('5'),
    minDollarVolume: dollars(
      'Smallest value of a leg that is traded in a session, mean of 20. Default "20000000".',
    ).prefault('20000000'),
    zWindow: wholeNumber(
      'Sessions that give mean and deviation of the spread. Default 60.',
      2,
      1_000,
    ).default(60),
    exitZ: factor(
      'A trade ends at this distance from the mean, deviations. Default "0.5".',
      DEVIATIONS,
    ).prefault('0.5'),
    entryZ: factor('And begins at this one. Default "2".', DEVIATIONS).prefault('2'),
    stopZ: factor('And is stopped at this one. Default "3.5".', DEVIATIONS).prefault('3.5'),
    maxSessions: wholeNumber(
      'A trade ends after so many sessions, or maxHalfLives where that is more. Default 20.',
      1,
      1_000,
    ).default(20),
    maxHalfLives: factor('And after so many half-lives. Default "3".', { least: 0, most: 100 }).prefault('3'),
    breakPValue: percent('A trade ends when a weekly test has a larger p. Default 20%.', PART).prefault(
      '20%',
    ),
    coolDown: wholeNumber('Sessions from the end of a trade to the next. Default 10.', 0, 1_000).default(10),
    grossPerPair: percent('Value of the two legs together, as part of equity. Default 10%.', {
      above: 0,
      most: 400,
    }).prefault('10%'),
    maxHedgeError: percent(
      'How far the legs may be from their ratio, by rounding to whole shares and by what was filled. Default 10%.',
      { least: 0, most: 100 },
    ).prefault('10%'),
  },
  'What the pairs signal reads.',
);

export const pairsSignal = mapping(
  {
    type: described(
      z.literal('pairs'),
      'Trades the spread of two shares that keep together: one short, one long, both or none. It acts in rebalance slots.',
    ),
    params: params.prefault({}),
  },
  'Pairs of cointegrated shares.',
);

export type PairsParams = z.output<typeof params>;

type PairsCapital = Pick<Capital, 'positionSize' | 'maxPositions' | 'maxExposure'>;

/** What capital allows is not said twice: the gross of all pairs is `maxExposure`, a pair takes two of `maxPositions`. */
export function toPairsParameters(
  params: PairsParams,
  { maxExposure, maxPositions }: PairsCapital,
): PairsParameters {
  const { formationWindow, adfLags, zWindow, maxSessions, coolDown } = params;
  return {
    formationWindow,
    adfLags,
    maxPValue: params.maxPValue / WHOLE,
    beta: { min: params.betaMin / WHOLE, max: params.betaMax / WHOLE },
    halfLife: { min: params.halfLifeMin / WHOLE, max: params.halfLifeMax / WHOLE },
    minCorrelation: params.minCorrelation / WHOLE,
    minPrice: params.minPrice / MICROS,
    minDollarVolume: params.minDollarVolume / MICROS,
    zWindow,
    exitZ: params.exitZ / WHOLE,
    entryZ: params.entryZ / WHOLE,
    stopZ: params.stopZ / WHOLE,
    maxSessions,
    maxHalfLives: params.maxHalfLives / WHOLE,
    breakPValue: params.breakPValue / WHOLE,
    coolDown,
    grossPerPair: params.grossPerPair / WHOLE,
    maxGross: maxExposure / WHOLE,
    maxPairs: Math.floor(maxPositions / 2),
    maxHedgeError: params.maxHedgeError / WHOLE,
  };
}

/** The same pairs in whatever order they were written. */
export function toHedgeGroups({ pairs, maxHedgeError }: PairsParams): HedgeGroups {
  const sorted = pairs.map(([one, other]): readonly [string, string] =>
    compareText(one, other) < 0 ? [one, other] : [other, one],
  );
  return {
    pairs: sorted.sort((a, b) => compareText(a.join('/'), b.join('/'))),
    maxHedgeError: maxHedgeError / WHOLE,
  };
}

/** What is wrong with parameters and capital together, in words; undefined: nothing. */
export function pairsProblem(params: PairsParams, capital: PairsCapital): string | undefined {
  const parameters = toPairsParameters(params, capital);
  const problem = parametersProblem(parameters);
  if (problem !== undefined) return problem;
  const { beta, grossPerPair, maxPairs, maxGross } = parameters;
  // The dearer leg is worth the greater of G / (1 + beta) and beta G / (1 + beta).
  const largest = grossPerPair * Math.max(1 / (1 + beta.min), beta.max / (1 + beta.max));
  const positionSize = capital.positionSize / WHOLE;
  if (largest > positionSize)
    return `a leg may be worth ${inPercent(largest)} of equity at betas of ${beta.min} to ${beta.max}, and capital.positionSize is ${inPercent(positionSize)}`;
  if (maxPairs < 1) return 'a pair needs capital.maxPositions of two at least';
  if (grossPerPair > maxGross)
    return `a pair is worth ${inPercent(grossPerPair)} of equity, and capital.maxExposure is ${inPercent(maxGross)}`;
  return undefined;
}

function inPercent(part: number): string {
  return `${Number((part * 100).toFixed(4))}%`;
}
