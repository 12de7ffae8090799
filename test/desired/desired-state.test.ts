import { simulatedAs } from '../../src/desired/broker-schema.ts';
import { parseMoney } from '../../src/domain/decimal.ts';
import { DEFAULT_VOL_PARAMETERS } from '../../src/desired/vol-parameters.ts';
import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Texts } from './manifest-set.ts';
import { ACCOUNT, BASE, CORE, MP, TOGGLE, loaded } from './manifest-set.ts';

const PAIRS = MP.replace('name: mp', 'name: pairs').replace('{file: big.csv}', '{symbols: [KO, PEP]}');
const CSV = 'Symbol\nAAPL\nMSFT\n';
const SET: Texts = { ...BASE, 'm/mp.yaml': MP, 'm/pairs.yaml': PAIRS, 'm/big.csv': CSV };

const documents = [ACCOUNT, CORE, MP, PAIRS, TOGGLE];
const layout = fc.record({
  order: fc.shuffledSubarray(documents, { minLength: documents.length }),
  files: fc.array(fc.nat(4), { minLength: documents.length, maxLength: documents.length }),
  comment: fc.constantFrom('', '# a comment\n', '\n\n'),
});

test.prop([layout], { numRuns: 1000 })(
  'The same documents in other files, in another order, between other comments ask for the same.',
  ({ order, files, comment }) => {
    const texts: Record<string, string> = { 'm/big.csv': CSV };
    order.forEach((document, index) => {
      const name = `m/file${files[index] ?? 0}.yaml`;
      texts[name] = `${texts[name] ?? ''}---\n${comment}${document}`;
    });
    const { toggleFile, ...account } = loaded(texts).desired.account;
    const plain = loaded(SET).desired;
    expect({ ...loaded(texts).desired, account }).toEqual({
      ...plain,
      account: { ...plain.account, toggleFile: undefined },
    });
    expect(toggleFile).toMatch(/^\/home\/m\/file\d\.yaml$/);
  },
);

describe('The digest', () => {
  const digest = (change: Texts): string => loaded({ ...SET, ...change }).desired.digest;
  const before = digest({});

  test.each<[string, Texts]>([
    ['a weight', { 'm/core.yaml': CORE.replace('50%', '51%') }],
    ['a priority', { 'm/core.yaml': CORE.replace('priority: 10', 'priority: 11') }],
    ['a label', { 'm/core.yaml': CORE.replace('name: core', 'name: core, labels: {a: b}') }],
    ['a limit', { 'm/account.yaml': `${ACCOUNT}  limits: {maxGross: "200%"}\n` }],
    ['a switch', { 'm/toggle.yaml': TOGGLE.replace('enabled: true', 'enabled: false') }],
    ['a request to shut down', { 'm/toggle.yaml': TOGGLE.replace('requested: false', 'requested: true') }],
    [
      'the right to go short',
      { 'm/core.yaml': CORE.replace('maxPositions: 3', 'maxPositions: 3, shorts: allowed') },
    ],
    [
      'what the simulated account may sell short',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, shorting: {hardToBorrow: [GME]}}') },
    ],
    [
      'what the simulated broker trades by whole shares only',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, notFractionable: [GME]}') },
    ],
    [
      'what must be covered by equity at the simulated broker',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, marginRequirements: {TQQQ: "75%"}}') },
    ],
    [
      'what the simulated broker charges',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, fees: {perOrder: "1"}}') },
    ],
    [
      'what its fills lose',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, slippage: {type: half-spread}}') },
    ],
    ['a symbol of a universe file', { 'm/big.csv': `${CSV}NVDA\n` }],
  ])('%s changes it', (_what, change) => {
    expect(digest(change)).not.toBe(before);
  });

  test.each<[string, Texts]>([
    ['the order of targets', { 'm/core.yaml': CORE.replace(/( +- .*\n)( +- .*\n)/, '$2$1') }],
    ['another way to write a number', { 'm/core.yaml': CORE.replace('"50%"', "'50.00%'") }],
    ['a default that is written out', { 'm/core.yaml': `${CORE}  orphans: hold\n  schedule: []\n` }],
    [
      'that nothing trades by whole shares only',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, notFractionable: []}') },
    ],
    [
      'that no symbol must be covered by more',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, marginRequirements: {}}') },
    ],
    [
      'that shorts are never allowed',
      { 'm/core.yaml': CORE.replace('maxPositions: 3', 'maxPositions: 3, shorts: never') },
    ],
    ['who changed the toggle file', { 'm/toggle.yaml': TOGGLE.replace('"test"', '"api"') }],
    [
      'the order of a universe file',
      { 'm/big.csv': 'Name,Symbol\nx,MSFT\ny,AAPL\n'.replaceAll('\n', '\r\n') },
    ],
    [
      'a fault script of the simulated broker',
      { 'm/account.yaml': ACCOUNT.replace('seed: 7}', 'seed: 7, faults: f.yaml}') },
    ],
    ['the data folder', { 'm/account.yaml': `${ACCOUNT}  store: {data: /elsewhere}\n` }],
  ])('%s does not', (_what, change) => {
    expect(digest(change)).toBe(before);
  });
});

