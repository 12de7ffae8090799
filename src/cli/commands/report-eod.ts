/** `hgctl report eod`: what a session day has brought, from the journal; of a day that is not over, also from the broker. */
import { markSession } from '../../actions/mark-session.ts';
import { observe } from '../../actions/observe.ts';
import { dayNumber } from '../../domain/days.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import { markOf } from '../../observed/day-mark.ts';
import { eodReport, type EodReport } from '../../observed/eod-report.ts';
import { newestMarked, windowOf } from '../../observed/eod-window.ts';
import type { DayMark } from '../../observed/mark-events.ts';
import { readRecords } from '../../store/journal-check.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { eodJson } from '../output/eod-json.ts';
import { eodMarkdown, eodText } from '../output/eod-text.ts';
import { renderJson } from '../output/formats.ts';

export interface ReportEodOptions extends GlobalOptions {
  readonly date?: string;
  readonly output: string;
}

const RENDERERS: ReadonlyMap<string, (report: EodReport) => string> = new Map([
  ['text', eodText],
  ['json', (report) => renderJson(eodJson(report))],
  ['markdown', eodMarkdown],
]);

export async function runReportEod(io: Io, options: ReportEodOptions): Promise<ExitCode> {
  const render = rendererOf(options.output);
  const asked = options.date === undefined ? null : dateArgument(options.date);
  const world = openWorldAnyway(io, options);
  try {
    await markClose(io, world);
    const records = readRecords(world.paths.journal);
    const date = asked ?? newestMarked(records) ?? dateOf(world.ports.clock.now());
    const live = await liveMark(io, world, date);
    const window = windowOf(records, date, live);
    if (window === null) throw noSuchDay(date, newestMarked(records));
    io.stdout(render(eodReport(window)));
    return EXIT.done;
  } finally {
    world.close();
  }
}

function rendererOf(format: string): (report: EodReport) => string {
  const found = RENDERERS.get(format);
  if (found !== undefined) return found;
  throw new HgctlError(EXIT.usage, `unknown output format ${JSON.stringify(format)}`, {
    hint: `one of: ${[...RENDERERS.keys()].join(', ')}`,
  });
}

function dateArgument(text: string): CalendarDate {
  if (!Number.isNaN(dayNumber(text))) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no date`, { hint: 'as in 2025-12-02' });
}

/** Nobody else may have seen the close: without its mark the end of the day would never be known. */
async function markClose(io: Io, { ports, desired }: World): Promise<void> {
  const { clock } = ports;
  try {
    const market = await ports.broker.clock();
    if (!market.isOpen && dateOf(clock.now()) === ports.journal.ledger().lastMark?.session)
      await markSession(ports, desired);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    io.stderr(`warning: the close is not marked: ${error.message}\n`);
  }
}

/** The account as it is now, for the session that goes on; null for a day that is over. */
async function liveMark(io: Io, { ports, desired }: World, date: CalendarDate): Promise<DayMark | null> {
  const { lastMark } = ports.journal.refresh();
  if (lastMark?.session !== date || lastMark.kind === 'close') return null;
  if (dateOf(ports.clock.now()) !== date) return null;
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const mark = markOf(observed, 'interim', desired.account.execution.settleWindow);
  if (mark === null) io.stderr('warning: the broker does not answer: the report ends with the last mark\n');
  return mark?.session === date ? mark : null;
}

function noSuchDay(date: CalendarDate, newest: CalendarDate | null): HgctlError {
  return new HgctlError(EXIT.notFound, `the journal has nothing of ${date}`, {
    hint:
      newest === null
        ? 'a session is marked by its first apply that has something to do'
        : `the newest session in it is ${newest}`,
  });
}
