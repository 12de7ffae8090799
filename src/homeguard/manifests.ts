/** What is written: a manifest for each strategy, the toggle file, and the account. */
import { LEVERAGED_FUNDS } from '../domain/leveraged-funds.ts';
import { compareText } from '../domain/names.ts';
import { readSymbols } from '../desired/universe-csv.ts';
import { UNIVERSE_COLUMN, type Draft, type Known } from './draft.ts';
import { valuesOf, type Word } from './settings.ts';
import { MP_BUILT_IN, OMR_BUILT_IN } from './strategy-rules.ts';

/** A file below the manifest folder. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
  /** One line for people. */
  readonly about: string;
}

export interface Choice {
  readonly word: Word;
  /** Number of the account at the broker; null where the user gave none. */
  readonly accountId: string | null;
  /** Whether there is an Account already, which is kept. */
  readonly hasAccount: boolean;
}

type Values = ReadonlyMap<string, string>;

export function manifestsOf(draft: Draft, choice: Choice): ManifestFile[] {
  const values = valuesOf(draft.settings, choice.word);
  const manifests: Readonly<Record<Known, () => ManifestFile[]>> = {
    omr: () => [omrFile(draft, values)],
    mp: () => mpFiles(draft, values),
  };
  return [
    ...(choice.hasAccount ? [] : [accountFile(draft, values, choice)]),
    ...draft.strategies.flatMap((name) => manifests[name]()),
    toggleFile(draft),
  ];
}

/** Whether the account is one of real money. */
function isLive({ isPaper }: Draft, { accountId }: Pick<Choice, 'accountId'>): boolean {
  return !isPaper && accountId !== null;
}

/** Whether it trades from now on. */
function isEnabled({ switches, sources }: Draft, name: Known): boolean {
  if (name === 'mp' && sources.universe === undefined) return false;
  return switches.enabled.get(name) ?? false;
}

function omrFile({ sources }: Draft, values: Values): ManifestFile {
  const at = (place: string): string => values.get(place) ?? OMR_BUILT_IN[place] ?? '';
  const [size, most] = [at('omr capital.positionSize'), at('omr capital.maxPositions')];
  const exposure = values.get('omr capital.maxExposure') ?? product(size, most);
  const text = strategyText({
    from: sources.omr?.file ?? 'the settings that are built into the original',
    name: 'omr',
    description: 'Overnight mean reversion in leveraged ETFs',
    priority: 20,
    signal: [
      'type: overnight-mean-reversion',
      `params: {minWinRate: "${at('omr signal.params.minWinRate')}", minExpectedReturn: "${at('omr signal.params.minExpectedReturn')}"}`,
    ],
    universe: [`symbols: ${at('omr universe.symbols')}`],
    capital: { size, most, exposure },
    schedule: [
      `{at: ${at('omr schedule.exit')}, action: exit}`,
      `{at: ${at('omr schedule.entry')}, action: entry}`,
    ],
    risk: lossesOf('omr', values),
  });
  return {
    name: 'strategies/omr.yaml',
    text,
    about: `omr: ${most} positions of ${size}, ${exposure} at most`,
  };
}

function mpFiles(draft: Draft, values: Values): ManifestFile[] {
  const at = (place: string): string => values.get(place) ?? MP_BUILT_IN[place] ?? '';
  const [size, most] = [at('mp capital.positionSize'), at('mp capital.maxPositions')];
  const exposure = product(size, most);
  const universe = mpUniverse(draft, values);
  const text = strategyText({
    from: draft.sources.mp?.file ?? 'the settings that are built into the original',
    name: 'mp',
    description: 'S&P 500 momentum with crash protection',
    priority: 30,
    signal: [
      'type: momentum-protection',
      `params: {vixAbove: ${at('mp signal.params.vixAbove')}, drawdown: "${at('mp signal.params.drawdown')}", reducedExposure: "${at('mp signal.params.reducedExposure')}"}`,
    ],
    universe: universe.lines,
    capital: { size, most, exposure },
    schedule: [`{at: ${at('mp schedule.rebalance')}, action: rebalance}`],
    risk: lossesOf('mp', values),
  });
  const about = `mp: ${most} positions of ${size}, ${exposure} at most`;
  return [{ name: 'strategies/mp.yaml', text, about }, ...universe.files];
}

const LIST = 'universes/homeguard-sp500.csv';

/** The symbols that the original falls back to without its list. */
const FALLBACK = 'AAPL, MSFT, GOOGL, AMZN, META, NVDA, TSLA';

/** The list of the original without what omr may trade, and without leveraged funds, as there. */
function mpUniverse(
  { sources: { universe }, strategies }: Draft,
  values: Values,
): { readonly lines: readonly string[]; readonly files: readonly ManifestFile[] } {
  if (universe === undefined) return { lines: [`symbols: [${FALLBACK}]`], files: [] };
  const { symbols } = readSymbols(universe.text, UNIVERSE_COLUMN);
  const ofOmr = new Set(
    strategies.includes('omr')
      ? listed(values.get('omr universe.symbols') ?? OMR_BUILT_IN['omr universe.symbols'] ?? '')
      : [],
  );
  const excluded = [...symbols.keys()]
    .filter((symbol) => ofOmr.has(symbol) || LEVERAGED_FUNDS.has(symbol))
    .sort(compareText);
  const about = `what mp may trade: ${symbols.size - excluded.length} symbols, copied from ${universe.file}`;
  return {
    lines: [
      `file: ../${LIST}`,
      `column: ${UNIVERSE_COLUMN}`,
      ...(excluded.length === 0 ? [] : [`exclude: [${excluded.join(', ')}]`]),
    ],
    files: [{ name: LIST, text: universe.text, about }],
  };
}

