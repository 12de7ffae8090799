/** A symbol that is frozen twice: the stronger freeze wins, and of equals the first. */
import { expect, test } from 'vitest';
import { emptyDraft, freeze, type Freeze } from '../../src/reconciler/draft.ts';
import { working } from '../support/opinion.ts';

const frozen = (grade: Freeze['grade'], detail: string): Freeze =>
  grade === 'again'
    ? { grade, reason: 'OrderUnresolved', detail, order: working() }
    : { grade, reason: 'BreakOpen', detail };

test.each<[first: Freeze['grade'], second: Freeze['grade'], stays: string]>([
  ['entries', 'entries', 'first'],
  ['entries', 'again', 'second'],
  ['entries', 'all', 'second'],
  ['again', 'entries', 'first'],
  ['again', 'again', 'first'],
  ['again', 'all', 'second'],
  ['all', 'entries', 'first'],
  ['all', 'again', 'first'],
  ['all', 'all', 'first'],
])('%s, then %s: the %s', (first, second, stays) => {
  const draft = emptyDraft();
  freeze(draft, 'VTI', frozen(first, 'first'));
  freeze(draft, 'VTI', frozen(second, 'second'));
  freeze(draft, 'GLD', frozen('entries', 'of another symbol'));
  expect([...draft.freezes].map(([symbol, { detail }]) => `${symbol} ${detail}`)).toEqual([
    `VTI ${stays}`,
    'GLD of another symbol',
  ]);
});
