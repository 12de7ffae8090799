/** Which side of the market the record of a cell speaks for: each side by its own share of nights won. */
import type { ReversionCell } from './omr-table.ts';
import type { OmrParameters, Side, SideStatistic, Thresholds } from './omr-rules.ts';
import { percent } from './percent.ts';

export interface NoSide {
  readonly kind: 'refused';
  readonly code: 'WinRateTooLow' | 'ExpectedReturnTooLow' | 'SideNotAllowed';
  readonly words: string;
}

export type SideChoice = NoSide | { readonly kind: 'side'; readonly statistic: SideStatistic };

/** The two expected returns differ in sign, so that with any threshold above zero one side passes at most. */
export function chooseSide(
  cell: ReversionCell,
  thresholds: Thresholds,
  sides: OmrParameters['sides'],
): SideChoice {
  const long = choiceOf(cell, 'long', thresholds);
  if (long.kind === 'side') return long;
  const short = choiceOf(cell, 'short', thresholds);
  if (sides === 'both') return short.kind === 'side' || cell.mean < 0 ? short : long;
  if (short.kind === 'refused') return long;
  return refused('SideNotAllowed', 'only short passes, and only long is allowed');
}

/** Each comparison so that a number that is none fails. */
function choiceOf(
  cell: ReversionCell,
  side: Side,
  { minWinRate, minExpectedReturn }: Thresholds,
): SideChoice {
  const statistic = statisticOf(cell, side);
  const { winRate, expectedReturn } = statistic;
  if (!(winRate >= minWinRate))
    return refused(
      'WinRateTooLow',
      `${side} won ${percent(winRate)} of ${cell.n} nights, and ${percent(minWinRate)} are needed`,
    );
  if (!(expectedReturn >= minExpectedReturn))
    return refused(
      'ExpectedReturnTooLow',
      `${side} made ${percent(expectedReturn)} a night, and ${percent(minExpectedReturn)} are needed`,
    );
  return { kind: 'side', statistic };
}

function statisticOf(cell: ReversionCell, side: Side): SideStatistic {
  return side === 'long'
    ? { side, winRate: cell.winRateLong, expectedReturn: cell.mean }
    : { side, winRate: cell.winRateShort, expectedReturn: -cell.mean };
}

function refused(code: NoSide['code'], words: string): NoSide {
  return { kind: 'refused', code, words };
}
