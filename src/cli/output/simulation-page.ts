/** The report of a simulation as one HTML page, which needs nothing else: no script, no font, no request. */
import { formatDollars } from '../../domain/decimal.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import { summarise, type Summary } from '../../performance/summary.ts';
import { grouped } from './figures.ts';
import { html, NOTHING, type Markup } from './html.ts';
import { printable } from './printable.ts';
import { COLUMNS } from './simulation-figures.ts';
import { drawdownPlot, equityPlot, strategyPlots } from './simulation-page-plots.ts';
import { PAGE_STYLE } from './simulation-page-style.ts';
import {
  breaksTable,
  drawdownsTable,
  figuresTable,
  monthsTable,
  tradesTable,
} from './simulation-page-tables.ts';
import { residualNote, simulationTitle } from './simulation-text.ts';

/** Equal records give equal bytes. */
export function simulationPage(record: SimulationRecord): string {
  const summary = summarise(record);
  const [title = '', facts = ''] = simulationTitle(record).split(': ');
  const plots = record.sessions.length === 0 ? [] : [equityPlot(record), drawdownPlot(record)];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="generator" content="hgctl simulate" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${{ markup: PAGE_STYLE }}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="lead">${facts}</p>
        </header>
        <main>
          ${headline(record, summary)} ${remarks([...residualNote(summary), ...record.remarks])} ${plots}
          ${monthsTable(summary.months)} ${figuresTable(summary)} ${drawdownsTable(summary.drawdowns)}
          ${record.sessions.length === 0 ? NOTHING : strategyPlots(record, summary)} ${tradesTable(record)}
          ${breaksTable(record)} ${meanings()}
        </main>
        <footer>${files()}</footer>
      </body>
    </html> `;
  return tidied(page.markup);
}

const HEADLINE: readonly (readonly [header: string, name: string])[] = [
  ['return', 'Return'],
  ['CAGR', 'Return a year'],
  ['max drawdown', 'Max drawdown'],
  ['Sharpe', 'Sharpe ratio'],
  ['exposure', 'Mean exposure'],
  ['hit rate', 'Hit rate'],
];

function headline({ startingEquity, sessions }: SimulationRecord, { account }: Summary): Markup {
  const cells = HEADLINE.map(([header, name]) => {
    const column = COLUMNS.find((candidate) => candidate.header === header);
    return fact(name, column?.cell(account) ?? '', column?.reason(account) ?? '');
  });
  const refused = account.orders.refused === 0 ? '' : `, ${account.orders.refused} refused`;
  return html`<dl class="headline">
    ${fact(
      'Equity at the end',
      formatDollars(sessions.at(-1)?.equity ?? startingEquity),
      `from ${formatDollars(startingEquity)}`,
    )}
    ${cells}
    ${fact('Orders', grouped(String(account.orders.sent)), `${account.breaks} ${account.breaks === 1 ? 'break' : 'breaks'}${refused}`)}
  </dl>`;
}

function fact(name: string, value: string, detail: string): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}${detail === '' ? NOTHING : html`<small>${detail}</small>`}</dd>
  </div>`;
}

function remarks(sentences: readonly string[]): Markup {
  if (sentences.length === 0) return NOTHING;
  return html`<h2>Remarks</h2>
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`;
}

function meanings(): Markup {
  return html`<h2>How the figures are made</h2>
    <p class="note">
      From the account at the close of each session. Cash earns nothing, and nothing is paid in or out. A
      figure that its sample is too short for is not shown.
    </p>
    <dl class="meanings">
      ${COLUMNS.map(
        ({ header, meaning }) =>
          html`<dt>${header}</dt>
            <dd>${meaning}</dd>`,
      )}
    </dl>`;
}

function files(): Markup {
  const link = (name: string): Markup => html`<a href="${name}">${name}</a>`;
  return html`Beside this page: ${link('summary.json')}, ${link('sessions.csv')}, ${link('trades.csv')},
  ${link('record.json')}. Made by hgctl.`;
}

/** What cannot be seen is shown as in terminals, and the indentation of the templates above is not part of the page. */
function tidied(markup: string): string {
  const lines = markup.split('\n').map((line) => printable(line.trim()));
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
