/** How much of the account was in the market. */
import { missing, known, type Figure } from './figure.ts';
import type { SessionRecord, SimulationRecord } from './record.ts';
import { mean } from './statistics.ts';

/** Values at one close / the account's equity then; null when that was not above zero. */
export interface Exposure {
  readonly long: number | null;
  readonly short: number | null;
}

export interface ExposureFigures {
  /** (long + short) / equity. */
  readonly meanGross: Figure;
  readonly maxGross: Figure;
  /** (long - short) / equity. */
  readonly meanNet: Figure;
  /** Sessions that closed with any position / all. */
  readonly inMarket: Figure;
}

/** Of one strategy, one for each session. */
export function strategyExposure({ sessions }: SimulationRecord, index: number): Exposure[] {
  return sessions.map(({ equity, strategies }) => {
    const own = strategies[index];
    return exposure(equity, own?.long ?? 0, own?.short ?? 0);
  });
}

/** Of the account: the sums over its strategies, so that a long of one does not hide a short of another. */
export function accountExposure({ sessions }: SimulationRecord): Exposure[] {
  return sessions.map((session) => exposure(session.equity, total(session, 'long'), total(session, 'short')));
}

export function exposureFigures(exposures: readonly Exposure[]): ExposureFigures {
  const closes = exposures.flatMap(({ long, short }) =>
    long === null || short === null ? [] : [{ gross: long + short, net: long - short }],
  );
  const figure = (compute: () => number): Figure =>
    closes.length === 0 ? missing('no session with equity above zero') : known(compute());
  const gross = closes.map((at) => at.gross);
  return {
    meanGross: figure(() => mean(gross)),
    maxGross: figure(() => Math.max(...gross)),
    meanNet: figure(() => mean(closes.map((at) => at.net))),
    inMarket: figure(() => gross.filter((part) => part > 0).length / gross.length),
  };
}

function exposure(equity: number, long: number, short: number): Exposure {
  if (equity <= 0) return { long: null, short: null };
  return { long: long / equity, short: short / equity };
}

function total({ strategies }: SessionRecord, side: 'long' | 'short'): number {
  return strategies.reduce((sum, own) => sum + own[side], 0);
}
