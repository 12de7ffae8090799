/** How the report page looks: calm, light or dark as the reader's system is, readable on a phone and on paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --panel: #f5f5f2; --ink: #1d2327; --soft: #5d666d; --rule: #e2e2dc; --axis: #9aa1a6;
  --line: #1f5a96; --gain: 31 90 150; --loss: 176 74 38; --loss-ink: #a3431f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181b; --panel: #1c2226; --ink: #e4e7e9; --soft: #9ba5ac; --rule: #2b3338; --axis: #64707a;
    --line: #7db4ec; --gain: 110 168 226; --loss: 226 128 88; --loss-ink: #ec9a74;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 59.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
}
h1 { margin: 0; font-size: 1.6rem; font-weight: 650; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 3rem 0 0.35rem; font-size: 1.1rem; font-weight: 650; }
h3 { margin: 1.75rem 0 0; font-size: 0.95rem; font-weight: 650; overflow-wrap: anywhere; }
p, ul { margin: 0.25rem 0; max-width: 46rem; }
ul { padding-left: 1.1rem; }
.lead, .note, figcaption, dd, dt small { color: var(--soft); }
.note, figcaption { font-size: 0.85rem; }
a { color: var(--line); text-underline-offset: 0.15em; }
.headline {
  display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px; margin: 1.75rem 0 0; padding: 0;
  border: 1px solid var(--rule); border-radius: 6px; overflow: hidden; background: var(--rule);
}
.headline div { padding: 0.8rem 1rem 0.85rem; background: var(--paper); }
.headline dt { color: var(--soft); font-size: 0.8rem; }
.headline dd { margin: 0; color: var(--ink); font-size: 1.3rem; font-weight: 600; line-height: 1.35; white-space: nowrap; }
.headline small { display: block; color: var(--soft); font-size: 0.78rem; font-weight: 400; white-space: normal; }
figure { margin: 0.5rem 0 0; }
.plot { display: block; width: 100%; height: auto; overflow: visible; }
.plot text { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--rule); }
.tick { stroke: var(--axis); }
.baseline { stroke: var(--axis); stroke-dasharray: 4 4; }
.curve, .edge { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.edge { stroke-width: 1; }
.curve.ink { stroke: var(--line); }
.area.gain { fill: rgb(var(--gain) / 0.28); } .edge.gain { stroke: rgb(var(--gain)); }
.area.loss { fill: rgb(var(--loss) / 0.28); } .edge.loss { stroke: rgb(var(--loss)); }
.narrow { display: none; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.scroll { overflow-x: auto; margin-top: 0.5rem; }
.tall { max-height: 30rem; overflow-y: auto; border: 1px solid var(--rule); border-radius: 6px; }
.scroll:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
th, td { padding: 0.32rem 0.6rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
tbody th { color: var(--ink); position: sticky; left: 0; background: var(--paper); }
thead td:first-child { position: sticky; left: 0; background: var(--paper); }
th:first-child, td:first-child, .text { text-align: left; }
.tall thead th { position: sticky; top: 0; background: var(--panel); }
td small { display: block; width: 0; min-width: 100%; color: var(--soft); white-space: normal; font-size: 0.72rem; line-height: 1.3; }
.wrap { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
.months { table-layout: fixed; min-width: 44rem; }
.months td { text-align: right; padding: 0.32rem 0.45rem; }
.months td.gain { background: rgb(var(--gain) / var(--heat)); }
.months td.loss { background: rgb(var(--loss) / var(--heat)); }
.months td:last-child { font-weight: 600; border-left: 1px solid var(--rule); }
.fell { color: var(--loss-ink); }
.meanings { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.25rem; margin: 0.5rem 0; font-size: 0.85rem; }
.meanings dd { margin: 0; }
footer { margin-top: 3rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: 0.8rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem 3rem; font-size: 14.5px; }
  h1 { font-size: 1.3rem; }
  .headline { grid-template-columns: repeat(2, 1fr); }
  .headline dd { font-size: 1.1rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .pair, .meanings { grid-template-columns: 1fr; gap: 0.25rem; }
  .meanings dd { margin-bottom: 0.5rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --rule: #ccc; --axis: #777; --line: #1f5a96; --gain: 31 90 150; --loss: 176 74 38; --loss-ink: #8c3617; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2, h3 { break-after: avoid; }
  figure, tr, .headline { break-inside: avoid; }
  .tall, .scroll { max-height: none; overflow: visible; border: 0; }
  .tall thead th { position: static; }
  table { font-size: 7.5pt; }
  td small { font-size: 6pt; }
  th, td { padding: 0.15rem 0.3rem; }
}
`;
