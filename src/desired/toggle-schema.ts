/** The toggle file, in the exact format of the original system. */
import * as z from 'zod';
import { described, flag, mapping, text } from './fields.ts';

export const toggleSchema = mapping(
  {
    strategies: described(
      z.record(
        z.string(),
        mapping(
          {
            enabled: flag('Whether the strategy may trade. Default false.').default(false),
            shutdown_requested: flag(
              'Asks a running execution to stop before its next order. Default false.',
            ).default(false),
          },
          'The switches of one strategy.',
        ),
      ),
      'Strategy name to its switches.',
    ),
    last_modified: text('When the file was last changed, ISO 8601 with offset.').optional(),
    modified_by: text('Which program or person changed it last.').optional(),
  },
  'The on/off switches of the strategies.',
);

export type ToggleManifest = z.output<typeof toggleSchema>;
