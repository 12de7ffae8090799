import { describe, expect, test } from 'vitest';
import { ACCOUNT, BASE, CORE, MP, TOGGLE, load, problemsOf, type Texts } from './manifest-set.ts';
import { formatProblem } from '../../src/desired/problem.ts';

type Change = readonly [from: string, to: string];

function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`nothing to change: ${from}`);
    return result.replace(from, to);
  }, text);
}

const core = (...changes: Change[]): Texts => ({ ...BASE, 'm/core.yaml': changed(CORE, changes) });
const account = (...changes: Change[]): Texts => ({ ...BASE, 'm/account.yaml': changed(ACCOUNT, changes) });
const alpaca = (field: string): Texts =>
  account(['type: simulated, cash: "100000.00", clock: always-open, seed: 7', `type: alpaca, ${field}`]);
const toggle = (...changes: Change[]): Texts => ({ ...BASE, 'm/toggle.yaml': changed(TOGGLE, changes) });
const withMp = (csv: string, ...changes: Change[]): Texts => ({
  ...BASE,
  'm/mp.yaml': changed(MP, changes),
  'm/big.csv': csv,
});

const VOL = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: vol}
spec:
  lifecycle: active
  signal: {type: vol-term-structure}
  universe: {symbols: [SVXY]}
  capital: {positionSize: "10%", maxPositions: 1, maxExposure: "10%"}
  schedule: [{at: close-15m, action: rebalance}]
`;
const withVol = (...changes: Change[]): Texts => ({
  ...BASE,
  'm/vol.yaml': changed(VOL, changes),
  'm/toggle.yaml': TOGGLE.replace('strategies:', 'strategies:\n  vol: {enabled: true}'),
});

const PAIRS = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: pairs}
spec:
  description: two of a kind
  signal: {type: pairs, params: {pairs: [[XOM, CVX]]}}
  universe: {symbols: [XOM, CVX]}
  capital: {positionSize: "10%", maxPositions: 2, maxExposure: "10%"}
  schedule: [{at: close-15m, action: rebalance}]
`;
const withPairs = (...changes: Change[]): Texts => ({
  ...BASE,
  'm/pairs.yaml': changed(PAIRS, changes),
  'm/toggle.yaml': TOGGLE.replace('strategies:', 'strategies:\n  pairs: {enabled: true}'),
});

const PERCENT = 'a percentage such as "6.5%"';
const RATES = 'with at most 4 decimals';
const TARGETS = 'spec.signal.params.targets';
const NAME_RULE =
  'a lower case letter, then up to 31 lower case letters, digits or dashes; not hgctl, constructor or prototype';
const SIGNALS =
  'fixed, command, module, momentum-protection, overnight-mean-reversion, vol-term-structure, pairs';
const OWN = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: core}
spec:
  signal:
    type: module
    params: {file: ../signals/mine.ts, history: 60, config: {days: 20}}
  universe: {symbols: [VTI]}
  capital: {positionSize: "60%", maxPositions: 3, maxExposure: "95%"}
