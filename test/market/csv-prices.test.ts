import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';
import { describeAction } from '../../src/observed/corporate-action.ts';
import { csvPrices } from '../../src/market/csv-prices.ts';
import { at, dollars, inTemporaryFolder } from '../support/simulated-world.ts';

const ROWS = 'date,open,close\n2025-12-01,10,11.5\n2025-12-03,12,12.75\n';

/** The price source of a folder with this text as AAPL.csv. */
function withText<Result>(
  text: string,
  work: (source: ReturnType<typeof csvPrices>, file: string) => Result,
): Promise<Result> {
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'AAPL.csv');
    writeFileSync(file, text);
    return work(csvPrices(folder), file);
  });
}

describe('a price from a CSV file', () => {
  test.each([
    ['before the first row', '2025-11-30T23:59:59-05:00', undefined],
    ['on a row, before its close', '2025-12-01T10:00:00-05:00', [11.5, '2025-12-01T10:00:00-05:00']],
    ['on a row, after its close', '2025-12-01T18:00:00-05:00', [11.5, '2025-12-01T16:00:00-05:00']],
    ['between two rows', '2025-12-02T12:00:00-05:00', [11.5, '2025-12-01T16:00:00-05:00']],
    ['on a New York date, not a UTC one', '2025-12-03T03:00:00Z', [11.5, '2025-12-01T16:00:00-05:00']],
    ['after the last row', '2026-02-01T12:00:00-05:00', [12.75, '2025-12-03T16:00:00-05:00']],
  ] as const)('%s', (_, now, expected) =>
    withText(ROWS, (source) => {
      const quote = source.priceAt('AAPL', at(now));
      expect(quote).toEqual(expected && { price: dollars(expected[0]), asOf: at(expected[1]) });
    }),
  );

  test.each([
    ['columns in another case and order', 'Close,Adj Close,DATE\n11.5,1,2025-12-01\n'],
    [
      'quotes, blanks, a byte order mark and Windows line ends',
      '\uFEFF"Date","Close"\r\n"2025-12-01", 11.5\r\n\r\n',
    ],
    ['rows against the order of time', 'date,close\n2025-12-01,11.5\n2025-11-28,9\n'],
    ['binary floats', 'date,close\n2025-12-01,11.50000000000000123\n'],
  ])('is read from a file with %s', (_, text) =>
    withText(text, (source) => {
      expect(source.priceAt('AAPL', at('2025-12-02T12:00:00-05:00'))?.price).toBe(dollars(11.5));
    }),
  );

  test('is none for a symbol without a file, or a name that would leave the folder', () =>
    withText(ROWS, (source) => {
      expect(source.priceAt('MSFT', at('2025-12-02T12:00:00Z'))).toBeUndefined();
      expect(source.priceAt('../AAPL', at('2025-12-02T12:00:00Z'))).toBeUndefined();
    }));

  test('follows a file that changes', () =>
    withText(ROWS, (source, file) => {
      const now = at('2025-12-05T12:00:00-05:00');
      expect(source.priceAt('AAPL', now)?.price).toBe(dollars(12.75));
      writeFileSync(file, `${ROWS}2025-12-04,1,13\n`);
      utimesSync(file, 1, 1);
      expect(source.priceAt('AAPL', now)?.price).toBe(dollars(13));
    }));

  test.each([
    ['no close column', 'date,price\n2025-12-01,1\n', 1],
    ['no header', '', 1],
    ['a price that is none', 'date,close\n2025-12-01,1\n2025-12-02,n/a\n', 3],
    ['a price of zero', 'date,close\n2025-12-01,0\n', 2],
    ['a negative price', 'date,close\n2025-12-01,-1\n', 2],
    ['a missing cell', 'date,close\n2025-12-01\n', 2],
    ['a date of another form', 'date,close\n\n12/01/2025,1\n', 3],
    ['a date that does not exist', 'date,close\n2025-02-30,1\n', 2],
    ['a date twice', 'date,close\n2025-12-01,1\n2025-12-01,2\n', 3],
  ])('is refused with file and line when the file has %s', (_, text, line) =>
    withText(text, (source, file) => {
      let thrown: unknown;
      try {
        source.priceAt('AAPL', at('2025-12-02T12:00:00Z'));
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(HgctlError);
      expect(thrown).toMatchObject({ exit: EXIT.invalid });
      expect((thrown as HgctlError).message).toContain(`${file}:${line}: `);
    }),
  );
});

describe('sessions from a CSV file', () => {
  const SPAN = { from: '2025-12-01', to: '2025-12-02' };

  test('are those of the span, both ends included, with their opens', () =>
    withText(`${ROWS}2025-12-02,11,12\n`, (source) => {
      expect(source.bars('AAPL', SPAN)).toEqual([
        { date: '2025-12-01', open: 10, close: 11.5 },
        { date: '2025-12-02', open: 11, close: 12 },
      ]);
      expect(source.closes('AAPL', SPAN)).toEqual([
        { date: '2025-12-01', close: 11.5 },
        { date: '2025-12-02', close: 12 },
      ]);
    }));

  test.each([
    ['without opens', 'date,close\n2025-12-01,11.5\n'],
    ['with an open that is none', 'date,open,close\n2025-12-01,n/a,11.5\n'],
    ['with an open of zero', 'date,open,close\n2025-12-01,0,11.5\n'],
  ])('%s have closes all the same', (_, text) =>
    withText(text, (source) => {
      expect(source.bars('AAPL', SPAN)).toEqual([]);
      expect(source.closes('AAPL', SPAN)).toEqual([{ date: '2025-12-01', close: 11.5 }]);
    }),
  );
});

test('the volume of a session is a part of its bar; what is empty or no number is not known', () =>
  withText(
    'date,open,close,volume\n2025-12-01,11,11.5,1200300\n2025-12-02,11,11.5,\n2025-12-03,11,11.5,-5\n',
    (source) => {
      expect(source.bars('AAPL', { from: '2025-12-01', to: '2025-12-03' })).toEqual([
        { date: '2025-12-01', open: 11, close: 11.5, volume: 1_200_300 },
        { date: '2025-12-02', open: 11, close: 11.5 },
        { date: '2025-12-03', open: 11, close: 11.5 },
      ]);
    },
  ));

describe('what a row may say of the market', () => {
  test('bid, ask and halt are part of the quote; what is empty or no price is not known', () =>
    withText(
      'date,close,bid,ask,halted\n2025-12-01,11.5,11.4,11.6,no\n2025-12-02,11.5,,n/a,\n2025-12-03,11.5,,,YES\n',
      (source) => {
        const on = (date: string) => source.priceAt('AAPL', at(`${date}T18:00:00-05:00`));
        const close = (date: string) => ({ price: dollars(11.5), asOf: at(`${date}T16:00:00-05:00`) });
        const both = { bid: dollars(11.4), ask: dollars(11.6) };
        expect(on('2025-12-01')).toEqual({ ...close('2025-12-01'), ...both });
        expect(on('2025-12-02')).toEqual(close('2025-12-02'));
        expect(on('2025-12-03')).toEqual({ ...close('2025-12-03'), halted: true });
      },
    ));

  test('a halt that is neither yes nor no is a mistake, told with its line', () =>
    withText('date,close,halted\n2025-12-01,11.5,maybe\n', (source, file) => {
      const ask = (): unknown => source.priceAt('AAPL', at('2025-12-01T18:00:00-05:00'));
      expect(ask).toThrow(`${file}:2: halted is yes or no, not "maybe"`);
    }));
});

describe('a list of corporate actions', () => {
  const SPAN = { from: '2025-12-01', to: '2025-12-03' };
  const actionsIn = (text: string | null, symbol = 'AAPL') =>
    inTemporaryFolder((folder) => {
      if (text !== null) writeFileSync(join(folder, 'corporate-actions.csv'), text);
      return csvPrices(folder)
        .actions(symbol, SPAN)
        ?.map((action) => describeAction(action));
    });

  test.each([
    [
      'in the span',
      '2025-12-01,AAPL,split,1,4\n2025-12-03,AAPL,spin-off,,XYZ\n',
      ['4-for-1 split on 2025-12-01', 'spin-off of XYZ on 2025-12-03'],
    ],
    ['a reverse split', '2025-12-02,AAPL,split,10,1\n', ['1-for-10 split on 2025-12-02']],
    [
      'another symbol',
      '2025-12-02,AAPL,symbol-change,AAPX,AAPL\n',
      ['change of the symbol from AAPX to AAPL on 2025-12-02'],
    ],
    [
      'another symbol, listed under the old one, under both, or now the old one',
      '2025-12-01,AAPX,symbol-change,AAPX,AAPL\n2025-12-02,OLD,symbol-change,OLD,AAPL\n2025-12-02,AAPL,symbol-change,OLD,AAPL\n2025-12-03,NEW,symbol-change,AAPL,NEW\n',
      [
        'change of the symbol from AAPX to AAPL on 2025-12-01',
        'change of the symbol from OLD to AAPL on 2025-12-02',
        'change of the symbol from AAPL to NEW on 2025-12-03',
      ],
    ],
    ['a spin-off into nobody knows what', '2025-12-02,AAPL,spin-off,,\n', ['spin-off on 2025-12-02']],
    [
      'of others, and before and after',
      '2025-12-02,KO,split,1,4\n2025-11-30,AAPL,split,1,4\n2025-12-04,AAPL,split,1,4\n',
      [],
    ],
    ['an empty list', '', []],
  ])('has what takes effect: %s.', async (_, rows, expected) => {
    expect(await actionsIn(`Date,Symbol,Kind,From,To\n${rows}`)).toEqual(expected);
  });

  test('need not be kept: then nobody knows of any.', async () => {
    expect(await actionsIn(null)).toBeUndefined();
  });

  test.each([
    ['Date,Symbol,Kind,To\n', 'corporate-actions.csv:1: the header names no from'],
    ['2025-12-32,AAPL,split,1,4', ':2: "2025-12-32" is not a date'],
    ['2025-12-02,aapl,split,1,4', ':2: "aapl" is no symbol'],
    ['2025-12-02,AAPL,split,1,0', ':2: a split of "1" shares into "0": both are numbers above zero'],
    ['2025-12-02,AAPL,spin-off,,x y', ':2: "x y" is no symbol'],
    ['2025-12-02,AAPL,symbol-change,AAPX,', ':2: a change from "AAPX" to ""'],
    ['2025-12-02,AAPL,merger,,', ':2: "merger" is no kind: one of split, spin-off, symbol-change'],
  ])('is refused as a whole for %j.', async (line, message) => {
    const text = line.startsWith('Date') ? line : `Date,Symbol,Kind,From,To\n${line}\n`;
    await expect(actionsIn(text, 'KO')).rejects.toThrow(message);
  });
});
