/** A curve over dates as SVG, with axes, at two widths: text of a drawing that is scaled down cannot be read. */
import type { CalendarDate } from '../../domain/instant.ts';
import { dateTicks, niceScale, type Scale } from './axis.ts';
import { html, NOTHING, type Markup } from './html.ts';
import { thinned } from './thinned.ts';

export interface SvgPlot {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, for those who do not see it. */
  readonly description: string;
  /** Evenly spaced. */
  readonly dates: readonly CalendarDate[];
  readonly curves: readonly SvgCurve[];
  /** Values that are on the axis even if no curve reaches them. */
  readonly reach: readonly number[];
  /** A dashed line across, at a value. */
  readonly baseline?: number;
  readonly label: (value: number, digits: number) => string;
  readonly height: number;
}

export interface SvgCurve {
  /** One for each date; null: none. */
  readonly values: readonly (number | null)[];
  /** An `area` is filled between zero and the curve. */
  readonly form: 'line' | 'area';
  readonly tone: 'ink' | 'gain' | 'loss';
}

export interface Widths {
  readonly wide: number;
  readonly narrow: number;
}

/** The page shows one of the two, by its own width. */
export function svgPlot(plot: SvgPlot, widths: Widths): Markup {
  return html`<div class="wide">${drawing(plot, 'wide', widths.wide)}</div>
    <div class="narrow">${drawing(plot, 'narrow', widths.narrow)}</div>`;
}

/** Pixels of a character of an axis label, at most. */
const LETTER = 6.6;
/** So that plots under one another have their dates under one another: `100,000`. */
const LETTERS_LEAST = 7;
const GAP = 8;
const TOP = 10;
const BOTTOM = 24;
const TICK_HEIGHT = 28;
const DATE_WIDTH = 74;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

function drawing(plot: SvgPlot, variant: string, width: number): Markup {
  const { dates, curves, height } = plot;
  const values = curves.flatMap((curve) => curve.values.filter((value) => value !== null));
  const ends = [...values, ...plot.reach, ...(curves.some(({ form }) => form === 'area') ? [0] : [])];
  const most = Math.max(3, Math.floor((height - TOP - BOTTOM) / TICK_HEIGHT) + 1);
  const scale = niceScale(Math.min(...ends), Math.max(...ends), most);
  const labels = scale.ticks.map((tick) => plot.label(tick, scale.digits));
  const frame = frameOf({ labels, scale, count: dates.length }, width, height);
  const id = `${plot.id}-${variant}`;
  return html`<svg
    id="${id}"
    class="plot"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
  >
    <title id="${id}-title">${plot.title}</title>
    <desc id="${id}-desc">${plot.description}</desc>
    ${scale.ticks.map((tick, index) => valueTick(frame, tick, labels[index] ?? ''))} ${dateAxis(frame, dates)}
    ${plot.baseline === undefined ? NOTHING : baseline(frame, plot.baseline)}
    ${curves.map((curve) => curveMarkup(frame, curve))}
  </svg>`;
}

function frameOf(
  { labels, scale, count }: { labels: readonly string[]; scale: Scale; count: number },
  width: number,
  height: number,
): Frame {
  const left = Math.ceil(Math.max(LETTERS_LEAST, ...labels.map((label) => label.length)) * LETTER) + GAP;
  const right = width - GAP;
  const bottom = height - BOTTOM;
  const low = scale.ticks[0] ?? 0;
  const high = scale.ticks.at(-1) ?? 1;
  return {
    left,
    right,
    top: TOP,
    bottom,
    x: (index) => left + (index / Math.max(1, count - 1)) * (right - left),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - TOP),
  };
}

const px = (value: number): string => value.toFixed(1);

function valueTick({ left, right, y }: Frame, value: number, label: string): Markup {
  const height = px(y(value));
  return html`<line class="grid" x1="${left}" x2="${right}" y1="${height}" y2="${height}" />
    <text class="value" x="${left - GAP}" y="${height}" dy="0.32em" text-anchor="end">${label}</text>`;
}

/** Labels stay inside the plot, and one that would touch the one before is left out. */
function dateAxis({ left, right, bottom, x }: Frame, dates: readonly CalendarDate[]): Markup[] {
  let free = -Infinity;
  return dateTicks(dates, Math.max(1, Math.floor((right - left) / DATE_WIDTH))).map(({ index, label }) => {
    const half = (label.length * LETTER) / 2;
    const centre = Math.min(Math.max(x(index), left + half), right - half);
    const tick = html`<line
      class="tick"
      x1="${px(x(index))}"
      x2="${px(x(index))}"
      y1="${bottom}"
      y2="${bottom + 4}"
    />`;
    if (centre - half < free) return tick;
    free = centre + half + GAP;
    return html`${tick}<text class="date" x="${px(centre)}" y="${bottom + 17}" text-anchor="middle"
        >${label}</text
      >`;
  });
}

function baseline({ left, right, y }: Frame, value: number): Markup {
  const height = px(y(value));
  return html`<line class="baseline" x1="${left}" x2="${right}" y1="${height}" y2="${height}" />`;
}

function curveMarkup(frame: Frame, { values, form, tone }: SvgCurve): Markup {
  const points = thinned(values, Math.round(frame.right - frame.left)).map((run) =>
    run.map(({ index, value }) => `${px(frame.x(index))},${px(frame.y(value))}`),
  );
  const line = points.map((run) => `M${run.join('L')}`).join('');
  if (form === 'line') return html`<path class="curve ${tone}" d="${line}" />`;
  const zero = px(frame.y(0));
  const xOf = (point: string | undefined): string => (point ?? '').split(',')[0] ?? '';
  const area = points
    .map((run) => `M${xOf(run[0])},${zero}L${run.join('L')}L${xOf(run.at(-1))},${zero}Z`)
    .join('');
  return html`<path class="area ${tone}" d="${area}" /><path class="edge ${tone}" d="${line}" />`;
}
