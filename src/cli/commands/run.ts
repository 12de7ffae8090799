/** `hgctl run`: the control loop, until it is asked to stop. */
import { setTimeout as delay } from 'node:timers/promises';
import { stopExit } from '../../actions/interrupted.ts';
import { EXIT, formatChain, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatLocalZone, parseInstant, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { CONTROLLER } from '../../domain/names.ts';
import { control, type Declared, type PassReport } from '../../reconciler/controller.ts';
import { restartWindow } from '../../reconciler/restart-window.ts';
import { isOrder, type Plan } from '../../reconciler/plan-types.ts';
import { takeLease, type Lease, type LeaseHolder } from '../../store/controller-lease.ts';
import { openRequests } from '../../store/requests.ts';
import { fileStamp, folderStamp } from '../../store/stamps.ts';
import type { World } from '../compose.ts';
import { writeEodReport } from '../eod-files.ts';
import { styleOf, type GlobalOptions, type Io } from '../io.ts';
import { manifestPaths } from '../manifests.ts';
import { planText } from '../output/plan-text.ts';
import { watchAccount, type AccountWatch } from '../account-watch.ts';
import { passRequests } from '../pass-requests.ts';
import { Announcements } from '../../actions/announcements.ts';
import { forgivingMarket } from '../../actions/forgiving-market.ts';
import { keepNoShorting } from '../no-shorting.ts';
import { checkData, passOf, repairStateFile } from '../prepare.ts';
import { declaredBy, type DeclaredManifests } from '../declared.ts';
import { startBeats, type Beats } from '../beats.ts';
import { brokerNews, type BrokerNews } from '../broker-news.ts';
import { watchRun, type RunWatch } from '../run-watch.ts';
import { startedShadow } from '../shadow-begin.ts';
import { isRehearsal, startClock } from '../start-clock.ts';
import { version } from '../version.ts';
import { wakeUps, type WakeUpOptions } from '../wake-ups.ts';
import { outcomeLines } from './apply.ts';
import { unsafeText } from './restart-window.ts';

export interface RunOptions extends GlobalOptions {
  readonly wait?: boolean;
  readonly until?: string;
  /** On paper, beside the account. */
  readonly shadow?: boolean;
}

/** `wake`: what the loop waits for between two passes. */
export async function runRun(io: Io, asked: RunOptions, wake = wakeUps): Promise<ExitCode> {
  refuse(io, asked);
  const until = readUntil(asked);
  const clock = startClock(io);
  const options = asked.shadow === true ? { ...asked, data: await startedShadow(io, asked, clock) } : asked;
  const declared = declaredBy(io, options, clock);
  try {
    const lease = await takePlace(io, declared.world(), options);
    try {
      return await loop(io, declared, { options, until, wake, after: lease.after });
    } catch (error) {
      // The terminal is told by whoever prints all errors.
      declared.world().log.report.error(CONTROLLER, `Controller failed: ${formatChain(error)}`);
      throw error;
    } finally {
      lease.release();
    }
  } finally {
    declared.close();
  }
}

function refuse(io: Io, options: RunOptions): void {
  if (process.platform === 'win32') {
    throw new HgctlError(EXIT.refused, 'hgctl run is not supported on Windows', {
      hint: 'its file protocol is proved on Linux and macOS only',
    });
  }
  if (manifestPaths(io, options).includes('-')) {
    throw new HgctlError(EXIT.usage, 'hgctl run cannot watch standard input', {
      hint: 'give -f a file or a folder',
    });
  }
}

function readUntil({ until }: RunOptions): Instant | null {
  if (until === undefined) return null;
  const instant = parseInstant(until);
  if (instant !== undefined) return instant;
  throw new HgctlError(EXIT.usage, `--until is no instant: ${JSON.stringify(until)}`, {
    hint: 'write it with an offset, for example 2026-01-05T16:10:00-05:00',
  });
}

type Mine = Extract<Lease, { kind: 'mine' }>;

const ASK_AGAIN = 1_000;

/** A second controller says who runs, and leaves, or waits for its end. */
async function takePlace(io: Io, { ports, paths }: World, { wait }: RunOptions): Promise<Mine> {
  const ask = (): Promise<Lease> =>
    takeLease({
      file: paths.controller,
      lock: paths.controllerLock,
      processes: ports.processes,
      now: () => ports.clock.now(),
    });
  let lease = await ask();
  if (lease.kind === 'held' && wait === true) io.stderr(`${runsAlready(lease)}; waiting for its end\n`);
  while (lease.kind === 'held' && wait === true && !io.stop.requested()) {
    await delay(ASK_AGAIN);
    lease = await ask();
  }
  if (lease.kind === 'mine') return lease;
  if (io.stop.requested()) {
    throw new HgctlError(stopExit(io.stop), 'interrupted while another controller runs');
  }
  throw new HgctlError(EXIT.lock, runsAlready(lease), {
    hint: `stop it first, or add --wait; if it is not there any more, remove ${paths.controller}`,
  });
}

function runsAlready({ identity, since }: LeaseHolder): string {
  return `a controller runs on this data folder already (pid ${identity.pid} on ${identity.host}, since ${since})`;
}

interface LoopOptions extends Pick<Mine, 'after'> {
  readonly options: RunOptions;
  readonly until: Instant | null;
  readonly wake: typeof wakeUps;
}

async function loop(
  io: Io,
  declared: DeclaredManifests,
  { options, until, wake, after }: LoopOptions,
): Promise<ExitCode> {
  const { ports, paths } = declared.world();
  const news = brokerNews();
  const wakes = await wake(wakeUpsOf(io, declared, { options, news }));
  declared.world().log.keep();
  declared.report.info(CONTROLLER, 'Controller started');
  const beats = beatsOf(declared, isRehearsal(io));
  const watch = watchRun(io, declared, after);
  const account = watchAccount(declared.report);
  let isFirst = true;
  const requests = passRequests(paths.requests, declared.report);
  const kept = { watch, account, unreadable: new Set<string>(), announcements: new Announcements() };
  try {
    const code = await control({
      clock: ports.clock,
      stop: io.stop,
      report: declared.report,
      random: Math.random,
      declared: () => {
        requests.claim();
        wakes.mark();
        news.mark();
        beats.looking();
        return nextPass(io, declared, { isFirst, ...kept });
      },
      checkData: () => checkAccountToo(declared.world()),
      wait: async (moment) => {
        news.listenTo(declared.world().alpaca);
        beats.waiting(moment);
        await account.ask(declared.world());
        return wakes.wait(moment);
      },
      show: (plan) => show(io, { options, plan, world: declared.world() }),
      closed: (date) => reportDay(declared, date),
      passed: (pass) => {
        isFirst = false;
        beats.passed(pass);
        watch.passed(pass);
        // What a pass that failed has changed itself (half a line on a full disk) is no news: the next one keeps its pause.
        if (pass.trouble === null) repairStateFile(io, declared.world());
        else if (pass.exit === EXIT.refused) wakes.mark();
        tell(io, pass, declared.world());
        requests.answer(pass);
      },
      until,
    });
    if (code !== EXIT.done) warnOfWindow(declared);
    declared.report.info(CONTROLLER, 'Controller stopped');
    beats.stopped();
    return code;
  } finally {
    news.close();
    beats.close();
    await watch.close();
    await wakes.close();
  }
}

/** Nobody is asked about the setting of the account: who starts the loop lets it act. */
async function checkAccountToo(world: World): Promise<void> {
  await checkData(world);
  await keepNoShorting(world);
}

interface Next {
  readonly isFirst: boolean;
  readonly watch: RunWatch;
  readonly account: AccountWatch;
  /** What was said of prices that cannot be read. */
  readonly unreadable: Set<string>;
  readonly announcements: Announcements;
}

function nextPass(io: Io, declared: DeclaredManifests, next: Next): Declared {
  const { isFirst, watch, account, unreadable, announcements } = next;
  const { world, problems } = declared.read();
  world.log.keep();
  if (!isFirst) world.log.nextPass();
  const { market, report } = world.ports;
  const forgiving = forgivingMarket(market, (message) => report.warn(CONTROLLER, message), unreadable);
  const pass = passOf(io, { ...world, ports: { ...world.ports, market: forgiving } });
  const looked: typeof pass.looked = (look) => {
    // What a stop has cut short is not how things stand.
    if (!io.stop.requested()) watch.looked(look, problems);
    account.looked(look, world.desired);
    // The five steps of a start are not those of every pass.
    if (isFirst) pass.looked(look);
  };
  return { problems, pass: { ...pass, looked, announcements } };
}

function beatsOf(declared: DeclaredManifests, rehearses: boolean): Beats {
  const { ports, paths } = declared.world();
  return startBeats({
    folder: paths.folder,
    mode: rehearses ? 'rehearsal' : 'real-time',
    release: version(),
    clock: ports.clock,
    processes: ports.processes,
    report: declared.report,
    revision: () => declared.world().desired.digest,
  });
}

/** `hgctl report eod` says the same at any time: no pass fails for want of the file. */
function reportDay(declared: DeclaredManifests, date: CalendarDate): void {
  const title = `End-of-day report of ${date}`;
  try {
    for (const file of writeEodReport(declared.world().paths, date))
      declared.report.info(CONTROLLER, `${title}: ${file}`);
  } catch (error) {
    declared.report.warn(CONTROLLER, `${title} cannot be written: ${formatChain(error)}`);
  }
}

interface Shown {
  readonly options: RunOptions;
  readonly plan: Plan;
  readonly world: World;
}

function show(io: Io, { options, plan, world }: Shown): void {
  const text = { style: styleOf(io, options), locate: world.manifests.locate };
  if (!plan.actions.some(isOrder)) return;
  io.stdout(`${stamp(world)}\n${planText(plan, text)}\n\n`);
  world.liveSaid();
}

interface Woken {
  readonly options: RunOptions;
  readonly news: BrokerNews;
}

function wakeUpsOf(io: Io, declared: DeclaredManifests, { options, news }: Woken): WakeUpOptions {
  const { ports, paths } = declared.world();
  return {
    clock: ports.clock,
    stop: io.stop,
    isRehearsal: isRehearsal(io),
    watched: [...manifestPaths(io, options), ...declared.files(), paths.broker, paths.requests],
    journal: paths.journal,
    stamp: () => [declared.stamp(), fileStamp(paths.broker), folderStamp(paths.journal)].join('\n'),
    isAsked: () => openRequests(paths.requests).length > 0,
    hasNews: () => news.isThere(),
  };
}

/** Who is stopped inside a window should know what to be quick about. */
function warnOfWindow(declared: DeclaredManifests): void {
  const { desired, ports } = declared.world();
  const window = restartWindow(desired, ports.journal.ledger(), ports.clock.now());
  if (!window.isSafe)
    declared.report.warn(CONTROLLER, `Stopped inside an execution window: ${unsafeText(window)}`);
}

function stamp({ ports, shadow }: World): string {
  return `--- ${formatLocalZone(ports.clock.now())}${shadow === null ? '' : ' SHADOW'}`;
}

function tell(io: Io, { outcomes }: PassReport, world: World): void {
  if (outcomes.length > 0) io.stdout(`${stamp(world)}\n${outcomeLines(outcomes)}\n`);
}
