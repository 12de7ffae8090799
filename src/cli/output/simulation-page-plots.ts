/** The drawings of the report page. */
import { formatDollars } from '../../domain/decimal.ts';
import type { CalendarDate } from '../../domain/instant.ts';
import { accountCurve } from '../../performance/curves.ts';
import { underwater } from '../../performance/drawdowns.ts';
import { strategyExposure } from '../../performance/exposure.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import type { Summary } from '../../performance/summary.ts';
import { grouped } from './figures.ts';
import { html, NOTHING, type Markup } from './html.ts';
import { percent } from './simulation-figures.ts';
import { svgPlot, type Widths } from './svg-plot.ts';

const FULL: Widths = { wide: 904, narrow: 358 };
const HALF: Widths = { wide: 440, narrow: 358 };
const MICRO = 1_000_000;

const dollarLabel = (value: number, digits: number): string => grouped(value.toFixed(digits));
const percentLabel = (value: number, digits: number): string => `${value.toFixed(digits)}%`;

/** The worth before the first session stands at its first day. */
function datesOf({ from, sessions }: SimulationRecord): CalendarDate[] {
  return [from, ...sessions.map(({ date }) => date)];
}

export function equityPlot(record: SimulationRecord): Markup {
  const { values } = accountCurve(record);
  const end = formatDollars(values.at(-1) ?? record.startingEquity);
  const plot = svgPlot(
    {
      id: 'equity',
      title: 'Equity in dollars',
      description: `From ${formatDollars(record.startingEquity)} to ${end} dollars, ${record.from} to ${record.to}.`,
      dates: datesOf(record),
      curves: [{ values: values.map((value) => value / MICRO), form: 'line', tone: 'ink' }],
      reach: [],
      baseline: record.startingEquity / MICRO,
      label: dollarLabel,
      height: 300,
    },
    FULL,
  );
  return html`<h2>Equity</h2>
    <figure>
      ${plot}
      <figcaption>Dollars, at the close of each session. Dashed: the equity at the start.</figcaption>
    </figure>`;
}

export function drawdownPlot(record: SimulationRecord): Markup {
  const depths = underwater(accountCurve(record).values);
  const plot = svgPlot(
    {
      id: 'drawdown',
      title: 'Drawdown in percent',
      description: `How far equity is below its highest close so far; ${percent(0 - Math.max(...depths))} at the deepest.`,
      dates: datesOf(record),
      curves: [{ values: depths.map((depth) => 0 - depth * 100), form: 'area', tone: 'loss' }],
      reach: [-1],
      label: percentLabel,
      height: 170,
    },
    FULL,
  );
  return html`<h2>Drawdown</h2>
    <figure>
      ${plot}
      <figcaption>Below the highest close so far.</figcaption>
    </figure>`;
}

/** Profit and exposure of each strategy, side by side; all of one kind on one scale, so that they can be compared. */
export function strategyPlots(record: SimulationRecord, summary: Summary): Markup {
  if (record.strategies.length === 0) return NOTHING;
  const exposures = record.strategies.map((_, index) => strategyExposure(record, index));
  const parts = exposures.flat().flatMap(({ long, short }) => [(long ?? 0) * 100, (short ?? 0) * -100]);
  const profits = record.sessions.flatMap(({ strategies }) => strategies.map(({ profit }) => profit / MICRO));
  const reach = { profit: endsOf([0, ...profits]), exposure: endsOf([0, 10, ...parts]) };
  const blocks = record.strategies.map(({ name, description }, index) => {
    const own = summary.strategies[index];
    const lead = own === undefined ? '' : `${formatDollars(own.profit)} dollars. `;
    return html`<h3>${name}</h3>
      <p class="note">${lead}${description}</p>
      <div class="pair">
        ${profitFigure(record, index, reach.profit)} ${exposureFigure(record, index, reach.exposure)}
      </div>`;
  });
  return html`<h2>Strategies</h2>
    <p class="note">
      Left: profit in dollars, realised and not, less fees. Right: value held long (above zero) and short
      (below) by the equity of the account. All strategies on one scale.
    </p>
    ${blocks}`;
}

function endsOf(values: readonly number[]): number[] {
  return [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)];
}

function profitFigure(record: SimulationRecord, index: number, reach: readonly number[]): Markup {
  const name = record.strategies[index]?.name ?? '';
  const values = [0, ...record.sessions.map(({ strategies }) => (strategies[index]?.profit ?? 0) / MICRO)];
  return html`<figure>
    ${svgPlot(
      {
        id: `profit-${index}`,
        title: `Profit of ${name} in dollars`,
        description: `Realised and not, less fees, since ${record.from}.`,
        dates: datesOf(record),
        curves: [{ values, form: 'line', tone: 'ink' }],
        reach,
        baseline: 0,
        label: dollarLabel,
        height: 176,
      },
      HALF,
    )}
  </figure>`;
}

function exposureFigure(record: SimulationRecord, index: number, reach: readonly number[]): Markup {
  const name = record.strategies[index]?.name ?? '';
  const exposures = strategyExposure(record, index);
  const curve = (side: 'long' | 'short', sign: 1 | -1): (number | null)[] => [
    0,
    ...exposures.map(({ [side]: part }) => (part === null ? null : 0 + sign * part * 100)),
  ];
  const shorts = exposures.some(({ short }) => short !== null && short > 0);
  return html`<figure>
    ${svgPlot(
      {
        id: `exposure-${index}`,
        title: `Exposure of ${name} in percent of equity`,
        description: 'Long above zero, short below, at the close of each session.',
        dates: datesOf(record),
        curves: [
          { values: curve('long', 1), form: 'area', tone: 'gain' },
          ...(shorts ? [{ values: curve('short', -1), form: 'area', tone: 'loss' } as const] : []),
        ],
        reach,
        label: percentLabel,
        height: 176,
      },
      HALF,
    )}
  </figure>`;
}