`;
const own = (...changes: Change[]): Texts => ({
  ...BASE,
  'm/core.yaml': changed(OWN, changes),
  'signals/mine.ts': 'export default () => undefined;',
});

describe('One mistake in a strategy gives one problem', () => {
  test.each<[what: string, texts: Texts, problem: string]>([
    [
      'a mistyped key',
      core(['weight: "50%"', 'wieght: "50%"']),
      `m/core.yaml:10:25 ${TARGETS}[0].wieght: unknown key (allowed symbol, weight, quantity, priority; did you mean weight?)`,
    ],
    [
      'a weight without quotes and percent sign',
      core(['"50%"', '50']),
      `m/core.yaml:10:33 ${TARGETS}[0].weight: 50 is read as a number, not as text: quote it ("50")`,
    ],
    [
      'a quantity without quotes',
      core(['"12"', '12']),
      `m/core.yaml:11:35 ${TARGETS}[1].quantity: 12 is read as a number, not as text: quote it ("12")`,
    ],
    [
      'a decimal comma',
      core(['"50%"', '"6,5%"']),
      `m/core.yaml:10:33 ${TARGETS}[0].weight: "6,5%" is no percentage (allowed ${PERCENT}, from -400% to 400%, ${RATES})`,
    ],
    [
      'a negative weight',
      core(['"50%"', '"-5%"']),
      `m/core.yaml:10:33 ${TARGETS}[0].weight: is short, and this strategy may not be (allowed 0 or more, or capital.shorts: allowed)`,
    ],
    [
      'a negative weight where shorts are never allowed',
      core(['"50%"', '"-5%"'], ['positionSize', 'shorts: never, positionSize']),
      `m/core.yaml:10:33 ${TARGETS}[0].weight: is short, and this strategy may not be (allowed 0 or more, or capital.shorts: allowed)`,
    ],
    [
      'a short quantity',
      core(['"12"', '"-3"']),
      `m/core.yaml:11:35 ${TARGETS}[1].quantity: is short, and this strategy may not be (allowed 0 or more, or capital.shorts: allowed)`,
    ],
    [
      'a part of a share that would be sold short',
      core(
        ['"12"', '"-3.5"'],
        ['params:', 'params:\n      wholeShares: false'],
        ['positionSize', 'shorts: allowed, positionSize'],
      ),
      `m/core.yaml:12:35 ${TARGETS}[1].quantity: only whole shares can be sold short (allowed whole shares)`,
    ],
    [
      'both sides where shorts are not allowed',
      core([
        /signal:[^]*(?= {2}universe)/.exec(CORE)?.[0] ?? '',
        'signal:\n    type: overnight-mean-reversion\n    params: {sides: both}\n',
      ]),
      `m/core.yaml:8:21 spec.signal.params.sides: both sides are wanted, and this strategy may not be short (allowed long, or capital.shorts: allowed)`,
    ],
    [
      'a weight beyond all margin',
      core(['"50%"', '"-401%"'], ['positionSize', 'shorts: allowed, positionSize']),
      `m/core.yaml:10:33 ${TARGETS}[0].weight: "-401%" is out of range (-401%) (allowed ${PERCENT}, from -400% to 400%, ${RATES})`,
    ],
    [
      'a part of a share where shares are whole',
      core(['"12"', '"12.5"']),
      `m/core.yaml:11:35 ${TARGETS}[1].quantity: a part of a share needs wholeShares: false (allowed whole shares)`,
    ],
    [
      'a target with two sizes',
      core(['quantity: "12"', 'quantity: "12", weight: "5%"']),
      `m/core.yaml:11:11 ${TARGETS}[1]: a target has one size, not two (allowed either weight or quantity)`,
    ],
    [
      'a target without a size',
      core([', quantity: "12"', '']),
      `m/core.yaml:11:11 ${TARGETS}[1]: a target needs a size (allowed either weight or quantity)`,
    ],
    [
      'two targets of one symbol',
      core(['symbol: GLD', 'symbol: VTI']),
      `m/core.yaml:11:20 ${TARGETS}[1].symbol: VTI is listed twice, first on line 10`,
    ],
    [
      'a target outside the universe',
      core(['[VTI, GLD]', '[VTI]']),
      `m/core.yaml:11:20 ${TARGETS}[1].symbol: GLD is not in the universe of this strategy`,
    ],
    [
      'a symbol that YAML takes for a truth value',
      core(['[VTI, GLD]', '[VTI, GLD, TRUE]']),
      'm/core.yaml:12:34 spec.universe.symbols[2]: TRUE is read as true or false, not as text: quote it ("TRUE")',
    ],
    [
      'a symbol that YAML takes for nothing',
      core(['[VTI, GLD]', '[VTI, GLD, NULL]']),
      'm/core.yaml:12:34 spec.universe.symbols[2]: NULL is read as no value, not as text: quote it ("NULL")',
    ],
    [
      'a symbol in lower case',
      core(['[VTI, GLD]', '[VTI, GLD, aapl]']),
      'm/core.yaml:12:34 spec.universe.symbols[2]: "aapl" is no symbol (allowed upper case letters and digits, as in AAPL or BRK.B)',
    ],
    [
      'an unknown signal',
      core(['type: fixed', 'type: fixd']),
      `m/core.yaml:7:11 spec.signal.type: "fixd" is not known (allowed ${SIGNALS}; did you mean fixed?)`,
    ],
    [
      'a module that is not there',
      own(['mine.ts', 'other.ts']),
      'm/core.yaml:7:20 spec.signal.params.file: the module signals/other.ts does not exist',
    ],
    [
      'a module in another language',
      own(['mine.ts', 'mine.py']),
      'm/core.yaml:7:20 spec.signal.params.file: "../signals/mine.py" is no module (allowed the path of a .ts, .mts, .js or .mjs file)',
    ],
    [
      'a module without a file',
      own(['file: ../signals/mine.ts, ', '']),
      'm/core.yaml:7:5 spec.signal.params.file: is missing',
    ],
    [
      'a setting of a module that nothing reads',
      own(['config:', 'settings:']),
      'm/core.yaml:7:53 spec.signal.params.settings: unknown key (allowed file, timeout, history, minutes, reads, config, band, wholeShares)',
    ],
    [
      'a history that is too long',
      own(['60', '6000']),
      'm/core.yaml:7:49 spec.signal.params.history: must be at most 1000',
    ],
    [
      'a number that JSON does not have',
      own(['days: 20', 'days: .inf']),
      'm/core.yaml:7:68 spec.signal.params.config.days: Infinity is not known',
    ],
    [
      'another version of the format',
      core(['homeguard/v1', 'homeguard/v2']),
      'm/core.yaml:1:13 apiVersion: "homeguard/v2" is not known (allowed homeguard/v1)',
    ],
    [
      'a name in upper case',
      core(['name: core', 'name: Core']),
      `m/core.yaml:3:18 metadata.name: "Core" is no valid name (allowed ${NAME_RULE})`,
    ],
    [
      "the controller's own name",
      core(['name: core', 'name: hgctl']),
      `m/core.yaml:3:18 metadata.name: "hgctl" is no valid name (allowed ${NAME_RULE})`,
    ],
    [
      'a missing part',
      core(['  capital: {positionSize: "60%", maxPositions: 3, maxExposure: "95%"}\n', '']),
      'm/core.yaml:4:1 spec.capital: is missing',
    ],
    [
      'a part without a value',
      core(['maxPositions: 3', 'maxPositions:']),
      'm/core.yaml:13:34 spec.capital.maxPositions: has no value',
    ],
    [
      'a number in quotes',
      core(['maxPositions: 3', 'maxPositions: "3"']),
      'm/core.yaml:13:48 spec.capital.maxPositions: must be a whole number: remove the quotes around "3"',
    ],
    [
      'a number with decimals',
      core(['maxPositions: 3', 'maxPositions: 1.5']),
      'm/core.yaml:13:48 spec.capital.maxPositions: must be a whole number, not 1.5',
    ],
    [
      'a number that is too small',
      core(['maxPositions: 3', 'maxPositions: 0']),
      'm/core.yaml:13:48 spec.capital.maxPositions: must be at least 1',
    ],
    [
      'a size above 400 %',
      core(['"60%"', '"401%"']),
      `m/core.yaml:13:27 spec.capital.positionSize: "401%" is out of range (401%) (allowed ${PERCENT}, above 0% to 400%, ${RATES})`,
    ],
    [
      'a size of zero',
      core(['"95%"', '"0%"']),
      `m/core.yaml:13:64 spec.capital.maxExposure: "0%" is out of range (0%) (allowed ${PERCENT}, above 0% to 400%, ${RATES})`,
    ],
    [
      'a time after the close',
      core(['  capital', '  schedule: [{at: close+5m, action: entry}]\n  capital']),
      'm/core.yaml:13:19 spec.schedule[0].at: "close+5m" is no time of a session (allowed "15:55" (New York), open+1m or close-5m, inside a session and at least 30s before its close)',
    ],
    [
      'a window of two hours',
      core(['  capital', '  schedule: [{at: "15:55", action: exit, window: 2h}]\n  capital']),
      'm/core.yaml:13:50 spec.schedule[0].window: "2h" is out of range (allowed a span such as 500ms, 30s, 4m or 1h, above 0s to 1h)',
    ],
    [
      'the same run twice',
      core([
        '  capital',
        '  schedule: [{at: open+1m, action: exit}, {at: open+1m, action: exit}]\n  capital',
      ]),
      'm/core.yaml:13:43 spec.schedule[1]: exit at open+1m is scheduled twice, first on line 13',
    ],
    [
      'a setting that nothing reads',
      core(['  capital', '  risk: {stop: "5%"}\n  capital']),
      'm/core.yaml:13:10 spec.risk.stop: unknown key (allowed maxDailyLoss, maxWeeklyLoss, maxDrawdown)',
    ],
    [
      'a mistyped choice',
      core(['  capital', '  orphans: clsoe\n  capital']),
      'm/core.yaml:13:12 spec.orphans: "clsoe" is not known (allowed hold, close; did you mean close?)',
    ],
    [
      'an active strategy of pairs without a pair',
      withPairs(['[[XOM, CVX]]', '[]']),
      'm/pairs.yaml:6:41 spec.signal.params.pairs: the signal pairs needs pairs (allowed a list such as [[XOM, CVX]])',
    ],
    [
      'a parameter that pairs do not have',
      withPairs(['pairs: [', 'lookback: 3, pairs: [']),
      'm/pairs.yaml:6:34 spec.signal.params.lookback: unknown key (allowed pairs, formationWindow, adfLags, maxPValue, betaMin, betaMax, halfLifeMin, halfLifeMax, minCorrelation, minPrice, minDollarVolume, zWindow, exitZ, entryZ, stopZ, maxSessions, maxHalfLives, breakPValue, coolDown, grossPerPair, maxHedgeError)',
    ],
    [
      'a pair of three',
      withPairs(['[XOM, CVX]', '[XOM, CVX, COP]']),
      'm/pairs.yaml:6:42 spec.signal.params.pairs[0]: is not a pair of two symbols',
    ],
    [
      'a share against itself',
      withPairs(['[XOM, CVX]', '[XOM, XOM]']),
      'm/pairs.yaml:6:42 spec.signal.params.pairs[0]: XOM cannot be traded against itself',
    ],
    [
      'a pair twice, the other way round',
      withPairs(['[XOM, CVX]', '[XOM, CVX], [CVX, XOM]']),
      'm/pairs.yaml:6:54 spec.signal.params.pairs[1]: CVX/XOM is listed twice, first on line 6',
    ],
    [
      'a leg outside the universe',
      withPairs(['[XOM, CVX]]', '[XOM, COP]]']),
      'm/pairs.yaml:6:48 spec.signal.params.pairs[0][1]: COP is not in the universe of this strategy',
    ],
    [
      'bounds of a spread that cross each other',
      withPairs(['pairs: [', 'stopZ: "1.5", pairs: [']),
      'm/pairs.yaml:6:33 spec.signal.params: exit 0.5 < entry 2 < stop 1.5 does not hold',
    ],
    [
      'a leg that may be larger than a position',
      withPairs(['positionSize: "10%"', 'positionSize: "5%"']),
      'm/pairs.yaml:6:33 spec.signal.params: a leg may be worth 8.3333% of equity at betas of 0.2 to 5, and capital.positionSize is 5%',
    ],
    [
      'room for one leg only',
      withPairs(['maxPositions: 2', 'maxPositions: 1']),
      'm/pairs.yaml:6:33 spec.signal.params: a pair needs capital.maxPositions of two at least',
    ],
    [
      'less room than a pair takes',
      withPairs(['maxExposure: "10%"', 'maxExposure: "8.4%"']),
      'm/pairs.yaml:6:33 spec.signal.params: a pair is worth 10% of equity, and capital.maxExposure is 8.4%',
    ],
    [
      'pairs that act in another slot than a rebalance',
      withPairs(['action: rebalance', 'action: entry']),
      'm/pairs.yaml:9:38 spec.schedule[0].action: the signal pairs enters and leaves in one slot (allowed rebalance)',
    ],
    [
      'bounds of volatility that cross each other',
      withVol(['{type: vol-term-structure}', '{type: vol-term-structure, params: {enterBelow: "0.95"}}']),
      'm/vol.yaml:6:46 spec.signal.params: entry 0.95 < exit 0.917 <= emergency 1 does not hold',
    ],
    [
      'a ratio of volatilities that cannot be',
      withVol(['{type: vol-term-structure}', '{type: vol-term-structure, params: {leaveFrom: "9"}}']),
      'm/vol.yaml:6:58 spec.signal.params.leaveFrom: "9" is out of range (allowed a factor such as "0.9", from 0.5 to 2)',
    ],
    [
      'a symbol that the signal trades by default outside of the universe',
      withVol(['[SVXY]', '[SVIX]']),
      'm/vol.yaml:7:13 spec.universe: SVXY is not in the universe of this strategy',
    ],
    [
      'a symbol that the signal is told to trade outside of the universe',
      withVol(
        ['{type: vol-term-structure}', '{type: vol-term-structure, params: {longVol: true}}'],
        ['[SVXY]', '[SVXY, UVXY]'],
      ),
      'm/vol.yaml:7:13 spec.universe: VXX is not in the universe of this strategy',
    ],
    [
      'a signal that remembers without a slot',
      withVol(['{at: close-15m, action: rebalance}', '']),
      'm/vol.yaml:9:13 spec.schedule: the signal vol-term-structure acts in slots only (allowed a list of rebalance slots)',
    ],
    [
      'a signal that enters and leaves in a slot of entries',
      withVol(['action: rebalance', 'action: entry']),
      'm/vol.yaml:9:38 spec.schedule[0].action: the signal vol-term-structure enters and leaves in one slot (allowed rebalance)',
    ],
    [
      'a column without a file',
      core(['GLD]}', 'GLD], column: Ticker}']),
      'm/core.yaml:12:35 spec.universe.column: nothing reads this: there is no file',
    ],
  ])('%s', (_what, texts, problem) => {
    expect(problemsOf(texts).filter((line) => !line.includes('has no entry'))).toEqual([problem]);
  });
});

describe('One mistake in the account gives one problem', () => {
  test.each<[what: string, texts: Texts, problem: string]>([
    [
      'slippage without a model',
      account(['seed: 7}', 'slippage: {rate: "0.05%"}}']),
      'm/account.yaml:5:68 spec.broker.slippage.type: is missing (allowed fixed, half-spread)',
    ],
    [
      'slippage beyond what a market takes',
      account(['seed: 7}', 'slippage: {type: fixed, rate: "50%"}}']),
      `m/account.yaml:5:98 spec.broker.slippage.rate: "50%" is out of range (50%) (allowed ${PERCENT}, from 0% to 10%, ${RATES})`,
    ],
    [
      'a rate that the model does not have',
      account(['seed: 7}', 'slippage: {type: half-spread, rate: "1%"}}']),
      'm/account.yaml:5:98 spec.broker.slippage.rate: unknown key (allowed type, otherwise)',
    ],
    [
      'a fee below zero',
      account(['seed: 7}', 'fees: {perOrder: "-1"}}']),
      'm/account.yaml:5:85 spec.broker.fees.perOrder: "-1" is not above zero (allowed dollars such as "45.20", above 0 and up to 1000, with at most 6 decimals)',
    ],
    [
      'a fee of a fortune',
      account(['seed: 7}', 'fees: {perShare: "5000"}}']),
      'm/account.yaml:5:85 spec.broker.fees.perShare: "5000" is out of range (allowed dollars such as "45.20", above 0 and up to 1000, with at most 6 decimals)',
    ],
    [
      'a fee that nobody takes',
      account(['seed: 7}', 'fees: {perTrade: "1"}}']),
      'm/account.yaml:5:75 spec.broker.fees.perTrade: unknown key (allowed perOrder, perShare, minimum, soldPerMillion)',
    ],
    [
      'a broker that nobody knows',
      account(['type: simulated', 'type: ibkr']),
      'm/account.yaml:5:18 spec.broker.type: "ibkr" is not known (allowed simulated, alpaca)',
    ],
    [
      'cash of an account that is not ours to fill',
      account(['type: simulated', 'type: alpaca'], [', clock: always-open, seed: 7', '']),
      'm/account.yaml:5:26 spec.broker.cash: unknown key (allowed type, environment, accountId, keysFile, url, clock, requestsPerMinute, noShorting)',
    ],
    [
      'real money for whichever account',
      alpaca('environment: live'),
      'm/account.yaml:5:3 spec.broker.accountId: must be there for environment live: real money is never traded by whatever keys are found',
    ],
    [
      'the host of real money for paper',
      alpaca('url: https://api.alpaca.markets'),
      'm/account.yaml:5:31 spec.broker.url: is not that of environment paper',
    ],
    ...[
      'https://API.Alpaca.Markets',
      'https://api.alpaca.markets:443/',
      'https://api.alpaca.markets.',
      'https://api.alpaca.markets:8443/v2',
    ].map((url): [string, Texts, string] => [
      `the host of real money for paper, written ${url}`,
      alpaca(`url: "${url}"`),
      'm/account.yaml:5:31 spec.broker.url: is not that of environment paper',
    ]),
    [
      'an exchange that never closes',
      alpaca('clock: always-open'),
      'm/account.yaml:5:33 spec.broker.clock: is for a simulator on this machine, which url names: no exchange is always open',
    ],
    [
      'keys over the open network',
      alpaca('url: http://example.com'),
      'm/account.yaml:5:31 spec.broker.url: "http://example.com" is no address of a folder (allowed an https address without name, password and query; http for this machine alone)',
    ],
    [
      'money without quotes',
      account(['"100000.00"', '100000.00']),
      'm/account.yaml:5:35 spec.broker.cash: 100000.00 is read as a number, not as text: quote it ("100000.00")',
    ],
    [
      'no money',
      account(['"100000.00"', '"0"']),
      'm/account.yaml:5:35 spec.broker.cash: "0" is not above zero (allowed dollars such as "45.20", above 0, with at most 6 decimals)',
    ],
    [
      'too much leverage',
      account(['seed: 7}', 'multiplier: "9"}']),
      'm/account.yaml:5:80 spec.broker.multiplier: "9" is out of range (allowed a factor such as "2", from 1 to 4)',
    ],
    [
      'a span of time with a blank in it',
      account(['seed: 7}', 'fillDelay: 2 s}']),
      'm/account.yaml:5:79 spec.broker.fillDelay: "2 s" is no span of time (allowed a span such as 500ms, 30s, 4m or 1h, from 0s to 1h)',
    ],
    [
      'prices without their folder',
      account(['{type: synthetic, seed: 7}', '{type: csv}']),
      'm/account.yaml:6:3 spec.prices.folder: is missing',
    ],
  ])('%s', (_what, texts, problem) => {
    expect(problemsOf(texts)).toEqual([problem]);
  });
});

const EXAMPLE =
  'it says which strategies may trade, for example:\n' +
  'strategies:\n  core:\n    enabled: false\n    shutdown_requested: false';

describe('What does not fit together gives a problem that names both places', () => {
  test.each<[what: string, texts: Texts, problems: string[]]>([
    [
      'two accounts',
      { ...BASE, 'm/b.yaml': ACCOUNT },
      ['m/b.yaml:2:1 kind: a second Account, but there can be only one; the first is m/account.yaml:2'],
    ],
    [
      'no account',
      { 'm/core.yaml': CORE, 'm/toggle.yaml': TOGGLE },
      ['m/core.yaml:1:1: no manifest declares kind: Account: exactly one is needed'],
    ],
    [
      'no document at all',
      { 'm/x.yaml': '# nothing\n', 'm/y.yaml': '' },
      ['m/x.yaml:1:1: no file holds a manifest: they are empty, or all comments'],
    ],
    [
      'an unknown kind',
      core(['kind: Strategy', 'kind: Stratgey']),
      [
        'm/core.yaml:2:7 kind: "Stratgey" is not known (allowed Strategy, Account; a toggle file has strategies: and no kind; did you mean Strategy?)',
      ],
    ],
    [
      'no kind',
      core(['kind: Strategy\n', '']),
      [
        'm/core.yaml:1:1 kind: is missing (allowed Strategy, Account; a toggle file has strategies: and no kind)',
      ],
    ],
    [
      'a list instead of a manifest',
      { ...BASE, 'm/x.yaml': '- a\n' },
      ['m/x.yaml:1:1: a manifest must be a mapping (key: value)'],
    ],
    [
      'two strategies of one name',
      { ...BASE, 'm/z.yaml': CORE },
      ['m/z.yaml:3:18 metadata.name: the name core is taken by m/core.yaml:3'],
    ],
    [
      'two toggle files',
      { ...BASE, 'm/u.yaml': TOGGLE },
      ['m/u.yaml:1:1 strategies: a second toggle file; the first is m/toggle.yaml:1'],
    ],
    [
      'no toggle file',
      { 'm/core.yaml': CORE, 'm/account.yaml': ACCOUNT },
      [`m/account.yaml:1:1: the toggle file m/strategy_toggle.yaml does not exist; ${EXAMPLE}`],
    ],
    [
      'a named toggle file that is not there',
      { 'm/core.yaml': CORE, 'm/account.yaml': `${ACCOUNT}  toggles: {file: ../config/t.yml}\n` },
      [`m/account.yaml:7:19 spec.toggles.file: the toggle file config/t.yml does not exist; ${EXAMPLE}`],
    ],
    [
      'an active strategy without an entry',
      toggle(['core', 'croe']),
      [
        'm/toggle.yaml:1:1 strategies: the active strategy core has no entry; add these lines under strategies (true lets it trade):\n  core:\n    enabled: false',
      ],
    ],
    [
      'switches that are none',
      toggle(['enabled: true', 'enabld: true, enabled: yes']),
      [
        'm/toggle.yaml:2:10 strategies.core.enabld: unknown key (allowed enabled, shutdown_requested; did you mean enabled?)',
        'm/toggle.yaml:2:33 strategies.core.enabled: must be true or false, not "yes"',
      ],
    ],
    [
      'universes that overlap',
      withMp('Symbol,Name\nVTI,x\nGLD,y\nAAPL,"Apple, Inc"\n'),
      [
        'm/mp.yaml:7:20 spec.universe.file: GLD is in the universe of mp and of core (m/core.yaml:12): a symbol has one owner',
        'm/mp.yaml:7:20 spec.universe.file: VTI is in the universe of mp and of core (m/core.yaml:12): a symbol has one owner',
      ],
    ],
    [
      'a universe file that is not there',
      { ...BASE, 'm/mp.yaml': MP },
      ['m/mp.yaml:7:20 spec.universe.file: the universe file m/big.csv does not exist'],
    ],
    [
      'a universe file without the column',
      withMp('symbol,Name\nAAPL,x\n'),
      [
        'm/mp.yaml:7:20 spec.universe.file: m/big.csv has no column "Symbol" (allowed symbol, Name; did you mean symbol?)',
      ],
    ],
    [
      'rows that hold no symbol',
      withMp('Name,Symbol\nApple,aapl\n\nnobody\n"A ""B""\nC",MSFT\nlast,x\n'),
      [
        'm/mp.yaml:7:20 spec.universe.file: m/big.csv line 2: "aapl" is no symbol',
        'm/mp.yaml:7:20 spec.universe.file: m/big.csv line 4: "" is no symbol',
        'm/mp.yaml:7:20 spec.universe.file: m/big.csv line 7: "x" is no symbol',
      ],
    ],
    [
      'a quote that is not closed',
      withMp('Symbol\n"AAPL\n'),
      [
        'm/mp.yaml:7:20 spec.universe.file: m/big.csv line 2: a quote that does not belong here, or is not closed',
      ],
    ],
    [
      'a universe file without symbols',
      withMp('Symbol\n'),
      ['m/mp.yaml:7:20 spec.universe.file: m/big.csv lists no symbol'],
    ],
    [
      'a universe that excludes all it has',
      withMp('Symbol\nKO\n', ['big.csv', 'big.csv, exclude: [KO]']),
      ['m/mp.yaml:7:3 spec.universe: no symbol is left in this universe'],
    ],
    [
      'an empty list of symbols',
      withMp('', ['{file: big.csv}', '{symbols: []}']),
      ['m/mp.yaml:7:3 spec.universe: no symbol is left in this universe'],
    ],
    [
      'a universe that says nothing',
      withMp('', ['{file: big.csv}', '{exclude: []}']),
      ['m/mp.yaml:7:3 spec.universe: a universe needs symbols (allowed symbols, file, or both)'],
    ],
  ])('%s', (_what, texts, problems) => {
    expect(problemsOf(texts)).toEqual(problems);
  });
});

test('All problems of all files come at once, by file, line and column.', () => {
  const texts: Texts = {
    'm/account.yaml': changed(ACCOUNT, [
      ['clock', 'clok'],
      ['synthetic', 'random'],
    ]),
    'm/core.yaml': changed(CORE, [
      ['"50%"', '50'],
      ['[VTI, GLD]', '[VTI]'],
      ['maxPositions', 'maxPosition'],
    ]),
    'm/mp.yaml': MP,
    'm/torn.yaml': 'kind: [Strategy\n',
    'm/toggle.yaml': TOGGLE.replace('true', '"on"'),
  };
  const places = problemsOf(texts).map((line) => line.replace(/: .*/s, ''));
  expect(places).toEqual([
    'm/account.yaml:5:48 spec.broker.clok',
    'm/account.yaml:6:18 spec.prices.type',
    'm/core.yaml:10:33 spec.signal.params.targets[0].weight',
    'm/core.yaml:11:20 spec.signal.params.targets[1].symbol',
    'm/core.yaml:13:3 spec.capital.maxPositions',
    'm/core.yaml:13:34 spec.capital.maxPosition',
    'm/mp.yaml:7:20 spec.universe.file',
    'm/toggle.yaml:2:19 strategies.core.enabled',
    'm/torn.yaml:2:1',
  ]);
});

test('What only looks wrong is a warning and stops nothing.', () => {
  const result = load({
    ...BASE,
    'm/mp.yaml': changed(MP, [['big.csv', 'big.csv, exclude: [XOM]']]),
    'm/big.csv': 'Symbol\nMSFT\nMSFT\n',
    'm/toggle.yaml': TOGGLE.replace('last_modified', '  mpp: {enabled: true}\nlast_modified'),
  });
  expect(result.kind).toBe('ok');
  expect(result.warnings.map(formatProblem)).toEqual([
    'm/mp.yaml:7:20 spec.universe.file: m/big.csv line 3 repeats MSFT of line 2',
    'm/mp.yaml:7:39 spec.universe.exclude[0]: XOM is excluded but was not in the universe',
    'm/toggle.yaml:3:3 strategies.mpp: no manifest declares this strategy (did you mean mp?)',
  ]);
});

test.each(['"08:00"', '"16:00"', 'close-10s', 'open+7h'])(
  'A slot at %s, which no session has, is refused: it would never run.',
  (time) => {
    const problems = problemsOf({
      ...BASE,
      'm/core.yaml': CORE.replace('  capital', `  schedule: [{at: ${time}, action: exit}]\n  capital`),
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('is no time of a session');
  },
);
