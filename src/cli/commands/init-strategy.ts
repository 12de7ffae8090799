/** `hgctl init strategy NAME`: writes a strategy that works, turned off, and never over what is there. */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import type { DesiredState } from '../../desired/desired-state.ts';
import { parseYaml, valueAt } from '../../desired/yaml-document.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { isStrategyName, isSymbol, STRATEGY_RULE, SYMBOL_RULE } from '../../domain/names.ts';
import { writeNewFiles, type NewFile } from '../../store/new-files.ts';
import { readText } from '../../store/read-text.ts';
import { setSwitches } from '../../store/toggle-switches.ts';
import { openWorld, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { manifestPaths } from '../manifests.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { SIGNAL_TYPES, signalText } from '../scaffold/signal-text.ts';
import { manifestText, pageText } from '../scaffold/strategy-text.ts';
import { testText } from '../scaffold/test-text.ts';
import { refuseShadow } from '../shadow-place.ts';

export interface InitStrategyOptions extends GlobalOptions {
  readonly symbols?: string;
}

/** Funds with a long history; a new strategy gets the first that nobody owns. */
const FUNDS =
  'EFA EEM IEF TLT LQD HYG TIP SHY IWM IJH VNQ DBC SLV USO FXE EWJ EWG EWU EWZ FXI XLU XLP XLV XLK XLF XLI XLB XLE';
const COUNT = 3;

export async function runInitStrategy(io: Io, name: string, options: InitStrategyOptions): Promise<ExitCode> {
  if (!isStrategyName(name)) {
    throw new HgctlError(EXIT.usage, `${JSON.stringify(name)} is no name of a strategy`, {
      hint: `give ${STRATEGY_RULE}; not hgctl`,
    });
  }
  const folder = manifestFolder(io, options);
  const world = openWorld(io, options);
  try {
    refuseShadow(world, 'hgctl init strategy');
    refuseKnown(world, name);
    const symbols = universeFor(world.desired, options.symbols);
    const files = filesOf(name, folder, symbols);
    writeNewFiles(files);
    const { toggleFile } = world.desired.account;
    await setSwitches(
      { path: toggleFile, lock: world.paths.toggleLock },
      { strategy: name, enabled: false, modifiedAt: world.ports.clock.now(), insert: true },
    );
    io.stdout(summary(name, files, toggleFile));
    return EXIT.done;
  } finally {
    world.close();
  }
}

function manifestFolder(io: Io, options: GlobalOptions): string {
  const [folder, ...others] = manifestPaths(io, options);
  const isFolder =
    folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder && others.length === 0) return folder;
  throw new HgctlError(EXIT.usage, 'a new strategy needs one folder of manifests to go to', {
    hint: 'give -f one folder that is there; the default is ./manifests',
  });
}

/** A new strategy must not take over what an older one of the same name has left. */
function refuseKnown({ desired, manifests, ports }: World, name: string): void {
  const place = manifests.locate(`strategy/${name}`);
  if (desired.strategies.some((strategy) => strategy.name === name))
    throw taken(`the name ${name} is taken by ${place ?? 'a manifest'}`);
  const { toggleFile } = desired.account;
  const content = readText(toggleFile);
  const documents = content.kind === 'text' ? parseYaml(toggleFile, content.text).documents : [];
  if (documents.some(({ data }) => valueAt(data, ['strategies', name]) !== undefined))
    throw taken(`the toggle file ${toggleFile} has an entry ${name} already`);
  if (ports.journal.ledger().books.has(name))
    throw taken(`the books have positions of an earlier strategy ${name}`);
}

function taken(what: string): HgctlError {
  return new HgctlError(EXIT.conflict, what, { hint: 'nothing was written; choose another name' });
}

function universeFor({ strategies }: DesiredState, given: string | undefined): string[] {
  const owners = new Map(
    strategies.flatMap(({ name, universe }) => [...universe].map((symbol) => [symbol, name] as const)),
  );
  if (given === undefined) {
    const free = FUNDS.split(' ').filter((symbol) => !owners.has(symbol));
    if (free.length >= COUNT) return free.slice(0, COUNT);
    throw new HgctlError(EXIT.usage, 'other strategies have all symbols that are offered to a new one', {
      hint: 'give its own: --symbols AAA,BBB',
    });
  }
  const symbols = [...new Set(given.split(',').map((symbol) => symbol.trim()))];
  const wrong = symbols.find((symbol) => !isSymbol(symbol));
  if (wrong !== undefined) {
    throw new HgctlError(EXIT.usage, `${JSON.stringify(wrong)} is no symbol`, {
      hint: `give ${SYMBOL_RULE}, with commas between them`,
    });
  }
  const owned = symbols.find((symbol) => owners.has(symbol));
  if (owned !== undefined)
    throw new HgctlError(EXIT.conflict, `${owned} is in the universe of ${owners.get(owned) ?? ''}`, {
      hint: 'a symbol has one owner; nothing was written',
    });
  return symbols;
}

/** In the order in which they are told; the manifest comes last, because it is what counts. */
function filesOf(name: string, folder: string, symbols: readonly string[]): NewFile[] {
  const manifest = join(folder, 'strategies', `${name}.yaml`);
  const module = join(folder, 'signals', `${name}.ts`);
  const types = join(folder, 'signals', 'hgctl-signal.d.ts');
  const test = join('test', `${name}.test.mjs`);
  const page = join('docs', 'strategies', `${name}.md`);
  const size = Math.min(500, Math.floor(9_500 / symbols.length));
  const facts = { name, symbols, weight: percent(size), exposure: percent(size * symbols.length) };
  const fromTest = relative('test', module).split(sep).join('/');
  return [
    { path: module, text: signalText(name) },
    ...(existsSync(types) ? [] : [{ path: types, text: SIGNAL_TYPES }]),
    {
      path: test,
      text: testText({ ...facts, symbol: symbols[0] ?? '', module: fromTest, hook: hookFor(test) }),
    },
    { path: page, text: pageText({ ...facts, manifest, module, test }) },
    { path: manifest, text: manifestText(facts) },
  ];
}

function percent(hundredths: number): string {
  return `${hundredths / 100}%`;
}

/** By name where Node finds this package from the test's folder; else by the place of the program that runs. */
function hookFor(test: string): string {
  const name = 'hgctl/typescript';
  try {
    createRequire(resolve(test)).resolve(name);
    return name;
  } catch {
    return new URL('./typescript-hook.js', import.meta.url).href;
  }
}

function summary(name: string, files: readonly NewFile[], toggleFile: string): string {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/\.d\.ts$/, 'types for your editor'],
    [/\.ts$/, 'the signal: one function'],
    [/\.mjs$/, 'its test'],
    [/\.md$/, 'its page'],
    [/\.yaml$/, 'the manifest'],
  ];
  const rows = files.map(({ path }) => [
    `  ${printable(path)}`,
    kinds.find(([pattern]) => pattern.test(path))?.[1] ?? '',
  ]);
  const toggle = [`  ${printable(relative('', toggleFile))}`, `${name}: enabled: false`];
  const table = formatTable([{ header: 'Written' }, { header: '' }], [...rows, toggle]);
  return `${table.trimEnd()}\n\nNext: node --test, then hgctl enable ${name} && hgctl plan\n`;
}
