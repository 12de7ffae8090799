/** `kind: Strategy`: types, validation and editor help from one source. */
import * as z from 'zod';
import {
  described,
  duration,
  filePath,
  flag,
  mapping,
  name,
  percent,
  scheduleTime,
  signedShares,
  symbol,
  text,
  wholeNumber,
} from './fields.ts';
import { lossFields } from './loss-schema.ts';
import { moduleSignal } from './module-schema.ts';
import { pairsSignal } from './pairs-schema.ts';
import { volSignal } from './vol-schema.ts';

const DEFAULT_PRIORITY = 100;
export const DEFAULT_COLUMN = 'Symbol';

const target = mapping(
  {
    symbol: symbol('What to hold; it must be in the universe of this strategy.'),
    weight: percent(
      'Part of equity to hold, in percent: either this or quantity. Below zero: short, where capital.shorts allows it.',
      { least: -400, most: 400 },
    ).optional(),
    quantity: signedShares(
      'Shares to hold, as quoted text: either this or weight. Below zero: short, where capital.shorts allows it.',
    ).optional(),
    priority: wholeNumber('Larger is served first when money is short. Default 0.', 0, 1_000_000).default(0),
  },
  'One symbol and how much of it to hold.',
);

const fixedSignal = mapping(
  {
    type: described(z.literal('fixed'), 'Holds what the manifest lists.'),
    params: mapping(
      {
        targets: described(
          z.array(target).min(1),
          'What to hold. A held symbol that is not listed is closed.',
        ),
        band: percent(
          'Differences below this part of a target are left alone. Default: 1 % of the target, at least one share.',
          {
            least: 0,
            most: 100,
          },
        ).optional(),
        wholeShares: flag('Buy whole shares only. Default true.').default(true),
      },
      'What the fixed signal reads.',
    ),
  },
  'Weights or quantities written in the manifest.',
);

const commandSignal = mapping(
  {
    type: described(z.literal('command'), 'Asks a program what to hold.'),
    params: mapping(
      {
        argv: described(
          z.array(text('The program, or one argument of it.').min(1)).min(1),
          'The program and its arguments; no shell. It runs in the folder of this manifest.',
        ),
        timeout: duration('Longest run. Default 20s.').prefault('20s'),
        band: percent(
          'Differences below this part of a target are left alone. Default: 1 %, at least one share.',
          {
            least: 0,
            most: 100,
          },
        ).optional(),
        wholeShares: flag('Buy whole shares only. Default true.').default(true),
      },
      'What the command signal reads.',
    ),
  },
  'A program: context as JSON on its input, targets as JSON on its output. What it does not name is held.',
);

export const MOMENTUM_DEFAULTS = { formation: 21, skip: 5 } as const;

const momentumSignal = mapping(
  {
    type: described(
      z.literal('momentum-protection'),
      'Holds the capital.maxPositions strongest names at capital.positionSize each, less while the market is in danger.',
    ),
    params: mapping(
      {
        formation: wholeNumber('Sessions of the return that ranks. Default 21.', 2, 400).default(
          MOMENTUM_DEFAULTS.formation,
        ),
        skip: wholeNumber('Latest sessions whose return is taken off it. Default 5.', 1, 399).default(
          MOMENTUM_DEFAULTS.skip,
        ),
        vixAbove: wholeNumber('Protection is on while the VIX is above this. Default 25.', 1, 200).default(
          25,
        ),
        drawdown: percent('And while the benchmark is further than this below its peak. Default 5%.', {
          above: 0,
          most: 100,
        }).prefault('5%'),
        peakWindow: wholeNumber(
          'Sessions in which the peak is looked for, with the one of today. Default 275.',
          2,
          1_000,
        ).default(275),
        reducedExposure: percent('Part of each weight that is left under protection. Default 50%.', {
          least: 0,
          most: 100,
        }).prefault('50%'),
        benchmark: symbol('What shows the market. Default SPY.').prefault('SPY'),
        band: percent(
          'Differences below this part of a target are left alone. Default: 1 %, at least one share.',
          { least: 0, most: 100 },
        ).optional(),
        wholeShares: flag('Buy whole shares only. Default true.').default(true),
      },
      'What the momentum-protection signal reads.',
    ).prefault({}),
  },
  'Momentum with crash protection. What cannot be ranked is held.',
);

