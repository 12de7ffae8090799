/** The report page in a real browser: nothing goes wrong, nothing leaves the page, and everything is where it belongs. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulationPage } from '../../../src/cli/output/simulation-page.ts';
import type { SimulationRecord } from '../../../src/performance/record.ts';
import { simulated } from '../../support/simulation-record.ts';

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const browser = PLACES.find((path) => path !== '' && existsSync(path));
const SKIPPED =
  browser === undefined ? ' (SKIPPED: there is no /usr/bin/chromium, and CHROMIUM names none)' : '';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Half of a line is outside of the box that its middle is in, and fonts differ. */
const SLACK = 2;

const RECORDS: readonly (readonly [name: string, record: SimulationRecord])[] = [
  ['four years', simulated({ seed: 21, sessions: 1000, from: '2021-01-04' })],
  ['two weeks', simulated({ sessions: 10 })],
  ['one session', simulated({ sessions: 1 })],
  [
    'ten strategies with long names',
    simulated({
      sessions: 260,
      strategies: Array.from({ length: 10 }, (_, index) => `a-strategy-with-a-long-name-no-${index}`),
    }),
  ],
];

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Drawing {
  readonly id: string;
  readonly title: string;
  readonly frame: Box;
  readonly area: Box;
  readonly paths: readonly (Box & { readonly classes: string })[];
  readonly labels: readonly (Box & { readonly text: string; readonly kind: string })[];
}

describe.skipIf(browser === undefined)(`the report page in Chromium${SKIPPED}`, () => {
  let context: BrowserContext;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hgctl-chromium-'));
    const options = { executablePath: browser ?? '', headless: true, args: ARGUMENTS };
    context = await chromium.launchPersistentContext(join(folder, 'profile'), options);
  });
  afterAll(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (
    record: SimulationRecord,
    width: number,
  ): Promise<{ page: Page; troubles: string[] }> => {
    const file = join(folder, 'report.html');
    writeFileSync(file, simulationPage(record));
    const address = pathToFileURL(file).href;
    const troubles: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) troubles.push(request.url());
    });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(address);
    return { page, troubles };
  };

  const cases = RECORDS.flatMap(([name, record]) => [1280, 390].map((width) => ({ name, record, width })));

  test.each(cases)('$name at $width px.', async ({ record, width }) => {
    const { page, troubles } = await open(record, width);
    const drawings = await page.evaluate(drawingsOf);
    expect(drawings).toHaveLength(2 + 2 * record.strategies.length);
    for (const drawing of drawings) {
      expectInside(drawing, width);
      expectLabels(drawing);
    }
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const sizes = await page.evaluate(textSizes);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('the curves say what the record says.', async () => {
    const record = simulated({ sessions: 300 });
    const { page } = await open(record, 1280);
    const drawings = await page.evaluate(drawingsOf);
    const equity = drawings.find(({ id }) => id === 'equity-wide');
    const values = [record.startingEquity, ...record.sessions.map((session) => session.equity)];
    const curve = equity?.paths.find(({ classes }) => classes.includes('curve'));
    const ticks = (equity?.labels ?? []).filter(({ kind }) => kind === 'value');
    // Height of a value, from the labels of the highest and the lowest tick alone.
    const at = (value: number): number => {
      const [low, high] = [ticks[0], ticks.at(-1)].map((tick) => ({
        value: Number(tick?.text.replaceAll(',', '')) * 1_000_000,
        y: ((tick?.top ?? 0) + (tick?.bottom ?? 0)) / 2,
      }));
      if (low === undefined || high === undefined) return Number.NaN;
      return low.y + ((value - low.value) / (high.value - low.value)) * (high.y - low.y);
    };
    expect(Math.abs((curve?.top ?? 0) - at(Math.max(...values)))).toBeLessThan(SLACK);
    expect(Math.abs((curve?.bottom ?? 0) - at(Math.min(...values)))).toBeLessThan(SLACK);
    expect(Math.abs((curve?.left ?? 0) - (equity?.area.left ?? 0))).toBeLessThan(SLACK);
    expect(Math.abs((curve?.right ?? 0) - (equity?.area.right ?? 0))).toBeLessThan(SLACK);
    await page.close();
  });

  test('it follows the colours of the system, and every drawing and table has a name.', async () => {
    const { page } = await open(simulated({ sessions: 80 }), 1280);
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await paper();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await paper()).not.toBe(light);
    expect(await page.getByRole('img', { name: 'Equity in dollars' }).count()).toBe(1);
    expect(
      await page.getByRole('img', { name: 'Exposure of pairs-short in percent of equity' }).count(),
    ).toBe(1);
    expect(await page.getByRole('region', { name: 'Monthly returns' }).count()).toBe(1);
    expect(await page.getByRole('columnheader', { name: 'account' }).count()).toBe(1);
    expect(await page.getByRole('rowheader', { name: 'Sharpe' }).count()).toBe(1);
    await page.close();
  });
});

