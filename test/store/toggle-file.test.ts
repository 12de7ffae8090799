import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';
import { writeToggle } from '../../src/store/toggle-file.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hgctl-toggle-'));
  file = join(folder, 'strategy_toggle.yaml');
  writeFileSync(file, 'old\n');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function thrownBy(run: () => void): HgctlError {
  try {
    run();
  } catch (error) {
    if (error instanceof HgctlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const content = (): string => readFileSync(file, 'utf8');

describe('Writing the toggle file', () => {
  test('The text is replaced, the mode stays and nothing else is left in the folder.', () => {
    chmodSync(file, 0o640);
    writeToggle(file, (text) => `${text}new é\n`);
    expect(content()).toBe('old\nnew é\n');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['strategy_toggle.yaml']);
  });

  test('The same text writes nothing: the file is the same one.', () => {
    const { ino } = statSync(file);
    writeToggle(file, (text) => text);
    expect(statSync(file).ino).toBe(ino);
  });

  test('A link stays a link, and its file is written.', () => {
    const link = join(folder, 'link.yaml');
    symlinkSync('strategy_toggle.yaml', link);
    writeToggle(link, () => 'new\n');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(content()).toBe('new\n');
  });

  test('An edit by somebody else meanwhile is kept: ours is made again on top of it.', () => {
    const seen: string[] = [];
    writeToggle(file, (text) => {
      seen.push(text);
      if (seen.length < 3) writeFileSync(file, `other ${seen.length}\n`);
      return `${text}ours\n`;
    });
    expect(seen).toEqual(['old\n', 'other 1\n', 'other 2\n']);
    expect(content()).toBe('other 2\nours\n');
  });

  test('A file that changes five times is a conflict, and keeps the text of the others.', () => {
    let edits = 0;
    const error = thrownBy(() =>
      writeToggle(file, (text) => {
        edits += 1;
        writeFileSync(file, `other ${edits}\n`);
        return `${text}ours\n`;
      }),
    );
    expect([error.exit, edits, content()]).toEqual([EXIT.conflict, 5, 'other 5\n']);
    expect(readdirSync(folder)).toEqual(['strategy_toggle.yaml']);
  });

  test('An edit that throws leaves the file as it was.', () => {
    const trouble = new HgctlError(EXIT.invalid, 'no');
    expect(
      thrownBy(() =>
        writeToggle(file, () => {
          throw trouble;
        }),
      ),
    ).toBe(trouble);
    expect(content()).toBe('old\n');
  });

  test('A file that does not exist is not found, one that is no text is invalid.', () => {
    expect(thrownBy(() => writeToggle(join(folder, 'none'), (text) => text)).exit).toBe(EXIT.notFound);
    writeFileSync(file, new Uint8Array([0xff]));
    expect(thrownBy(() => writeToggle(file, (text) => text)).exit).toBe(EXIT.invalid);
  });
});