const omrSignal = mapping(
  {
    type: described(
      z.literal('overnight-mean-reversion'),
      'Enters before the close what has a record of rising over night after such a day, or of falling.',
    ),
    params: mapping(
      {
        table: filePath(
          'The reversion table, which hgctl train writes; relative to this manifest. Default omr-table.json.',
        ).prefault('omr-table.json'),
        minWinRate: percent(
          'Smallest share of nights won, the stricter of this and the regime. Default 58%.',
          {
            least: 0,
            most: 100,
          },
        ).prefault('58%'),
        minExpectedReturn: percent(
          'Smallest mean return of a night, the stricter of this and the regime. Default 0.2%.',
          { least: 0, most: 100 },
        ).prefault('0.2%'),
        sides: described(
          z.enum(['long', 'both']),
          'both: also short what has a record of falling over night; needs capital.shorts: allowed. Default long.',
        ).optional(),
        wholeShares: flag('Buy whole shares only. Default true.').default(true),
      },
      'What the overnight-mean-reversion signal reads.',
    ).prefault({}),
  },
  'Overnight mean reversion. What has no record is left alone.',
);

const universe = mapping(
  {
    symbols: described(
      z.array(symbol('A symbol that the strategy may trade.')),
      'Symbols that the strategy may trade.',
    ).optional(),
    file: filePath(
      'CSV file with a header row that lists more symbols; relative to this manifest.',
    ).optional(),
    column: text(`Column of the file that holds the symbols. Default ${DEFAULT_COLUMN}.`).optional(),
    exclude: described(
      z.array(symbol('A symbol to leave out.')),
      'Symbols to leave out of the list and the file.',
    ).optional(),
  },
  'What the strategy may trade. No symbol may be in two universes.',
);

const capital = mapping(
  {
    positionSize: percent('Largest value of one position, as part of equity.', { above: 0, most: 400 }),
    maxPositions: wholeNumber('Largest number of positions.', 1, 10_000),
    maxExposure: percent('Largest sum of position values, as part of equity.', { above: 0, most: 400 }),
    shorts: described(
      z.enum(['never', 'allowed']),
      'Whether the strategy may go short, with targets below zero. Default never.',
    ).optional(),
  },
  'How much of the account the strategy may use.',
);

const scheduleEntry = mapping(
  {
    at: scheduleTime('New York time of day ("15:55"), or relative to the session: open+1m, close-5m.'),
    action: described(z.enum(['entry', 'exit', 'rebalance']), 'What happens then.'),
    window: duration('How long after `at` the run may still start, at most 1h. Default 4m.').prefault('4m'),
  },
  'One scheduled run.',
);

const spec = mapping(
  {
    description: text('For people. Default empty.').default(''),
    lifecycle: described(
      z.enum(['active', 'planned']),
      'planned: validated and listed, can be closed, opens nothing. Default active.',
    ).default('active'),
    priority: wholeNumber(`Smaller runs first. Default ${DEFAULT_PRIORITY}.`, 0, 1_000_000).default(
      DEFAULT_PRIORITY,
    ),
    signal: described(
      z.discriminatedUnion('type', [
        fixedSignal,
        commandSignal,
        moduleSignal,
        momentumSignal,
        omrSignal,
        volSignal,
        pairsSignal,
      ]),
      'Where the targets come from.',
    ),
    universe,
    capital,
    schedule: described(
      z.array(scheduleEntry),
      'Runs of a session. Empty (the default): planned on every pass.',
    ).default([]),
    risk: mapping(
      lossFields('what maxExposure gave the strategy of equity at that time'),
      'Loss limits. Orders that only make a position smaller always pass.',
    ).prefault({}),
    orphans: described(
      z.enum(['hold', 'close']),
      'What happens to the positions of a disabled strategy. Default hold.',
    ).default('hold'),
  },
  'What the strategy does.',
);

export const strategySchema = mapping(
  {
    apiVersion: described(z.literal('homeguard/v1'), 'Version of this format.'),
    kind: described(z.literal('Strategy'), 'What the document declares.'),
    metadata: mapping(
      {
        name: name('The id of the strategy: in the toggle file, the books and order ids.'),
        labels: described(z.record(z.string(), z.string()), 'Free labels, text to text.').default({}),
      },
      'Name and labels.',
    ),
    spec,
  },
  'A strategy that owns positions of the account.',
);

export type StrategyManifest = z.output<typeof strategySchema>;