/** Runs in the page: the drawings that are shown, in pixels of the page. */
const drawingsOf = `(() => {
  const box = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  };
  const around = (boxes) => ({
    left: Math.min(...boxes.map((at) => at.left)),
    right: Math.max(...boxes.map((at) => at.right)),
    top: Math.min(...boxes.map((at) => at.top)),
    bottom: Math.max(...boxes.map((at) => at.bottom)),
  });
  return [...document.querySelectorAll('svg.plot')].filter((svg) => svg.checkVisibility()).map((svg) => ({
    id: svg.id,
    title: svg.querySelector('title').textContent,
    frame: box(svg),
    area: around([...svg.querySelectorAll('.grid')].map(box)),
    paths: [...svg.querySelectorAll('path')].map((path) => ({ ...box(path), classes: path.getAttribute('class') })),
    labels: [...svg.querySelectorAll('text')].map((text) => ({
      ...box(text), text: text.textContent, kind: text.getAttribute('class'),
    })),
  }));
})()` as unknown as () => Drawing[];

/** Runs in the page: the heights of the text of the drawings that are shown. */
const textSizes = `[...document.querySelectorAll('svg.plot text')]
  .filter((text) => text.checkVisibility()).map((text) => text.getBoundingClientRect().height)` as unknown as () => number[];

function expectInside({ frame, area, paths, labels, title }: Drawing, width: number): void {
  expect(title).not.toBe('');
  expect(frame.left).toBeGreaterThanOrEqual(0);
  expect(frame.right).toBeLessThanOrEqual(width);
  expect(area.top).toBeGreaterThanOrEqual(frame.top);
  expect(area.bottom).toBeLessThanOrEqual(frame.bottom);
  expect(paths.length).toBeGreaterThanOrEqual(1);
  for (const path of paths) {
    expect(path.left).toBeGreaterThanOrEqual(area.left - SLACK);
    expect(path.right).toBeLessThanOrEqual(area.right + SLACK);
    expect(path.top).toBeGreaterThanOrEqual(area.top - SLACK);
    expect(path.bottom).toBeLessThanOrEqual(area.bottom + SLACK);
  }
  for (const label of labels) {
    expect(label.left).toBeGreaterThanOrEqual(frame.left - SLACK);
    expect(label.right).toBeLessThanOrEqual(frame.right + SLACK);
  }
}

/** Both axes have labels, in their form, and no two of a drawing touch. */
function expectLabels({ labels }: Drawing): void {
  const textsOf = (kind: string): string[] =>
    labels.filter((label) => label.kind === kind).map(({ text }) => text);
  expect(textsOf('value').length).toBeGreaterThanOrEqual(2);
  for (const text of textsOf('value')) expect(text).toMatch(/^-?[\d,]+(\.\d+)?%?$/);
  expect(new Set(textsOf('value')).size).toBe(textsOf('value').length);
  expect(textsOf('date').length).toBeGreaterThanOrEqual(1);
  for (const text of textsOf('date')) expect(text).toMatch(/^\d{4}(-\d\d){0,2}$/);
  labels.forEach((a, index) => {
    for (const b of labels.slice(index + 1)) {
      const touch = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      expect(touch, `${a.text} and ${b.text} overlap`).toBe(false);
    }
  });
}
