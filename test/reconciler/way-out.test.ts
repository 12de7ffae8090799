/** What ends the doubt about a symbol, as every message about one says it. */
import { expect, test } from 'vitest';
import { wayOut } from '../../src/reconciler/way-out.ts';

test('a split is followed, every other doubt is ended by the word of the broker or of the books', () => {
  expect(wayOut('VTI', 'split')).toBe(
    "'hgctl resolve VTI --as split --reason TEXT' makes the books follow it",
  );
  const other = "'hgctl resolve VTI --as broker --reason TEXT' (or --as books) ends it";
  expect([wayOut('VTI', 'missing-shares'), wayOut('VTI')]).toEqual([other, other]);
});
