/** A line over dates as text, with its axes. */
import type { CalendarDate } from '../../domain/instant.ts';
import { dateTicks, niceScale, type Scale } from './axis.ts';
import { dots, type Charset, type Dots } from './dots.ts';
import type { Style } from './style.ts';

export interface LinePlot {
  /** One for each date, evenly spaced; at least one. */
  readonly values: readonly number[];
  readonly dates: readonly CalendarDate[];
  /** `under-zero` fills between zero, which is then on the axis, and the line. */
  readonly form: 'line' | 'under-zero';
  readonly label: (value: number, digits: number) => string;
}

export interface Terminal {
  /** Columns of the terminal. */
  readonly width: number;
  readonly charset: Charset;
  readonly style: Pick<Style, 'dim'>;
}

const WIDTH_LEAST = 40;
const WIDTH_MOST = 120;
/** `2024-03` and a gap. */
const DATE_WIDTH = 10;
const ROWS_A_TICK = 3;
const AXES = {
  unicode: { line: '│', tick: '┤', corner: '└', under: '─', mark: '┬' },
  ascii: { line: '|', tick: '+', corner: '+', under: '-', mark: '+' },
} as const;

/** `rows` lines for the plot and two for the dates, each ended by a newline, at most as wide as the terminal. */
export function linePlot(plot: LinePlot, rows: number, terminal: Terminal): string {
  const scale = scaleOf(plot, Math.max(3, Math.floor(rows / ROWS_A_TICK) + 1));
  const labels = scale.ticks.map((tick) => plot.label(tick, scale.digits));
  const margin = Math.max(...labels.map((label) => label.length));
  const width = Math.min(WIDTH_MOST, Math.max(WIDTH_LEAST, terminal.width));
  const columns = width - margin - ' |'.length;
  const canvas = dots(columns, rows, terminal.charset);
  draw(canvas, plot, scale);
  const axes = AXES[terminal.charset];
  const { dim } = terminal.style;
  const labelAt = new Map(scale.ticks.map((tick, index) => [rowOf(tick, scale, rows), labels[index] ?? '']));
  const lines = canvas.lines().map((line, row) => {
    const label = labelAt.get(row);
    const axis = label === undefined ? axes.line : axes.tick;
    return dim(`${(label ?? '').padStart(margin)} ${axis}`) + line;
  });
  return [...lines, ...dateAxis(plot.dates, columns, axes).map((line) => dim(' '.repeat(margin + 1) + line))]
    .map((line) => `${line}\n`)
    .join('');
}

function scaleOf({ values, form }: LinePlot, most: number): Scale {
  const ends = form === 'line' ? values : [...values, 0];
  return niceScale(Math.min(...ends), Math.max(...ends), most);
}

function rowOf(value: number, { ticks }: Scale, rows: number): number {
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  return Math.round(((high - value) / (high - low)) * (rows - 1));
}

/** Neighbours are joined by a straight line: one dot in each column, and a dot in each row where it is steep. */
function draw(canvas: Dots, { values, form }: LinePlot, scale: Scale): void {
  const last = Math.max(1, values.length - 1);
  const points = values.map((value, index) => ({
    x: Math.round((index / last) * (canvas.width - 1)),
    y: rowOf(value, scale, canvas.height),
  }));
  const zero = rowOf(0, scale, canvas.height);
  points.forEach((to, index) => {
    const from = points[index - 1] ?? to;
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let step = 0; step <= steps; step += 1) {
      const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
      const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
      canvas.set(x, y);
      if (form === 'under-zero') for (let above = zero; above < y; above += 1) canvas.set(x, above);
    }
  });
}

function dateAxis(
  dates: readonly CalendarDate[],
  columns: number,
  axes: (typeof AXES)[Charset],
): [string, string] {
  const line = Array<string>(columns).fill(axes.under);
  let labels = '';
  for (const { index, label } of dateTicks(dates, Math.floor(columns / DATE_WIDTH))) {
    const column = Math.round((index / Math.max(1, dates.length - 1)) * (columns - 1));
    const start = Math.min(column, columns - label.length);
    if (labels !== '' && start <= labels.length) continue;
    line[column] = axes.mark;
    labels = labels.padEnd(start) + label;
  }
  return [axes.corner + line.join(''), ` ${labels}`];
}
