/** The report of a session day for terminals, and as Markdown for files. */
import type { EodReport } from '../../observed/eod-report.ts';
import { reportSections, reportTitle, type ReportSection } from './eod-tables.ts';
import { formatTable } from './table.ts';

export function eodText(report: EodReport): string {
  return blocks([
    reportTitle(report),
    ...reportSections(report).map(({ level, title, ...body }) => {
      const text = `${title}${isEmpty(body) ? ': none' : ''}\n${textBody(body)}`;
      return level === 2 ? text : indented(text);
    }),
  ]);
}

export function eodMarkdown(report: EodReport): string {
  return blocks([
    `# ${reportTitle(report)}`,
    ...reportSections(report).map(
      ({ level, title, ...body }) =>
        `${'#'.repeat(level)} ${title}\n\n${isEmpty(body) ? 'None.' : markdownBody(body)}`,
    ),
  ]);
}

type Body = Pick<ReportSection, 'notes' | 'columns' | 'rows'>;

function isEmpty({ notes, rows }: Body): boolean {
  return notes.length === 0 && rows.length === 0;
}

function textBody({ notes, columns, rows }: Body): string {
  const table = rows.length === 0 ? '' : formatTable(columns, rows);
  return indented(`${notes.map((note) => `${note}\n`).join('')}${table}`);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function markdownBody({ notes, columns, rows }: Body): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
  const table =
    rows.length === 0
      ? []
      : [
          [line(columns.map(({ header }) => header)), `| ${rule.join(' | ')} |`, ...rows.map(line)].join(
            '\n',
          ),
        ];
  return [...notes, ...table].join('\n\n');
}

function blocks(parts: readonly string[]): string {
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}
