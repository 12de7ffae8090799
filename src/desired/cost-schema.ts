/** What trading costs at the simulated broker: the settings of its account. */
import * as z from 'zod';
import type { Price } from '../domain/decimal.ts';
import { described, dollars, mapping, percent } from './fields.ts';
import type { FeeSchedule } from '../domain/costs.ts';

const RATE_MOST = 10;
const fee = (about: string) => dollars(about, 1_000);

export const slippageField = described(
  z.discriminatedUnion('type', [
    mapping(
      {
        type: described(z.literal('fixed'), 'The same part of every price.'),
        rate: percent('How much worse a fill is than the market: "0.05%" is 5 basis points.', {
          least: 0,
          most: RATE_MOST,
        }),
      },
      'A fixed part of the price.',
    ),
    mapping(
      {
        type: described(z.literal('half-spread'), 'Half of the distance of bid and ask.'),
        otherwise: percent('As a part of the price, where bid and ask are not known. Default "0%".', {
          least: 0,
          most: RATE_MOST,
        }).prefault('0%'),
      },
      'Half of the quoted spread.',
    ),
  ]),
  'By how much a fill is worse than the price of its moment. Default: by nothing.',
);

export const feesField = mapping(
  {
    perOrder: fee('For an order of which something is filled. Default: nothing.').optional(),
    perShare: fee('For each share filled. Default: nothing.').optional(),
    minimum: fee('Least that perOrder and perShare come to in one order. Default: nothing.').optional(),
    soldPerMillion: dollars(
      'For each million dollars of sales, as the SEC states its fee: "27.80". Default: nothing.',
      100_000,
    ).optional(),
  },
  'What the broker charges, in dollars; an order is charged in whole cents, rounded up. Default: nothing.',
);

/** What is left out costs nothing. */
export function toFees(fees: z.output<typeof feesField>): FeeSchedule {
  const { perOrder = 0, perShare = 0, minimum = 0, soldPerMillion = 0 } = fees;
  return { perOrder, perShare: perShare as Price, minimum, soldPerMillion } as FeeSchedule;
}
