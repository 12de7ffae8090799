/** A folder with whole manifests and the data of a day, in which a part of the cases is tried through the whole program. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInProcess } from '../../test/support/in-process.ts';
import type { Json } from '../../src/domain/digest.ts';
import { BASES, BESIDE, companionsOf, type Base } from './manifests.ts';
import { textOf, treeOf } from './tree.ts';
import { fileNameOf } from './judge-manifests.ts';

export interface Told {
  readonly code: number | null;
  readonly text: string;
}

/** Bytes of each file of the data folder, by its name in it. */
export type Files = ReadonlyMap<string, Buffer>;

export interface Desk {
  /** The data folder as it is after a day, with a purchase still to make: an execution would be seen. */
  readonly data: Files;
  run(...args: readonly string[]): Promise<Told>;
  /** What `plan` says while all files are whole; told once a base. Lays the base where it is asked for the first time. */
  planOf(base: Base): Promise<Told>;
  /** The files of the data folder as they are now. */
  now(): Files;
  /** The base and what it needs, with `bytes` in its place, and the data folder as it was. */
  lay(base: Base, bytes: Buffer): void;
  /** Over {@link lay}: another content of one file of the data folder. */
  spoil(name: string, bytes: Buffer): void;
  remove(): void;
}

const NOW = '2025-12-02T15:30:00-05:00';

export const STATE = 'strategy_positions.json';
export const JOURNAL = 'journal/0001.jsonl';

export async function openDesk(): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-hostile-'));
  const manifests = join(folder, 'manifests');
  const data = join(folder, 'data');
  const run = async (...args: readonly string[]): Promise<Told> => {
    const { code, stdout, stderr } = await runInProcess(args, { cwd: folder, env: { HGCTL_NOW: NOW } });
    return { code, text: stdout + stderr };
  };
  const lay = (base: Base, bytes: Buffer): void => {
    rmSync(manifests, { recursive: true, force: true });
    mkdirSync(manifests);
    for (const [name, text] of Object.entries(BESIDE)) writeFileSync(join(manifests, name), text);
    for (const other of companionsOf(base)) writeFileSync(join(manifests, fileNameOf(other)), bytesOf(other));
    writeFileSync(join(manifests, fileNameOf(base)), bytes);
  };
  try {
    const kept = await madeHere({ run, lay, data });
    const layAll = (base: Base, bytes: Buffer): void => {
      lay(base, bytes);
      if (!sameFiles(filesIn(data), kept)) putBack(data, kept);
    };
    const plans = new Map<Base, Told>();
    const planOf = async (base: Base): Promise<Told> => {
      const known = plans.get(base);
      if (known !== undefined) return known;
      layAll(base, bytesOf(base));
      const told = await run('plan');
      plans.set(base, told);
      return told;
    };
    return {
      data: kept,
      run,
      planOf,
      now: () => filesIn(data),
      lay: layAll,
      spoil: (name, bytes) => writeFileSync(join(data, name), bytes),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export function bytesOf({ document }: Base): Buffer {
  return Buffer.from(textOf(treeOf(document)));
}

interface Making {
  readonly run: Desk['run'];
  readonly lay: (base: Base, bytes: Buffer) => void;
  readonly data: string;
}

/** A day of commands, so that the journal has records of many kinds. */
async function madeHere({ run, lay, data }: Making): Promise<Files> {
  const fixed = BASES.find(({ name }) => name === 'fixed');
  if (fixed === undefined) throw new Error('no manifest to begin with');
  const small = JSON.parse(JSON.stringify(fixed.document).replace('"30%"', '"10%"')) as Json;
  lay(fixed, Buffer.from(textOf(treeOf(small))));
  const day = [
    ['apply', '--yes'],
    ['sim', 'trade', 'buy', '3', 'QQQ'],
    ['suspend', 'fixed', '--reason', 'a look'],
    ['resume', 'fixed'],
    ['halt', '--reason', 'a look'],
    ['unhalt', '--reason', 'seen'],
    ['disable', 'fixed'],
    ['enable', 'fixed'],
    ['apply', '--yes'],
  ];
  for (const args of day) {
    const { code, text } = await run(...args);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit ${String(code)}: ${text}`);
  }
  return filesIn(data);
}

function filesIn(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name))]));
}

export function sameFiles(one: Files, other: Files): boolean {
  return (
    one.size === other.size && [...one].every(([name, bytes]) => other.get(name)?.equals(bytes) === true)
  );
}

function putBack(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  }
}
