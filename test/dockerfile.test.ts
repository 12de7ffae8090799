/** There is no container engine where the tests run: what the Dockerfile copies and builds is tried without one. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').split('\n');

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hgctl-image-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** What is copied from the build context. */
const sources = lines
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) =>
    line
      .split(' ')
      .slice(1, -1)
      .filter((word) => !word.startsWith('--')),
  );

test('The files that the image is built from suffice, and what they build runs without any package.', () => {
  const build = folder();
  expect(sources).toContain('src');
  for (const source of sources) cpSync(join(ROOT, source), join(build, source), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(build, 'node_modules'));
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: build });

  const image = folder();
  for (const name of ['package.json', 'dist', 'manifests'])
    cpSync(join(build, name), join(image, name), { recursive: true });
  const hgctl = (...words: readonly string[]): string =>
    execFileSync(process.execPath, [join(image, 'dist/hgctl.js'), ...words], {
      cwd: image,
      env: { HGCTL_MANIFESTS: join(image, 'manifests'), HGCTL_NOW: '2025-12-02T15:30:00-05:00' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  expect(hgctl('version')).toMatch(/^hgctl \d/);
  expect(hgctl('apply', '--yes')).toMatch(/Apply: 3 done/);
});

test('The build context holds what is copied, and nothing else.', () => {
  const context = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  expect(context.sort()).toEqual([...new Set(sources)].sort());
});

test('It does not run as root, stops with the signal that hgctl knows, and asks hgctl how it is.', () => {
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  expect(last).toContain('USER node');
  expect(last).toContain('STOPSIGNAL SIGTERM');
  expect(last.some((line) => line.startsWith('HEALTHCHECK') && line.endsWith('"health"]'))).toBe(true);
});
