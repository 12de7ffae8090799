/** The tables of the report page. */
import { formatDollars, formatQuantity } from '../../domain/decimal.ts';
import { formatLocal } from '../../domain/instant.ts';
import type { YearReturns } from '../../performance/months.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import type { DatedDrawdown, Summary } from '../../performance/summary.ts';
import { grouped } from './figures.ts';
import { html, NOTHING, type Markup } from './html.ts';
import { COLUMNS, percent, subjectsOf } from './simulation-figures.ts';

/** Rows of a list that the page shows; the files have them all. */
const ROWS_SHOWN = 300;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The return of a month from which its cell has its full colour. */
const FULL_HEAT = 0.1;

/** A figure in each row, so that it can be compared over the subjects beside it. */
export function figuresTable(summary: Summary): Markup {
  const subjects = subjectsOf(summary);
  const rows = COLUMNS.map(
    ({ header, cell, reason }) =>
      html`<tr>
        <th scope="row">${header}</th>
        ${subjects.map(({ figures }) => {
          const why = reason(figures);
          return html`<td>${cell(figures)}${why === null ? NOTHING : html`<small>${why}</small>`}</td>`;
        })}
      </tr>`,
  );
  return html`<h2>Figures</h2>
    ${scroll(
      'Figures',
      html`<table>
        <thead>
          <tr>
            <td></td>
            ${subjects.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}`;
}

export function monthsTable(years: readonly YearReturns[]): Markup {
  if (years.length === 0) return NOTHING;
  const rows = years.map(
    ({ year, months, total }) =>
      html`<tr>
        <th scope="row">${year}</th>
        ${[...months, total].map(monthCell)}
      </tr>`,
  );
  return html`<h2>Monthly returns</h2>
    ${scroll(
      'Monthly returns',
      html`<table class="months">
        <thead>
          <tr>
            <td></td>
            ${[...MONTHS, 'Year'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}
    <p class="note">
      Of the account, in percent, from the last close of the month before. The months of a year multiply up to
      its total.
    </p>`;
}

function monthCell(part: number | null): Markup {
  if (part === null) return html`<td></td>`;
  const heat = (Math.min(1, Math.abs(part) / FULL_HEAT) * 0.5).toFixed(2);
  const text = percent(part, { signed: true, digits: 1 }).slice(0, -1);
  return html`<td class="${part < 0 ? 'loss' : 'gain'}" style="--heat: ${heat}">${text}</td>`;
}

export function drawdownsTable(drawdowns: readonly DatedDrawdown[]): Markup {
  if (drawdowns.length === 0) return NOTHING;
  return list({
    title: 'Deepest drawdowns',
    headers: ['>depth', 'from', 'deepest', 'recovered', '>sessions'],
    rows: drawdowns.map(({ depth, peak, trough, recovered, sessions }) => [
      percent(0 - depth),
      peak ?? 'the start',
      trough,
      recovered ?? 'not by the end',
      String(sessions),
    ]),
    note: 'Of the account. Sessions: from the peak to the recovery, or to the end.',
    tall: false,
  });
}

export function tradesTable({ trades }: SimulationRecord): Markup {
  const newest = trades.slice(-ROWS_SHOWN).toReversed();
  const count = grouped(String(trades.length));
  const which = trades.length > ROWS_SHOWN ? `The newest ${ROWS_SHOWN} of ${count} fills` : `${count} fills`;
  return list({
    title: 'Trades',
    headers: [
      'time (New York)',
      'strategy',
      'symbol',
      'side',
      '>quantity',
      '>price',
      '>fee',
      '>slippage',
      '>realised',
    ],
    rows: newest.map(({ time, strategy, symbol, side, quantity, price, fee, slippage, realised }) => [
      formatLocal(time),
      strategy,
      symbol,
      side,
      grouped(formatQuantity(quantity)),
      formatDollars(price),
      formatDollars(fee),
      formatDollars(slippage),
      realised === null ? '' : formatDollars(realised),
    ]),
    note: `${which}, newest first; all are in trades.csv. Slippage is in the price. Realised: profit of the part that was closed, before fees.`,
    tall: true,
  });
}

export function breaksTable({ breaks }: SimulationRecord): Markup {
  if (breaks.length === 0) {
    return html`<h2>Breaks</h2>
      <p class="note">None: books and broker agreed in every session.</p>`;
  }
  const shown = breaks.slice(-ROWS_SHOWN).toReversed();
  const all =
    breaks.length > ROWS_SHOWN
      ? `The newest ${ROWS_SHOWN} of ${breaks.length}; all are in summary.json. `
      : '';
  return list({
    title: 'Breaks',
    headers: ['date', 'strategy', 'symbol', 'kind', 'detail'],
    rows: shown.map(({ date, strategy, symbol, kind, detail }) => [
      date,
      strategy ?? '',
      symbol,
      kind,
      detail,
    ]),
    note: `${all}Differences between books and broker that nothing explained, newest first.`,
    tall: breaks.length > 12,
  });
}

interface List {
  readonly title: string;
  /** `>` in front: aligned to the right. */
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note: string;
  readonly tall: boolean;
}

function list({ title, headers, rows, note, tall }: List): Markup {
  const names = headers.map((header) => header.replace('>', ''));
  const classes = headers.map((header) =>
    header === 'detail' ? 'text wrap' : header.startsWith('>') ? '' : 'text',
  );
  const table = html`<table>
    <thead>
      <tr>
        ${names.map((name, index) => html`<th scope="col" class="${classes[index] ?? ''}">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell, index) => html`<td class="${classes[index] ?? ''}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
  return html`<h2>${title}</h2>
    <p class="note">${note}</p>
    ${rows.length === 0 ? NOTHING : scroll(title, table, tall)}`;
}

/** A table that is wider than the page scrolls by itself, also with the keyboard. */
function scroll(label: string, table: Markup, tall = false): Markup {
  const classes = tall ? 'scroll tall' : 'scroll';
  return html`<div class="${classes}" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}