test('The digest of a program is the same wherever its manifest is.', () => {
  const own = CORE.replace(
    / {2}signal:[^]*(?= {2}universe)/,
    '  signal: {type: command, params: {argv: ["./x"]}}\n',
  );
  const { 'm/core.yaml': _, ...rest } = BASE;
  const here = loaded({ ...rest, 'm/core.yaml': own });
  const there = loaded({ ...rest, 'm/deep/core.yaml': own });
  expect(here.desired.strategies[0]?.signal).not.toEqual(there.desired.strategies[0]?.signal);
  expect(there.desired.digest).toBe(here.desired.digest);
});

test('Targets below zero are short, where the manifest allows it.', () => {
  const core = CORE.replace('"50%"', '"-12.5%"')
    .replace('"12"', '"-12"')
    .replace('maxPositions: 3', 'maxPositions: 3, shorts: allowed');
  const [strategy] = loaded({ ...BASE, 'm/core.yaml': core }).desired.strategies;
  expect(strategy?.capital.shorts).toBe('allowed');
  expect(strategy?.signal).toMatchObject({
    targets: [
      { symbol: 'GLD', size: { kind: 'quantity', quantity: -12_000_000_000 } },
      { symbol: 'VTI', size: { kind: 'weight', weight: -125_000 } },
    ],
  });
});

test('Costs of the simulated broker are read exactly; a fee that is left out is zero.', () => {
  const costs = 'slippage: {type: fixed, rate: "0.05%"}, fees: {perShare: "0.005", soldPerMillion: "27.80"}}';
  const { desired } = loaded({ ...BASE, 'm/account.yaml': ACCOUNT.replace('seed: 7}', `seed: 7, ${costs}`) });
  expect(desired.account.broker).toMatchObject({
    slippage: { type: 'fixed', rate: 500 },
    fees: { perOrder: 0, perShare: 5_000, minimum: 0, soldPerMillion: 27_800_000 },
  });
});

test('What a manifest leaves out takes the documented defaults.', () => {
  const { account, strategies } = loaded(BASE).desired;
  expect(account).toEqual({
    name: 'paper',
    broker: {
      type: 'simulated',
      cash: 100_000_000_000,
      clock: 'always-open',
      seed: 7,
      multiplier: 1_000_000,
      fillDelay: 1_000,
      faults: null,
      partialFills: 250_000,
    },
    prices: { type: 'synthetic', seed: 7, movement: 'constant' },
    limits: {
      maxOrderValue: null,
      maxOrdersPerDay: null,
      maxOrdersPerSymbol: null,
      priceCollar: 50_000,
      maxGross: null,
    },
    execution: {
      lockWait: 30_000,
      lockTimeout: 240_000,
      snapshotAge: 30_000,
      fillTimeout: 30_000,
      cancelAllowance: 15_000,
      requestTimeout: 10_000,
      settleWindow: 10_000,
      secondProof: 30_000,
      maxInFlight: 4,
      clockSkew: 2_000,
    },
    data: null,
    toggleFile: '/home/m/toggle.yaml',
  });
  expect(strategies).toEqual([
    {
      name: 'core',
      description: '',
      labels: {},
      lifecycle: 'active',
      priority: 10,
      signal: {
        type: 'fixed',
        targets: [
          { symbol: 'GLD', size: { kind: 'quantity', quantity: 12_000_000_000 }, priority: 0 },
          { symbol: 'VTI', size: { kind: 'weight', weight: 500_000 }, priority: 0 },
        ],
        band: null,
        unlisted: 'close',
        wholeShares: true,
      },
      universe: new Set(['GLD', 'VTI']),
      capital: { positionSize: 600_000, maxPositions: 3, maxExposure: 950_000 },
      schedule: [],
      orphans: 'hold',
      toggle: { enabled: true, shutdownRequested: false },
    },
  ]);
});

