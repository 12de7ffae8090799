/** What a manifest says of the signal `module`. */
import * as z from 'zod';
import { described, duration, flag, mapping, percent, sourceFile, symbol, wholeNumber } from './fields.ts';

export const moduleSignal = mapping(
  {
    type: described(z.literal('module'), 'Asks a function in a TypeScript or JavaScript file what to hold.'),
    params: mapping(
      {
        file: sourceFile(
          'A .ts, .mts, .js or .mjs file whose default export is the function; relative to this manifest.',
        ),
        timeout: duration('Longest run. Default 20s.').prefault('20s'),
        history: wholeNumber('Sessions before today whose closes it is told. Default 0.', 0, 1_000).default(
          0,
        ),
        minutes: wholeNumber(
          'Minutes before now, of today, whose bars it is told. Default: none.',
          1,
          960,
        ).optional(),
        reads: described(
          z.array(symbol('A symbol that it reads and does not trade.')),
          'Symbols besides the universe whose prices and closes it is told, as VIX. Default none.',
        ).default([]),
        config: described(
          z.record(z.string(), z.json()),
          'Anything; the function is handed it as it is. Default empty.',
        ).default({}),
        band: percent(
          'Differences below this part of a target are left alone. Default: 1 %, at least one share.',
          { least: 0, most: 100 },
        ).optional(),
        wholeShares: flag('Buy whole shares only. Default true.').default(true),
      },
      'What the module signal reads.',
    ),
  },
  'A function of your own: context in, targets out, in a process of its own. What it does not name is held.',
);
