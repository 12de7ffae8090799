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
import { BrokerUnavailable } from '../../reconciler/ports.ts';
import { readRecords } from '../../store/journal-check.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { eodJson } from '../output/eod-json.ts';
import { eodMarkdown, eodText } from '../output/eod-text.ts';
import { renderJson } from '../output/formats.ts';
import { checkBesideReading } from '../prepare.ts';

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
    const today = dateOf(world.ports.clock.now());
    const isOpen = world.ports.journal.ledger().opened && (await isOpenToday(io, world));
    const records = readRecords(world.paths.journal);
    const date = asked ?? (isOpen ? today : (newestMarked(records) ?? today));
    const live = isOpen && date === today ? await liveMark(io, world) : null;
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

/** Whether the session of today goes on. After it, its close is marked: else its end would never be known. */
async function isOpenToday(io: Io, world: World): Promise<boolean> {
  const { ports, desired } = world;
  try {
    // Another account, or another's records, are nothing to mark or to value these books by.
    await checkBesideReading(world);
    const { isOpen } = await ports.broker.clock();
    if (!isOpen) await markSession(ports, desired);
    return isOpen;
  } catch (error) {
    if (!(error instanceof BrokerUnavailable || error instanceof HgctlError)) throw error;
    io.stderr(`warning: the day is reported from the journal alone: ${error.message}\n`);
    return false;
  }
}

/** The account as it is now, for the session that goes on. */
async function liveMark(io: Io, { ports, desired }: World): Promise<DayMark | null> {
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const mark = markOf(observed, 'interim', desired.account.execution.settleWindow);
  if (mark === null) io.stderr('warning: the broker does not answer: the report ends with the last mark\n');
  return mark;
}

function noSuchDay(date: CalendarDate, newest: CalendarDate | null): HgctlError {
  return new HgctlError(EXIT.notFound, `the journal has nothing of ${date}`, {
    hint:
      newest === null
        ? 'a session is marked by its first apply that has something to do'
        : `the newest session in it is ${newest}`,
  });
}
