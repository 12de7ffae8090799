/** `hgctl apply`: show the plan, ask, carry it out, and say what became of it. */
import { prunable, prune } from '../../actions/prune.ts';
import type { Outcome } from '../../actions/outcome.ts';
import { isLive } from '../../desired/desired-state.ts';
import { EXIT, strongestExit, type ExitCode } from '../../domain/errors.ts';
import type { OrderAction, Plan } from '../../reconciler/plan-types.ts';
import { reconcile, type Approval, type PassResult } from '../../reconciler/reconcile.ts';
import { openWorld } from '../acting.ts';
import type { World } from '../compose.ts';
import { styleOf, type GlobalOptions, type Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { actionJson, planJson } from '../output/plan-json.ts';
import { ordersText, planText, type PlanTextOptions } from '../output/plan-text.ts';
import { printable } from '../output/printable.ts';
import { noShortingChange, type SettingChange } from '../no-shorting.ts';
import { checkData, passOf, repairStateFile } from '../prepare.ts';
import { stopExits } from '../stop-exits.ts';
import { holdExits } from './plan.ts';

export interface ApplyOptions extends GlobalOptions {
  readonly output: string;
  readonly yes?: boolean;
  readonly prune?: boolean;
}

export async function runApply(io: Io, options: ApplyOptions): Promise<ExitCode> {
  parseTextOrJson(options.output);
  return applyIn(io, openWorld(io, options), options);
}

/** The command in a world that is open already; closes it. */
export async function applyIn(io: Io, world: World, options: ApplyOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  try {
    await checkData(world);
    const text: PlanTextOptions = { style: styleOf(io, options), locate: world.manifests.locate };
    const onLive = isLive(world.desired.account) ? ' on the LIVE account, with real money' : '';
    const setting = await noShortingChange(world);
    const { liveSaid } = world;
    const approval = approvalOf(io, { yes: options.yes ?? false, format, text, onLive, setting, liveSaid });
    const pass = passOf(io, world);
    const result = await reconcile(
      setting === null ? pass : { ...pass, changeSetting: setting.carryOut },
      approval,
    );
    if (result.kind === 'nothing') repairStateFile(io, world);
    const isPruning = options.prune === true && result.kind !== 'declined';
    const prunes = isPruning ? await pruneGone(io, world, approval) : NOTHING_TO_PRUNE;
    world.close();
    print(io, { result, prunes }, { format, text });
    return exitOf(io, result, prunes);
  } finally {
    world.close();
  }
}

interface Prunes {
  readonly pruned: readonly string[];
  readonly isDeclined: boolean;
}

const NOTHING_TO_PRUNE: Prunes = { pruned: [], isDeclined: false };

/** `--prune`: what the manifests no longer declare leaves the inventory, where it owns nothing. */
async function pruneGone(io: Io, { ports, desired }: World, approval: Prompt): Promise<Prunes> {
  const all = prunable(desired, ports.journal.refresh());
  const going = all.filter(({ because }) => because === null);
  for (const { strategy, because } of all) {
    if (because === null) continue;
    const ways = `'hgctl disable ${strategy} --close-positions', 'hgctl release' or 'hgctl rename'`;
    io.stderr(`warning: ${strategy} is declared no more and is kept: ${because}; ${ways}\n`);
  }
  if (going.length === 0) return NOTHING_TO_PRUNE;
  for (const { strategy } of going) approval.say(`  - prune strategy/${strategy}`);
  if (!(await approval.agree('Prune these strategies?'))) return { pruned: [], isDeclined: true };
  const pruned = going.map(({ strategy }) => strategy).filter((strategy) => prune(ports, strategy));
  for (const strategy of pruned) approval.say(`strategy/${strategy} pruned`);
  return { pruned, isDeclined: false };
}

interface View {
  readonly format: 'table' | 'json';
  readonly text: PlanTextOptions;
}

interface Prompt extends Approval {
  readonly say: (text: string) => void;
  readonly agree: (question: string) => Promise<boolean>;
}

interface Asking extends View {
  readonly yes: boolean;
  /** What the question says of real money. */
  readonly onLive: string;
  /** Of the account; carried out with the plan. */
  readonly setting: SettingChange | null;
  /** Told that the plan was shown. */
  readonly liveSaid: World['liveSaid'];
}

function approvalOf(io: Io, { yes, format, text, onLive, setting, liveSaid }: Asking): Prompt {
  // With JSON, stdout carries the one document of the result.
  const say = (said: string): void => (format === 'json' ? io.stderr : io.stdout)(`${said}\n`);
  const show = (shown: string): void => say(`${shown}\n`);
  const agree = async (question: string): Promise<boolean> => {
    if (yes) return true;
    if (!io.isInteractive) {
      io.stderr(
        'error: this needs an answer, and there is no terminal\nhint: look at the plan, then run it with --yes\n',
      );
      return false;
    }
    return YES.has((await io.ask(`${question} [y/N] `)).trim().toLowerCase());
  };
  return {
    say,
    agree,
    approve: (plan: Plan) => {
      show(planText(plan, text));
      liveSaid();
      if (setting !== null) show(setting.words);
      return agree(`Carry out this plan${onLive}?`);
    },
    approveChange: (orders: readonly OrderAction[]) => {
      show(orders.length === 0 ? 'After the lock nothing is left to do.' : ordersText(orders, text));
      return orders.length === 0 ? Promise.resolve(true) : agree(`Carry out the changed plan${onLive}?`);
    },
  };
}

const YES: ReadonlySet<string> = new Set(['y', 'yes']);

interface Done {
  readonly result: PassResult;
  readonly prunes: Prunes;
}

function print(io: Io, { result, prunes }: Done, { format, text }: View): void {
  const outcomes = result.kind === 'executed' ? result.outcomes : [];
  if (format === 'json') {
    io.stdout(
      renderJson({
        kind: 'ApplyResult',
        result: result.kind,
        plan: planJson(result.plan),
        outcomes: outcomes.map(outcomeJson),
        pruned: prunes.pruned,
      }),
    );
    return;
  }
  if (result.kind === 'nothing') {
    if (result.plan.notDone.length > 0) io.stdout(`${planText(result.plan, text)}\n\n`);
    if (prunes.isDeclined) io.stderr('Nothing was done.\n');
    else if (prunes.pruned.length === 0) io.stdout('Nothing to do.\n');
    return;
  }
  if (result.kind === 'declined') {
    io.stderr('Nothing was done.\n');
    return;
  }
  io.stdout(`${outcomeLines(outcomes)}\n`);
}

/** What was not done, one a line, and the sum. */
export function outcomeLines(outcomes: readonly Outcome[]): string {
  const others = outcomes.filter((outcome) => outcome.kind !== 'done').map(outcomeLine);
  return [...others, summary(outcomes)].join('\n');
}

function outcomeLine(outcome: Exclude<Outcome, { kind: 'done' }> | Outcome): string {
  if (outcome.kind === 'done') return `done: ${outcome.action.id}`;
  return `${outcome.kind}: ${printable(outcome.action.id)}: ${outcome.code}: ${printable(outcome.detail)}`;
}

export function outcomeJson(outcome: Outcome): object {
  const base = { outcome: outcome.kind, action: actionJson(outcome.action) };
  return outcome.kind === 'done' ? base : { ...base, code: outcome.code, detail: outcome.detail };
}

function summary(outcomes: readonly Outcome[]): string {
  const count = (...kinds: readonly Outcome['kind'][]): number =>
    outcomes.filter(({ kind }) => kinds.includes(kind)).length;
  return `Apply: ${count('done')} done, ${count('failed', 'in-doubt')} failed, ${count('skipped')} skipped, ${count('not-started')} not started.`;
}

const OUTCOME_EXIT: Readonly<Record<Outcome['kind'], ExitCode>> = {
  done: EXIT.done,
  failed: EXIT.partial,
  skipped: EXIT.partial,
  'not-started': EXIT.partial,
  'in-doubt': EXIT.inDoubt,
};

function exitOf(io: Io, result: PassResult, { isDeclined }: Prunes): ExitCode {
  const codes: ExitCode[] = [...holdExits(result.plan), ...stopExits(io)];
  if (isDeclined) codes.push(EXIT.declined);
  if (result.kind === 'declined') codes.push(EXIT.declined);
  if (result.kind === 'executed') {
    const counted = result.outcomes.filter((outcome) => !waitsForTheMarket(outcome, result.plan));
    codes.push(...counted.map(outcomeExit));
  }
  return strongestExit(codes.filter((code) => code !== EXIT.done));
}

/** A shutdown that only a closed market holds up: the held orders say so themselves, as in `plan`. */
function waitsForTheMarket(outcome: Outcome, { notDone }: Plan): boolean {
  if (outcome.kind !== 'not-started' || outcome.code !== 'ShutdownPending') return false;
  const held = notDone.filter(
    ({ strategy, symbol }) => strategy === outcome.action.strategy && symbol !== null,
  );
  return held.length > 0 && held.every(({ reason }) => reason === 'MarketClosed');
}

export function outcomeExit(outcome: Outcome): ExitCode {
  if (outcome.kind === 'done') return EXIT.done;
  if (outcome.code === 'LockNotObtained' || outcome.code === 'LockLost') return EXIT.lock;
  if (outcome.code === 'ManifestsReplaced' || outcome.code === 'AnswerOvertaken') return EXIT.conflict;
  if (outcome.code === 'NotApproved') return EXIT.declined;
  if (outcome.code === 'NoLongerNeeded') return EXIT.done;
  if (outcome.code.endsWith('Unknown')) return EXIT.broker;
  return OUTCOME_EXIT[outcome.kind];
}
