/** The report of a session day as files: for a controller, as soon as the close is marked. */
import type { CalendarDate } from '../domain/instant.ts';
import { eodReport } from '../observed/eod-report.ts';
import { windowOf } from '../observed/eod-window.ts';
import { readRecords } from '../store/journal-check.ts';
import { writeReport } from '../store/report-files.ts';
import { eodJson } from './output/eod-json.ts';
import { eodMarkdown } from './output/eod-text.ts';
import { renderJson } from './output/formats.ts';
import type { DataPaths } from './places.ts';

/**
 * Writes `reports/eod-DATE.json` and `.md`, with the bytes that `report eod` prints of a day that is over. Nothing where the
 * journal has nothing of the day, or the files say the same already. Returns what it wrote.
 */
export function writeEodReport(
  { journal, reports }: Pick<DataPaths, 'journal' | 'reports'>,
  date: CalendarDate,
): string[] {
  const window = windowOf(readRecords(journal), date, null);
  if (window === null) return [];
  const report = eodReport(window);
  return writeReport(reports, date, { json: renderJson(eodJson(report)), markdown: eodMarkdown(report) });
}
