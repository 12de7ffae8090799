/** What an announced action is about. */
import { expect, test } from 'vitest';
import { symbolsOf } from '../../src/reconciler/followed.ts';

test.each([
  ['a split is about its symbol', { kind: 'apply-split', symbol: 'KO' }, ['KO']],
  [
    'a change of a symbol is about both',
    { kind: 'apply-symbol-change', symbol: 'FB', to: 'META' },
    ['FB', 'META'],
  ],
])('%s', (_, action, symbols) => {
  expect(symbolsOf(action as never)).toEqual(symbols);
});
