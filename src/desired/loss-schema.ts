/** Loss limits of a strategy and of the account. */
import type * as z from 'zod';
import type { Ratio } from '../domain/decimal.ts';
import type { LossLimits } from './desired-state.ts';
import { percent } from './fields.ts';

type Field = z.ZodOptional<z.ZodType<Ratio, string>>;

/** `of`: what the limits are a part of, in words. */
export function lossFields(of: string): {
  maxDailyLoss: Field;
  maxWeeklyLoss: Field;
  maxDrawdown: Field;
} {
  const limit = (what: string): Field =>
    percent(`${what}, as part of ${of}: entries stop there until 'hgctl reset-limit'. Default: no limit.`, {
      above: 0,
      most: 100,
    }).optional();
  return {
    maxDailyLoss: limit('Largest loss since the start of the session day'),
    maxWeeklyLoss: limit('Largest loss since the start of the week'),
    maxDrawdown: limit('Largest loss from the peak'),
  };
}

/** Nothing where no limit is set, so that manifests without limits keep their digest. */
export function toLossLimits({
  maxDailyLoss,
  maxWeeklyLoss,
  maxDrawdown,
}: {
  readonly maxDailyLoss?: Ratio | undefined;
  readonly maxWeeklyLoss?: Ratio | undefined;
  readonly maxDrawdown?: Ratio | undefined;
}): LossLimits | undefined {
  if ((maxDailyLoss ?? maxWeeklyLoss ?? maxDrawdown) === undefined) return undefined;
  return { daily: maxDailyLoss ?? null, weekly: maxWeeklyLoss ?? null, drawdown: maxDrawdown ?? null };
}
