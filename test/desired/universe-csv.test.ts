import { expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { readSymbols } from '../../src/desired/universe-csv.ts';

const symbols = fc.uniqueArray(fc.stringMatching(/^[A-Z]{1,5}(\.[AB])?$/), { minLength: 1, maxLength: 8 });
const filler = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', '\n', '\r\n', "'") });
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test.prop([symbols, filler, fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean()], { numRuns: 1000 })(
  'What is written into the column is read, whatever the other cells hold.',
  (listed, other, eol, quotes, lastEol) => {
    const rows = listed.map((symbol) => `${cell(other)},${quotes ? cell(symbol) : symbol},x`);
    const text = ['"The, Name",Symbol,', ...rows].join(eol) + (lastEol ? eol : '');
    const { symbols: read, problems, warnings } = readSymbols(text, 'Symbol');
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect([...read.keys()]).toEqual(listed);
  },
);

test.prop([fc.string({ unit: 'binary', maxLength: 300 })], { numRuns: 1000 })(
  'Whatever stands in a file, the answer is symbols or problems.',
  (text) => {
    const { symbols: read, problems } = readSymbols(`Symbol\n${text}`, 'Symbol');
    expect(read.size > 0 || problems.length > 0).toBe(true);
  },
);

test('Many bad rows are cut to twenty and a count.', () => {
  const { problems } = readSymbols(`Symbol\n${'x\n'.repeat(50)}`, 'Symbol');
  expect(problems.length).toBe(21);
  expect(problems.at(-1)?.message).toBe('and 30 more lines like these');
});
