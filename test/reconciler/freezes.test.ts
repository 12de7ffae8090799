/** A symbol that is frozen twice: the stronger freeze wins, and of equals the first. */
import { expect, test } from 'vitest';
import { emptyDraft, freeze, type Freeze } from '../../src/reconciler/draft.ts';
import { working } from '../support/opinion.ts';

type Kind = 'entries' | 'all' | 'a lost sale' | 'a lost purchase';

function frozen(kind: Kind, detail: string): Freeze {
  if (kind === 'entries' || kind === 'all') return { grade: kind, reason: 'BreakOpen', detail };
  const order = working({ purpose: kind === 'a lost sale' ? 'close' : 'open' });
  return { grade: 'again', reason: 'OrderUnresolved', detail, order };
}

test.each<[first: Kind, second: Kind, stays: string]>([
  ['entries', 'entries', 'first'],
  ['entries', 'a lost sale', 'second'],
  ['entries', 'a lost purchase', 'first'],
  ['entries', 'all', 'second'],
  ['a lost sale', 'entries', 'first'],
  ['a lost sale', 'a lost sale', 'first'],
  ['a lost sale', 'a lost purchase', 'first'],
  ['a lost sale', 'all', 'second'],
  ['a lost purchase', 'entries', 'second'],
  ['a lost purchase', 'a lost purchase', 'first'],
  ['a lost purchase', 'all', 'second'],
  ['all', 'entries', 'first'],
  ['all', 'a lost sale', 'first'],
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
