/** Guards before an entry, with price files: what a plan shows, and what goes out all the same. */
import { expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

function withPrices(limits: object, rows: Readonly<Record<string, string>>): Project {
  const mine = project({ account: { prices: { type: 'csv', folder: '../prices' }, limits } });
  for (const [symbol, row] of Object.entries(rows))
    mine.write(`prices/${symbol}.csv`, `Date,Close,Bid,Ask,Halted\n${row}\n`);
  return mine;
}

const GOOD = { VTI: '2025-12-02,300,,,', BND: '2025-12-02,70,,,', GLD: '2025-12-02,380,,,' };
const BAD = {
  VTI: '2025-12-02,300,,,yes',
  BND: '2025-12-02,70,69,71,no',
  GLD: '2025-12-01,380,,,',
};
const LIMITS = { maxSpread: '1%', quoteAge: '15m' };

test('a plan shows every entry that a quote holds back, with its reason; without the settings only the halt', async () => {
  const { stdout } = await withPrices(LIMITS, BAD).run('plan');
  expect(stdout).toMatch(/! core\/VTI +SymbolHalted +trading in VTI is halted/);
  expect(stdout).toMatch(/! core\/BND +SpreadTooWide +BND: bid 69\.00, ask 71\.00: 2\.8571% apart, limit 1%/);
  expect(stdout).toMatch(
    /! core\/GLD +QuoteStale +the price of GLD is of 2025-12-01 16:00:00 EST, older than 900 s/,
  );
  expect(stdout).toContain('Plan: nothing to do, 3 not done.');

  const open = (await withPrices({}, BAD).run('plan')).stdout;
  expect(open).toContain('Plan: 2 to open, 1 not done.');
});

test('what is held is sold on the worst of quotes', async () => {
  const mine = withPrices(LIMITS, GOOD);
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  for (const [symbol, row] of Object.entries(BAD))
    mine.write(`prices/${symbol}.csv`, `Date,Close,Bid,Ask,Halted\n${row}\n`);
  mine.declare({ core: { targets: { VTI: '0', BND: '0', GLD: '0' } } });
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  const { items } = await mine.json<{ items: unknown[] }>('get', 'positions', '-o', 'json');
  expect(items).toStrictEqual([]);
});
