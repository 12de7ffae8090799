/** `kind: Account`: types, validation and editor help from one source. */
import * as z from 'zod';
import {
  described,
  dollars,
  duration,
  filePath,
  mapping,
  name,
  percent,
  symbol,
  wholeNumber,
} from './fields.ts';
import { brokerField } from './broker-schema.ts';
import { overridesField } from './calendar-schema.ts';
import { DEFAULT_LOGS } from './desired-state.ts';
import { health } from './health-schema.ts';
import { lossFields } from './loss-schema.ts';
import { pricesField } from './prices-schema.ts';
import { heartbeatField, notificationsField } from './notice-schema.ts';

const limits = mapping(
  {
    maxOrderValue: dollars('Largest value of one order, in dollars. Default: no limit.').optional(),
    maxOrdersPerDay: wholeNumber('Most orders of a day. Default: no limit.', 1, 1_000_000).optional(),
    maxOrdersPerSymbol: wholeNumber(
      'Most orders of a symbol and day. Default: no limit.',
      1,
      1_000_000,
    ).optional(),
    maxFlipsPerSymbol: wholeNumber(
      'How often orders on a symbol may change direction in a day before it takes no entry any more. Default 10.',
      1,
      1_000_000,
    ).optional(),
    priceCollar: percent('Largest distance of the latest price from the planned one. Default "5%".', {
      above: 0,
      most: 100,
    }).prefault('5%'),
    leveragedCollar: percent(
      'The same for leveraged and inverse funds, where it is smaller than priceCollar. Default "2%".',
      { above: 0, most: 100 },
    ).optional(),
    leveraged: described(
      z.array(symbol('A leveraged or inverse fund.')),
      'Symbols that count as leveraged besides those that hgctl knows. Default: none.',
    ).optional(),
    quoteAge: duration(
      'Largest age of a price for an entry, beyond the newest that the market can have. Default: any.',
    ).optional(),
    maxSpread: percent(
      'Largest distance of bid and ask for an entry, as part of their middle, where both are known. Default: any.',
      { above: 0, most: 100 },
    ).optional(),
    maxGross: percent(
      'Largest sum of position values of the account, as part of equity. Default: no limit.',
      {
        above: 0,
        most: 1000,
      },
    ).optional(),
    ...lossFields('equity at that time'),
  },
  'Limits of the account. Orders that only make a position smaller always pass.',
);

const execution = mapping(
  {
    lockWait: duration('How long to wait for the execution lock. Default 30s.', 'zero').prefault('30s'),
    lockTimeout: duration('How long one execution may hold the lock. Default 240s.').prefault('240s'),
    snapshotAge: duration('Largest age of what was seen of the account. Default 30s.').prefault('30s'),
    fillTimeout: duration('How long to wait for fills before an order is cancelled. Default 30s.').prefault(
      '30s',
    ),
    cancelAllowance: duration('How long a cancellation may take. Default 15s.').prefault('15s'),
    requestTimeout: duration('How long one request to the broker may take. Default 10s.').prefault('10s'),
    clockSkew: duration(
      'How far this clock and the broker may differ; beyond it, entries stop. Default 2s.',
      'zero',
    ).prefault('2s'),
    settleWindow: duration('How long our own fills explain a difference. Default 10s.', 'zero').prefault(
      '10s',
    ),
    secondProof: duration('Distance of the second look at missing shares. Default 30s.').prefault('30s'),
    maxInFlight: wholeNumber('Most orders at work at once. Default 4.', 1, 100).default(4),
  },
  'Times and bounds of an execution.',
);

const logs = mapping(
  {
    maxMegabytes: wholeNumber('Size of one file of the log, in MB. Default 10.', 1, 1_000).default(
      DEFAULT_LOGS.maxMegabytes,
    ),
    maxFiles: wholeNumber('How many files of it are kept. Default 30.', 1, 10_000).default(
      DEFAULT_LOGS.maxFiles,
    ),
  },
  'The log in the data folder: a new file each day, and where one is full.',
);

const spec = mapping(
  {
    broker: brokerField,
    prices: pricesField,
    limits: limits.prefault({}),
    execution: execution.prefault({}),
    calendar: mapping(
      {
        overrides: overridesField(
          'Days of the exchange that are not as usual: a date, as 2026-12-24, to closed or to its hours.',
        ).default({}),
        file: filePath('A file of such overrides, relative to this manifest. Default: none.').optional(),
      },
      'Closures and hours that the rules of the calendar do not know.',
    ).prefault({}),
    store: mapping(
      { data: filePath('Data folder, relative to the working folder. Default ./data.').optional() },
      'Where books and journal are.',
    ).prefault({}),
    logs: logs.optional(),
    health: health.optional(),
    toggles: mapping(
      {
        file: filePath(
          'The toggle file, relative to this manifest. Default strategy_toggle.yaml.',
        ).optional(),
      },
      'Where the on/off switches are.',
    ).prefault({}),
    notifications: notificationsField,
    heartbeat: heartbeatField,
  },
  'Broker, prices, limits and places.',
);

export const accountSchema = mapping(
  {
    apiVersion: described(z.literal('homeguard/v1'), 'Version of this format.'),
    kind: described(z.literal('Account'), 'What the document declares.'),
    metadata: mapping({ name: name('Name of the account, for people.') }, 'The name.'),
    spec,
  },
  'The one account that all strategies trade on.',
);

export type AccountManifest = z.output<typeof accountSchema>;