test('The signal vol-term-structure takes the documented defaults, and its size from the capital.', () => {
  const vol = CORE.replace(/ {2}signal:[^]*$/, '')
    .replace('core', 'vol')
    .concat(
      '  signal: {type: vol-term-structure}\n',
      '  universe: {symbols: [SVXY]}\n',
      '  capital: {positionSize: "7%", maxPositions: 1, maxExposure: "7%"}\n',
      '  lifecycle: planned\n',
    );
  const { strategies } = loaded({ ...BASE, 'm/vol.yaml': vol }).desired;
  expect(strategies.find(({ name }) => name === 'vol')?.signal).toEqual({
    type: 'vol-term-structure',
    parameters: { ...DEFAULT_VOL_PARAMETERS, shortVolWeight: 0.07 },
    band: null,
    wholeShares: true,
  });
});

describe('Toggles', () => {
  test('Switches that are not written are off, and a planned strategy needs no entry.', () => {
    const { strategies } = loaded({ ...SET, 'm/toggle.yaml': 'strategies: {core: {}}\n' }).desired;
    expect(strategies.map(({ name, toggle }) => [name, toggle])).toEqual([
      ['core', { enabled: false, shutdownRequested: false }],
      ['mp', null],
      ['pairs', null],
    ]);
  });

  test('The account may name a toggle file outside the set.', () => {
    const texts = { 'm/core.yaml': CORE, 'c/switches.yml': TOGGLE };
    const account = `${ACCOUNT}  toggles: {file: ../c/switches.yml}\n`;
    const { desired } = loaded({ ...texts, 'm/account.yaml': account });
    expect(desired.account.toggleFile).toBe('/home/c/switches.yml');
    expect(desired.strategies[0]?.toggle).toEqual({ enabled: true, shutdownRequested: false });
  });
});

test('Paths of the account are absolute, relative to its file.', () => {
  const account = ACCOUNT.replace('{type: synthetic, seed: 7}', '{type: csv, folder: ../prices/./daily}');
  const { desired, accountFile } = loaded({ ...BASE, 'm/account.yaml': account });
  expect(desired.account.prices).toEqual({ type: 'csv', folder: '/home/prices/daily' });
  expect(accountFile).toBe('/home/m/account.yaml');
});

test.each([
  ['strategy/core', 'm/core.yaml:3'],
  ['strategy/core:spec.capital.maxPositions', 'm/core.yaml:13'],
  ['strategy/core:spec.signal.params.targets[GLD]', 'm/core.yaml:11'],
  ['strategy/core:spec.signal.params.targets[0]', 'm/core.yaml:10'],
  ['strategy/core:spec.universe.symbols[GLD]', 'm/core.yaml:12'],
  ['strategy/core:spec.orphans', 'm/core.yaml:4'],
  ['strategy/nobody', undefined],
  ['account/paper', undefined],
  ['', undefined],
])('The place of %s is %s', (subject, place) => {
  expect(loaded(BASE).locate(subject)).toBe(place);
});

test.each(['always-open', 'exchange'] as const)(
  'A simulated account in the place of one at Alpaca has the hours of that, here %s.',
  (clock) => {
    const written = `type: alpaca, url: "http://127.0.0.1:4010/", clock: ${clock}`;
    const account = ACCOUNT.replace(/type: simulated[^}]*/, written);
    expect(simulatedAs(loaded({ ...BASE, 'm/account.yaml': account }).desired.account.broker)).toMatchObject({
      type: 'simulated',
      clock,
      cash: parseMoney('100000.00'),
    });
  },
);
