/** Parameters of the signal `vol-term-structure` as a manifest has them, and what the signal makes of them. */
import * as z from 'zod';
import { WHOLE, type Ratio } from '../domain/decimal.ts';
import { described, factor, flag, mapping, percent, symbol, wholeNumber } from './fields.ts';
import { volProblem, type VolParameters } from './vol-parameters.ts';

const RATIO = { least: 0.5, most: 2 };
const PART = { above: 0, most: 100 };

const params = mapping(
  {
    shortVolSymbol: symbol('Held in calm. Default SVXY.').prefault('SVXY'),
    longVolSymbol: symbol('Held in a panic, if longVol is on. Default VXX.').prefault('VXX'),
    longVol: flag('Whether a panic is traded, too. Default false.').default(false),
    enterBelow: factor(
      'Short volatility is entered below this VIX / VIX3M, the median of three sessions. Default "0.9".',
      RATIO,
    ).prefault('0.9'),
    leaveFrom: factor('And left from this one on. Default "0.917".', RATIO).prefault('0.917'),
    vixCap: wholeNumber('No entry from this VIX on. Default 30.', 5, 200).default(30),
    vixRise: percent('No entry when the VIX rose by so much over five sessions. Default 20%.', PART).prefault(
      '20%',
    ),
    emergencyRatio: factor('Left at once from this VIX / VIX3M of now on. Default "1".', RATIO).prefault('1'),
    emergencyRise: percent('Left when the VIX rises by so much on the day. Default 25%.', PART).prefault(
      '25%',
    ),
    emergencyLoss: percent('Left when the position has lost so much. Default 8%.', PART).prefault('8%'),
    reentryDelay: wholeNumber('Sessions from an emergency to the next entry. Default 5.', 0, 250).default(5),
    panicAbove: factor('Long volatility is entered above it, on two sessions. Default "1".', RATIO).prefault(
      '1',
    ),
    panicOverBelow: factor('And left below it. Default "0.97".', RATIO).prefault('0.97'),
    longVolSessions: wholeNumber('Or after so many sessions. Default 10.', 1, 250).default(10),
    longVolLoss: percent('Or when the position has lost so much. Default 10%.', PART).prefault('10%'),
    longVolSize: percent(
      'Value of a position in long volatility, as part of equity; that of short volatility is capital.positionSize. Default 3%.',
      { above: 0, most: 100 },
    ).prefault('3%'),
    targetVolatility: percent(
      'Short volatility is held smaller while its symbol moves more than this a year. Default 25%.',
      { above: 0, most: 400 },
    ).prefault('25%'),
    wholeShares: flag('Buy whole shares only. Default true.').default(true),
  },
  'What the vol-term-structure signal reads.',
).check(({ value, issues }) => {
  const message = volProblem(toVolParameters(value, WHOLE));
  if (message !== undefined) issues.push({ code: 'custom', input: value, message, path: [] });
});

export const volSignal = mapping(
  {
    type: described(
      z.literal('vol-term-structure'),
      'Short volatility (long SVXY) at capital.positionSize while VIX is well below VIX3M. It acts in rebalance slots.',
    ),
    params: params.prefault({}),
  },
  'The term structure of volatility.',
);

type VolParams = z.output<typeof params>;

/** `positionSize`: of short volatility, part of equity. */
export function toVolParameters(params: VolParams, positionSize: Ratio): VolParameters {
  return {
    shortVolSymbol: params.shortVolSymbol,
    longVolSymbol: params.longVolSymbol,
    longVol: params.longVol ? 'on' : 'off',
    enterBelow: params.enterBelow / WHOLE,
    leaveFrom: params.leaveFrom / WHOLE,
    vixCap: params.vixCap,
    vixRise: params.vixRise / WHOLE,
    emergencyRatio: params.emergencyRatio / WHOLE,
    emergencyRise: params.emergencyRise / WHOLE,
    emergencyLoss: params.emergencyLoss / WHOLE,
    reentryDelay: params.reentryDelay,
    panicAbove: params.panicAbove / WHOLE,
    panicOverBelow: params.panicOverBelow / WHOLE,
    longVolSessions: params.longVolSessions,
    longVolLoss: params.longVolLoss / WHOLE,
    shortVolWeight: positionSize / WHOLE,
    longVolWeight: params.longVolSize / WHOLE,
    targetVolatility: params.targetVolatility / WHOLE,
  };
}
