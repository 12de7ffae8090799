/** The files of a simulation's report folder. */
import type { SimulationRecord } from '../../performance/record.ts';
import { renderJson } from './formats.ts';
import { sessionsCsv, tradesCsv } from './simulation-csv.ts';
import { recordDocument, summaryDocument } from './simulation-json.ts';
import { simulationPage } from './simulation-page.ts';

/** Equal records give equal bytes. */
export function simulationFiles(
  record: SimulationRecord,
): { readonly name: string; readonly text: string }[] {
  return [
    { name: 'record.json', text: renderJson(recordDocument(record)) },
    { name: 'summary.json', text: renderJson(summaryDocument(record)) },
    { name: 'sessions.csv', text: sessionsCsv(record) },
    { name: 'trades.csv', text: tradesCsv(record) },
    { name: 'report.html', text: simulationPage(record) },
  ];
}
