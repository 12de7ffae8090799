/** `spec.health` of the account: when `hgctl health` warns or fails. */
import * as z from 'zod';
import { DEFAULT_HEALTH, type HealthSettings } from './desired-state.ts';
import { described, dollars, duration, mapping, percent, wholeNumber } from './fields.ts';

const PART = { above: 0, most: 100 };

export const health = mapping(
  {
    controller: described(
      z.enum(['required', 'optional']),
      "Whether 'hgctl health' fails without a controller. optional: for who only applies by hand. Default required.",
    ).optional(),
    minBuyingPower: dollars('Least buying power, in dollars. Default "1000.00".').optional(),
    minEquity: dollars('Least equity, in dollars. Default "5000.00".').optional(),
    maxPositions: wholeNumber(
      'Most positions of one strategy. Default: its capital.maxPositions.',
      1,
      100_000,
    ).optional(),
    maxPositionHours: wholeNumber(
      'Oldest position of a strategy with a scheduled exit, in hours of days with a session. Default 48.',
      1,
      10_000,
    ).optional(),
    maxOrderAge: duration('Oldest open order. Default 1h.').optional(),
    maxDailyLoss: percent('Largest loss of the account in a day. Default "5%".', PART).optional(),
    maxDrawdown: percent('Largest loss of the account from its peak. Default "20%".', PART).optional(),
    maxQuoteAge: duration('How much older than it could be a price may be. Default 15m.').optional(),
    maxTableAge: wholeNumber(
      'Most sessions that a trained table may lack up to today. Default 63, a quarter.',
      1,
      10_000,
    ).optional(),
    maxErrors: wholeNumber(
      'Most errors in the log of the last hour; one is a warning, more than these a failure. Default 5.',
      1,
      1_000_000,
    ).optional(),
    minFreeMegabytes: wholeNumber(
      'Least free space for the data folder, in MB; a tenth of it is a failure. Default 500.',
      1,
      1_000_000_000,
    ).optional(),
  },
  "When 'hgctl health' warns or fails. No order depends on it.",
);

export function toHealth(given: z.output<typeof health>): HealthSettings {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_HEALTH, ...(Object.fromEntries(set) as Partial<HealthSettings>) };
}
