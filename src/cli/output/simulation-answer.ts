/** What `hgctl simulate` prints, in each form. */
import type { SimulationRecord } from '../../performance/record.ts';
import { renderJson, renderYaml, type Format } from './formats.ts';
import type { Terminal } from './line-plot.ts';
import { sessionsCsv } from './simulation-csv.ts';
import { recordDocument, summaryDocument } from './simulation-json.ts';
import { simulationText } from './simulation-text.ts';

/** `json` and `yaml` are the whole record and its figures, `csv` has a row for each session. */
export async function simulationAnswer(
  record: SimulationRecord,
  format: Format,
  terminal: Terminal,
): Promise<string> {
  const whole = (): object => ({ ...recordDocument(record), summary: summaryDocument(record) });
  switch (format) {
    case 'json':
      return renderJson(whole());
    case 'yaml':
      return renderYaml(whole());
    case 'csv':
      return sessionsCsv(record);
    case 'name':
      return record.strategies.map(({ name }) => `strategy/${name}\n`).join('');
    default:
      return simulationText(record, terminal);
  }
}
