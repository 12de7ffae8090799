import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { cboe } from '../../src/market/cboe.ts';
import type { DataSource } from '../../src/market/data-source.ts';
import { cacheFolder } from '../../src/store/cache-folder.ts';
import { localServer, text, type Handler, type LocalServer } from '../support/http-server.ts';
import { at, dollars } from '../support/simulated-world.ts';

const HEADER = 'DATE,OPEN,HIGH,LOW,CLOSE';
const HISTORY = `${HEADER}\n11/28/2025,17.000000,17.5,16.1,16.350000\n12/01/2025,17.430000,18.000000,16.900000,17.240000\n`;
const TODAY_ROW = '12/02/2025,17.000000,17.4,16.4,16.590000\n';
const SPAN = { from: '2025-11-01', to: '2025-12-31' };
/** A Tuesday, before the close. */
const NOW = '2025-12-02T15:55:00-05:00';

interface World {
  readonly server: LocalServer;
  readonly folder: string;
  readonly told: string[];
  readonly source: () => DataSource;
  readonly goTo: (iso: string) => void;
  readonly closes: (source: DataSource, symbol?: string) => Promise<unknown>;
}

async function world(handler: Handler, { timeout = 5_000 } = {}): Promise<World> {
  const server = await localServer(handler);
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let now: Instant = at(NOW);
  const told: string[] = [];
  return {
    server,
    folder,
    told,
    goTo: (iso) => void (now = at(iso)),
    source: () =>
      cboe({
        url: server.url,
        cache: cacheFolder(join(folder, 'market')),
        clock: { now: () => now },
        calendar: undefined,
        tell: (message) => void told.push(message),
        timeout,
      }),
    closes: async (source, symbol = 'VIX') => {
      const { rows, failed, instead } = await source.closes([symbol], SPAN);
      return rows.get(symbol)?.map(({ close }) => close) ?? failed.get(symbol) ?? instead.get(symbol);
    },
  };
}

const copyOf = ({ folder }: World): string => join(folder, 'market', 'cboe-VIX.json');

describe('the history of an index from CBOE', () => {
  test('has its closes and opens, of VIX and of VIX3M.', async () => {
    const { source, server, closes } = await world(text(HISTORY));
    const feed = source();
    expect(await closes(feed, 'VIX3M')).toEqual([16.35, 17.24]);
    expect((await feed.bars(['VIX'], SPAN)).rows.get('VIX')).toEqual([
      { date: '2025-11-28', open: 17, close: 16.35 },
      { date: '2025-12-01', open: 17.43, close: 17.24 },
    ]);
    expect(server.asked).toEqual(['/VIX3M_History.csv', '/VIX_History.csv']);
  });

  test('is no answer of another symbol.', async () => {
    const { source, server } = await world(text(HISTORY));
    const { rows, failed } = await source().quotes(['AAPL'], at(NOW));
    expect([rows.size, failed.size, server.asked.length]).toEqual([0, 0, 0]);
  });

  test('gives as a quote the last close, of its own session: not a price of now.', async () => {
    const { source } = await world(text(HISTORY));
    expect((await source().quotes(['VIX'], at(NOW))).rows.get('VIX')).toEqual({
      price: dollars(17.24),
      asOf: at('2025-12-01T16:00:00-05:00'),
    });
  });

  test('shows nothing of a session that has not ended.', async () => {
    const { source, closes, goTo } = await world(text(HISTORY + TODAY_ROW));
    expect(await closes(source())).toEqual([16.35, 17.24]);
    goTo('2025-12-02T16:00:00-05:00');
    expect(await closes(source())).toEqual([16.35, 17.24, 16.59]);
  });
});