function listed(flow: string): string[] {
  return flow.slice(1, -1).split(', ');
}

/** Of a percentage and a count, both as text: as in the schema, at most 400 %. */
function product(size: string, most: string): string {
  const percent = Number(size.slice(0, -1)) * Number(most);
  return `${Number(Math.min(percent, 400).toFixed(4))}%`;
}

function lossesOf(name: Known, values: Values): string {
  const fields = ['maxDailyLoss', 'maxWeeklyLoss', 'maxDrawdown'].flatMap((field) => {
    const value = values.get(`${name} risk.${field}`);
    return value === undefined ? [] : [`${field}: "${value}"`];
  });
  return `{${fields.join(', ')}}`;
}

interface StrategyFacts {
  readonly from: string;
  readonly name: string;
  readonly description: string;
  readonly priority: number;
  readonly signal: readonly string[];
  readonly universe: readonly string[];
  readonly capital: { readonly size: string; readonly most: string; readonly exposure: string };
  readonly schedule: readonly string[];
  readonly risk: string;
}

function strategyText(facts: StrategyFacts): string {
  const { name, description, priority, signal, universe, capital, schedule, risk } = facts;
  const { size, most, exposure } = capital;
  return `${[
    `# Taken over from Homeguard: ${facts.from}.`,
    'apiVersion: homeguard/v1',
    'kind: Strategy',
    `metadata: {name: ${name}}`,
    'spec:',
    `  description: ${description}`,
    `  priority: ${priority}`,
    '  signal:',
    ...signal.map((line) => `    ${line}`),
    '  universe:',
    ...universe.map((line) => `    ${line}`),
    `  capital: {positionSize: "${size}", maxPositions: ${most}, maxExposure: "${exposure}"}`,
    '  schedule:',
    ...schedule.map((line) => `    - ${line}`),
    `  risk: ${risk}`,
    '  orphans: hold',
  ].join('\n')}\n`;
}

function toggleFile(draft: Draft): ManifestFile {
  const { sources, strategies, switches } = draft;
  const entries = strategies.flatMap((name) => [
    `  ${name}:`,
    `    enabled: ${String(isEnabled(draft, name))}`,
    '    shutdown_requested: false',
  ]);
  const text = `${[
    `# Taken over from Homeguard: ${sources.toggle?.file ?? 'no toggle file was there'}.`,
    entries.length === 0 ? 'strategies: {}' : 'strategies:',
    ...entries,
    ...(switches.lastModified === null ? [] : [`last_modified: ${JSON.stringify(switches.lastModified)}`]),
    'modified_by: "hgctl import homeguard"',
  ].join('\n')}\n`;
  const states = strategies.map((name) => `${name} ${isEnabled(draft, name) ? 'on' : 'off'}`).join(', ');
  return { name: 'strategy_toggle.yaml', text, about: `switches: ${states === '' ? 'none' : states}` };
}

function accountFile(draft: Draft, values: Values, choice: Choice): ManifestFile {
  const live = isLive(draft, choice);
  const environment = live ? 'live' : 'paper';
  const id = choice.accountId;
  const requests = values.get('account broker.requestsPerMinute');
  const limits = ['maxOrderValue', 'maxOrdersPerDay'].flatMap((field) => {
    const value = values.get(`account limits.${field}`);
    return value === undefined ? [] : [`${field}: ${field === 'maxOrderValue' ? `"${value}"` : value}`];
  });
  const text = `${[
    `# Taken over from Homeguard: ${draft.sources.broker?.file ?? 'Alpaca on paper, its only broker'}.`,
    'apiVersion: homeguard/v1',
    'kind: Account',
    `metadata: {name: ${environment}}`,
    'spec:',
    '  # The keys: APCA_API_KEY_ID and APCA_API_SECRET_KEY of the environment, or keysFile.',
    ...(live ? [`  # Real money: nothing is sent unless HGCTL_ALLOW_LIVE names this account, too.`] : []),
    '  broker:',
    '    type: alpaca',
    `    environment: ${environment}`,
    ...(id === null ? [] : [`    accountId: ${JSON.stringify(id)}`]),
    ...(requests === undefined ? [] : [`    requestsPerMinute: ${requests}`]),
    '  prices:',
    '    type: first-of',
    '    sources:',
    `      - {type: alpaca, feed: ${values.get('account prices.feed') ?? 'iex'}}`,
    '      - {type: cboe}',
    `  limits: {${limits.join(', ')}}`,
    '  toggles: {file: strategy_toggle.yaml}',
  ].join('\n')}\n`;
  return { name: 'account.yaml', text, about: `account at Alpaca, ${environment}` };
}
