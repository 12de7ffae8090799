/** The figures of a simulation as people read them: one list for the terminal and the page. */
import { formatDollars } from '../../domain/decimal.ts';
import type { Figure } from '../../performance/figure.ts';
import type { Figures, Summary } from '../../performance/summary.ts';
import { grouped } from './figures.ts';

export interface FigureColumn {
  readonly header: string;
  readonly cell: (figures: Figures) => string;
  /** Why the cell says n/a; null where it says more. */
  readonly reason: (figures: Figures) => string | null;
  /** What it is, in one sentence without its subject. */
  readonly meaning: string;
}

export interface Subject {
  readonly name: string;
  readonly figures: Figures;
}

const NONE = 'n/a';

/** `+12.34%`; a sign only where `signed`, and never on what rounds to zero. */
export function percent(
  part: number,
  options: { readonly signed?: boolean; readonly digits?: number } = {},
): string {
  const text = Math.abs(part * 100).toFixed(options.digits ?? 2);
  const sign = Number(text) === 0 ? '' : part < 0 ? '-' : options.signed === true ? '+' : '';
  return `${sign}${grouped(text)}%`;
}

function figureColumn(
  header: string,
  of: (figures: Figures) => Figure,
  format: (value: number, figures: Figures) => string,
  meaning: string,
): FigureColumn {
  return {
    header,
    meaning,
    cell: (figures) => {
      const { value } = of(figures);
      return value === null ? NONE : format(value, figures);
    },
    reason: (figures) => {
      const figure = of(figures);
      return figure.value === null ? figure.reason : null;
    },
  };
}

function plainColumn(header: string, cell: (figures: Figures) => string, meaning: string): FigureColumn {
  return { header, cell, meaning, reason: () => null };
}

const signed = (value: number): string => percent(value, { signed: true });

/** A ratio with its standard error, because a Sharpe ratio of a year or two is a rough estimate. */
function ratioText(value: number, { sharpeError }: Figures): string {
  return sharpeError.value === null
    ? value.toFixed(2)
    : `${value.toFixed(2)} ±${sharpeError.value.toFixed(2)}`;
}

export const COLUMNS: readonly FigureColumn[] = [
  plainColumn('profit', ({ profit }) => formatDollars(profit), 'realised and not, less fees, in dollars'),
  figureColumn(
    'return',
    (figures) => figures.totalReturn,
    signed,
    'profit by the equity of the account at the start, over the whole time',
  ),
  figureColumn(
    'CAGR',
    (figures) => figures.cagr,
    signed,
    'the return that, compounded over 252 sessions a year, gives the return of the whole time',
  ),
  figureColumn(
    'volatility',
    (figures) => figures.volatility,
    (value) => percent(value),
    'deviation of the daily returns (n - 1), times the root of 252; the daily return of a strategy is the change of its profit by the equity of the account at the close before',
  ),
  figureColumn(
    'Sharpe',
    (figures) => figures.sharpe,
    ratioText,
    'mean daily return by its deviation (n - 1), times the root of 252, with a riskless return of zero; ± its standard error (Lo 2002)',
  ),
  figureColumn(
    'Sortino',
    (figures) => figures.sortino,
    (value) => value.toFixed(2),
    'mean daily return by the downside deviation below zero over all sessions, times the root of 252',
  ),
  plainColumn(
    'max drawdown',
    ({ maxDrawdown }) => percent(maxDrawdown === null ? 0 : -maxDrawdown.depth),
    'the deepest fall from a peak at the closes; of a strategy, of the starting equity and its profit',
  ),
  figureColumn(
    'turnover',
    (figures) => figures.turnover,
    (value) => `${value.toFixed(1)}x`,
    'half of what was bought and sold by the mean equity of the account, for a year of 252 sessions',
  ),
  figureColumn(
    'hit rate',
    (figures) => figures.hitRate,
    (value) => percent(value, { digits: 1 }),
    'parts closed with a profit before fees, by all closed parts; each fill that closes is one',
  ),
  figureColumn(
    'exposure',
    (figures) => figures.exposure.meanGross,
    (value) => percent(value, { digits: 1 }),
    'mean of long and short values together by the equity of the account, at the closes',
  ),
  figureColumn(
    'max exposure',
    (figures) => figures.exposure.maxGross,
    (value) => percent(value, { digits: 1 }),
    'the largest such sum',
  ),
  figureColumn(
    'net exposure',
    (figures) => figures.exposure.meanNet,
    (value) => percent(value, { digits: 1 }),
    'mean of long less short values by the equity of the account',
  ),
  figureColumn(
    'in market',
    (figures) => figures.exposure.inMarket,
    (value) => percent(value, { digits: 1 }),
    'sessions that closed with a position',
  ),
  plainColumn(
    'fees',
    ({ fees }) => formatDollars(fees),
    'what the broker charged for the fills, in dollars; the profit is less them',
  ),
  plainColumn(
    'slippage',
    ({ slippage }) => formatDollars(slippage),
    'what the fills cost beyond the prices of their moments, in dollars; the profit contains it',
  ),
  plainColumn('orders', ({ orders }) => grouped(String(orders.sent)), 'sent to the broker'),
  plainColumn('refused', ({ orders }) => grouped(String(orders.refused)), 'orders that the broker refused'),
  plainColumn('fills', ({ fills }) => grouped(String(fills)), 'parts in which orders were filled'),
  plainColumn(
    'breaks',
    ({ breaks }) => grouped(String(breaks)),
    'differences between books and broker that nothing explained',
  ),
];

/** The account first, then the strategies. */
export function subjectsOf({ account, strategies }: Summary): Subject[] {
  return [
    { name: 'account', figures: account },
    ...strategies.map((figures) => ({ name: figures.strategy, figures })),
  ];
}

/** One line for each reason, with the figures that it holds back: `12 sessions, 60 needed: CAGR, Sharpe`. */
export function reasonLines(columns: readonly FigureColumn[], subjects: readonly Subject[]): string[] {
  const held = new Map<string, Set<string>>();
  for (const { name, figures } of subjects) {
    for (const { header, reason } of columns) {
      const why = reason(figures);
      if (why === null) continue;
      const isOfAll = subjects.every((other) => reason(other.figures) === why);
      const headers = held.get(why) ?? new Set();
      held.set(why, headers.add(isOfAll ? header : `${header} of ${name}`));
    }
  }
  return [...held].map(([why, headers]) => `${why}: ${[...headers].join(', ')}`);
}
