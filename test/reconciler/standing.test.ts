/** What is known of each strategy, and whether it is switched off. */
import { describe, expect, test } from 'vitest';
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { KnownStrategy, Ledger } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import { isSwitchedOff, knownStrategies, type Standing } from '../../src/reconciler/standing.ts';
import { strategy } from '../support/opinion.ts';

const entry = (name: string, more: Partial<KnownStrategy> = {}): KnownStrategy => ({
  name,
  lifecycle: 'active',
  schedule: [],
  ...more,
});
const inventory = (...entries: KnownStrategy[]) => ({
  inventory: new Map(entries.map((one) => [one.name, one])),
});
const revision = (...names: string[]) => ({
  revision: { strategies: names.map((name) => entry(name)) } as unknown as Ledger['revision'],
});
const books = (of: Readonly<Record<string, readonly string[]>>) => ({
  books: new Map(
    Object.entries(of).map(([name, symbols]) => [
      name,
      new Map(symbols.map((symbol) => [symbol, {} as never])),
    ]),
  ),
});

describe('known strategies', () => {
  const known = (declared: string[], problems: string[], ledger: Partial<Ledger>) => {
    const desired = { strategies: declared.map((name) => strategy(name)) } as unknown as DesiredState;
    const all = knownStrategies({ desired, problems }, { ...emptyLedger(), ...ledger });
    return [...all].map(([name, { kind }]) => `${name} ${kind}`);
  };
  const TWO = { ...inventory(entry('b'), entry('a')), ...revision('a', 'b') };
  test.each<
    [what: string, declared: string[], problems: string[], ledger: Partial<Ledger>, expected: string[]]
  >([
    ['those that are declared, in their order', ['b', 'a'], [], {}, ['b declared', 'a declared']],
    [
      'then those that no manifest declares any more, by name',
      ['c'],
      [],
      TWO,
      ['c declared', 'a undeclared', 'b undeclared'],
    ],
    ['and books of others', [], [], books({ b: ['VTI'], a: ['VTI'] }), ['a undeclared', 'b undeclared']],
    ['no books with nothing in them', [], [], books({ a: [] }), []],
    ['none twice', ['a'], [], { ...inventory(entry('a')), ...books({ a: ['VTI'] }) }, ['a declared']],
    [
      'in the order of the last revision, while the manifests are invalid',
      [],
      ['bad'],
      TWO,
      ['a accepted', 'b accepted'],
    ],
    [
      'what was renamed since is last',
      [],
      ['bad'],
      { ...inventory(entry('new'), entry('b'), entry('a')), ...revision('a', 'b') },
      ['a accepted', 'b accepted', 'new accepted'],
    ],
    [
      'in their own order where there was none',
      [],
      ['bad'],
      inventory(entry('b'), entry('a')),
      ['b accepted', 'a accepted'],
    ],
    [
      'whose manifest was gone is not accepted',
      [],
      ['bad'],
      { ...inventory(entry('a'), entry('b', { absent: true })), ...revision('a') },
      ['a accepted', 'b undeclared'],
    ],
    ['what is declared all the same is declared', ['b'], ['bad'], TWO, ['b declared', 'a accepted']],
  ])('%s', (_, declared, problems, ledger, expected) => {
    expect(known(declared, problems, ledger)).toEqual(expected);
  });
});

test.each<[what: string, standing: Standing, drained: boolean, isOff: boolean]>([
  ['declared and on', { kind: 'declared', strategy: strategy('a') }, false, false],
  [
    'declared and off',
    { kind: 'declared', strategy: strategy('a', { toggle: { enabled: false, shutdownRequested: false } }) },
    false,
    true,
  ],
  [
    'declared, without a switch',
    { kind: 'declared', strategy: strategy('a', { toggle: null }) },
    false,
    false,
  ],
  ['accepted', { kind: 'accepted', entry: entry('a', { follows: true }) }, false, false],
  ['accepted by an earlier version', { kind: 'accepted', entry: entry('a') }, false, false],
  ['accepted as off', { kind: 'accepted', entry: entry('a', { follows: false }) }, false, true],
  [
    'accepted as planned',
    { kind: 'accepted', entry: entry('a', { follows: false, lifecycle: 'planned' }) },
    false,
    false,
  ],
  ['accepted, and shut down since', { kind: 'accepted', entry: entry('a', { follows: true }) }, true, true],
  ['undeclared', { kind: 'undeclared' }, true, false],
])('%s: switched off or not', (_, standing, drained, isOff) => {
  const drains = new Map(drained ? [['a', {} as never]] : []);
  expect(isSwitchedOff(standing, { ...emptyLedger(), drains })).toBe(isOff);
});
