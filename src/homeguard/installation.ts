/** Which files of an installation of the original are read, where they lie, and what follows where one is missing. */

export type SourceName =
  'toggle' | 'positions' | 'omr' | 'omr-presets' | 'mp' | 'broker' | 'data-providers' | 'universe';

/** One file as it was found. */
export interface SourceText {
  /** Below the root of the installation. */
  readonly file: string;
  readonly text: string;
}

export type Sources = Readonly<Partial<Record<SourceName, SourceText>>>;

export interface SourcePlan {
  readonly name: SourceName;
  readonly file: string;
  /** Folders below the root, the usual one first; the empty one is the root. */
  readonly folders: readonly string[];
  /** What follows where it is in none of them. */
  readonly absent: string;
}

const CONFIG = ['config/trading', 'config', ''];
const DATA = ['data/trading', 'data', ''];

export const SOURCE_PLANS: readonly SourcePlan[] = [
  {
    name: 'toggle',
    file: 'strategy_toggle.yaml',
    folders: [...CONFIG, ...DATA.slice(0, 2)],
    absent: 'every strategy is off',
  },
  {
    name: 'positions',
    file: 'strategy_positions.json',
    folders: [...DATA, ...CONFIG.slice(0, 2)],
    absent: 'no books are opened',
  },
  {
    name: 'omr',
    file: 'omr_trading_config.yaml',
    folders: CONFIG,
    absent: "omr, where it is known otherwise, has the original's built-in settings",
  },
  {
    name: 'omr-presets',
    file: 'omr_position_configs.yaml',
    folders: CONFIG,
    absent: 'nothing: presets are only listed',
  },
  {
    name: 'mp',
    file: 'momentum_trading_config.yaml',
    folders: CONFIG,
    absent: 'nothing for what mp trades: its live settings are part of the program',
  },
  {
    name: 'broker',
    file: 'broker_alpaca.yaml',
    folders: ['config', 'config/trading', ''],
    absent: 'an Account that is written is at Alpaca, on paper, as in the original',
  },
  {
    name: 'data-providers',
    file: 'data_providers.yaml',
    folders: ['config', 'config/trading', ''],
    absent: 'prices of an Account that is written come from Alpaca and CBOE',
  },
  {
    name: 'universe',
    file: 'sp500-2025.csv',
    folders: ['backtest_lists', 'config', 'data', ''],
    absent: 'mp has the seven symbols that the original falls back to, and is off',
  },
];

/** What is found beside the files, and is not read. */
export function isLeftOver(file: string): string | undefined {
  if (file.endsWith('.tmp')) return 'left by a write that did not end';
  return /^strategy_positions\..*bak$/.test(file) ? 'a backup of the original' : undefined;
}

/** The original's id as a name of ours: `new_strat` is `new-strat`. */
export function ownName(id: string): string {
  return id.toLowerCase().replaceAll(/[_ ]/g, '-');
}