describe('the copy of it on disk', () => {
  test('answers without a request while it has the last session, in another process, too.', async () => {
    const made = await world(text(HISTORY));
    const feed = made.source();
    await Promise.all([made.closes(feed), made.closes(feed), feed.quotes(['VIX'], at(NOW))]);
    expect(await made.closes(made.source())).toEqual([16.35, 17.24]);
    expect(made.server.asked).toHaveLength(1);
  });

  test('is private, and nothing else is left beside it.', async () => {
    const made = await world(text(HISTORY));
    await made.closes(made.source());
    expect(statSync(copyOf(made)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(made.folder, 'market'))).toEqual(['cboe-VIX.json']);
  });

  test('is asked about by its ETag once a session is over, and stays where nothing is new.', async () => {
    const made = await world(text(HISTORY, 200, { etag: '"one"' }));
    await made.closes(made.source());
    const seen: (string | undefined)[] = [];
    made.server.serve((request, response) => {
      seen.push(request.headers['if-none-match']);
      response.writeHead(304).end();
    });
    made.goTo('2025-12-02T17:00:00-05:00');
    const feed = made.source();
    expect(await made.closes(feed)).toEqual([16.35, 17.24]);
    made.goTo('2025-12-02T17:05:00-05:00');
    expect((await feed.closes(['VIX'], SPAN)).instead.size).toBe(0);
    expect(seen).toEqual(['"one"']);
    made.server.serve(text(HISTORY + TODAY_ROW));
    made.goTo('2025-12-02T18:00:00-05:00');
    expect(await made.closes(feed)).toEqual([16.35, 17.24, 16.59]);
  });

  test('stands in where the fetch fails, and says so; the next try is a minute away.', async () => {
    const made = await world(text(HISTORY));
    await made.closes(made.source());
    made.server.serve(text('no', 500));
    made.goTo('2025-12-02T17:00:00-05:00');
    const feed = made.source();
    const { rows, instead } = await feed.closes(['VIX'], SPAN);
    expect(rows.get('VIX')).toHaveLength(2);
    expect(instead.get('VIX')).toMatch(
      /^the copy of 2025-12-02 15:55:00 EST, which ends with 2025-12-01: 127\.0\.0\.1:\d+ answered 500$/,
    );
    await feed.closes(['VIX'], SPAN);
    expect(made.server.asked).toHaveLength(2);
    made.server.serve(text(HISTORY + TODAY_ROW));
    made.goTo('2025-12-02T17:01:00-05:00');
    expect(await made.closes(feed)).toEqual([16.35, 17.24, 16.59]);
  });

  test.each<readonly [string, (text: string) => string]>([
    ['was cut', (written) => written.slice(0, -40)],
    ['has another close', (written) => written.replace('17.240000', '71.240000')],
    ['is of another server', (written) => written.replace('127.0.0.1', 'localhost')],
    ['is empty', () => ''],
  ])('is fetched again, and that is told, where it %s.', async (_, change) => {
    const made = await world(text(HISTORY));
    await made.closes(made.source());
    writeFileSync(copyOf(made), change(readFileSync(copyOf(made), 'utf8')));
    expect(await made.closes(made.source())).toEqual([16.35, 17.24]);
    expect(made.server.asked).toHaveLength(2);
    expect(made.told).toEqual([expect.stringContaining('the copy of VIX is not used')]);
    expect(await made.closes(made.source())).toEqual([16.35, 17.24]);
    expect(made.server.asked).toHaveLength(2);
  });

  test('is not replaced by a shorter history.', async () => {
    const made = await world(text(HISTORY));
    await made.closes(made.source());
    made.server.serve(text(HISTORY.slice(0, HISTORY.indexOf('12/01'))));
    made.goTo('2025-12-02T17:00:00-05:00');
    const { instead } = await made.source().closes(['VIX'], SPAN);
    expect(instead.get('VIX')).toContain('ends before 2025-12-01, which the copy has');
  });
});

test('a last row without an end is a row where it is whole.', async () => {
  const made = await world(text(HISTORY.trimEnd()));
  expect(await made.closes(made.source())).toEqual([16.35, 17.24]);
});

describe('an answer that cannot be used', () => {
  const cut: Handler = (_, response) => {
    response.writeHead(200, { 'content-length': '5000' });
    response.write(HISTORY, () => response.destroy());
  };
  test.each<readonly [string, Handler, RegExp]>([
    ['an error of the server', text('', 503), /answered 503$/],
    ['nothing there', text('', 404), /answered 404$/],
    [
      'a page for people',
      text('<!doctype html><title>Sorry</title>'),
      /no history of VIX: line 1 is not DATE/,
    ],
    ['another header', text('DATE,CLOSE\n12/01/2025,17\n'), /line 1 is not DATE,OPEN,HIGH,LOW,CLOSE/],
    ['a header alone', text(`${HEADER}\n`), /it has no row/],
    ['a line that was cut', text(HISTORY.slice(0, -5)), /line 3 was cut/],
    ['a date of another form', text(`${HEADER}\n2025-12-01,1,1,1,17\n`), /line 2 is no row/],
    ['a level of zero', text(`${HEADER}\n12/01/2025,1,1,1,0\n`), /line 2 is no row/],
    [
      'rows that do not rise',
      text(`${HEADER}\n12/01/2025,1,1,1,17\n12/01/2025,1,1,1,17\n`),
      /line 3 is not after/,
    ],
    ['a body that ends early', cut, /the answer was cut off/],
    [
      'a redirect',
      text('', 302, { location: 'https://elsewhere.example/x.csv' }),
      /302, a redirect to elsewhere\.example, which is not followed/,
    ],
    ['too much', text('x'.repeat(5 * 1024 * 1024)), /sent more than \d+ bytes/],
    ['no text', (_, response) => response.end(Buffer.from([0xff, 0xfe, 0xfd])), /no UTF-8 text/],
    ['"not modified" without a copy', text('', 304), /there is no copy/],
  ])('is a reason, and no row: %s.', async (_, handler, reason) => {
    const made = await world(handler);
    expect(await made.closes(made.source())).toMatch(reason);
    expect(readdirSync(made.folder)).toEqual([]);
  });

  test('is one that never comes: the wait has an end.', async () => {
    const made = await world(() => undefined, { timeout: 50 });
    expect(await made.closes(made.source())).toMatch(/no answer within 0\.05 s$/);
  });

  test('is one of a server that is not there.', async () => {
    const { folder } = await world(text(''));
    const feed = cboe({
      url: 'http://127.0.0.1:1/',
      cache: cacheFolder(folder),
      clock: { now: () => at(NOW) },
      calendar: undefined,
      tell: () => undefined,
    });
    expect((await feed.quotes(['VIX'], at(NOW))).failed.get('VIX')).toMatch(/cannot be reached/);
  });
});
