/** Every command: its words, its options, and the module that runs it. */
import type { Command } from 'commander';
import { EXIT } from '../domain/errors.ts';
import { program, someText } from './arguments.ts';
import { declareData } from './data-commands.ts';
import { declareBooks, declareRepairs } from './book-commands.ts';
import { declareTimes } from './time-commands.ts';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';
import { declareSignals } from './signal-commands.ts';
import { declareService } from './service-commands.ts';
import { declareSimulation } from './simulation-commands.ts';
import { declareWatch } from './watch-commands.ts';
import { parseColorMode } from './output/style.ts';
import { version } from './version.ts';

export function declareCommands(io: Io, exit: Exit): Command {
  const root = program({
    name: 'hgctl',
    description: 'Reconcile several trading strategies on one brokerage account with their YAML manifests.',
    stdout: io.stdout,
    stderr: io.stderr,
  });
  root
    .version(version(), '-V, --version', 'print the version')
    .option('--color <when>', 'auto, always or never', parseColorMode, 'auto')
    .option('--debug', 'print stack traces of errors');
  declareMain(root, io, exit);
  declareLoop(root, io, exit);
  declareTimes(root, io, exit);
  declareReads(root, io, exit);
  declareReports(root, io, exit);
  declareWatch(root, io, exit);
  declareSwitches(root, io, exit);
  declareBrakes(root, io, exit);
  declareBooks(root, io, exit);
  declareRepairs(root, io, exit);
  declareSignals(root, io, exit);
  declareData(root, io, exit);
  declareSimulation(root, io, exit);
  declareService(root, io, exit);
  declareTools(root, io, exit);
  return root;
}

function declareMain(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('apply'))
    .description('make the account match the manifests: show the plan, ask, carry it out')
    .option('-y, --yes', 'do not ask; the plan made after the lock is printed before the first order')
    .option('--prune', 'forget strategies that are declared no more and own nothing')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runApply } = await import('./commands/apply.ts');
      exit(await runApply(io, command.optsWithGlobals()));
    });
  withManifests(root.command('plan'))
    .description('show the exact orders that apply would send, and why; changes nothing')
    .option('--detailed-exitcode', 'exit 2 when there is something to do')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runPlan } = await import('./commands/plan.ts');
      exit(await runPlan(io, command.optsWithGlobals()));
    });
  withManifests(root.command('validate'))
    .description('check the manifests and report every problem at once')
    .action(async (_: unknown, command: Command) => {
      const { runValidate } = await import('./commands/validate.ts');
      exit(runValidate(io, command.optsWithGlobals()));
    });
}

function declareLoop(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('run'))
    .description('keep the account as the manifests say, until asked to stop (SIGTERM, Ctrl-C)')
    .option('--wait', 'where a controller runs already, wait for its end and take over')
    .option('--until <instant>', 'end then, with exit 0; for rehearsals with HGCTL_NOW')
    .action(async (_: unknown, command: Command) => {
      const { runRun } = await import('./commands/run.ts');
      exit(await runRun(io, command.optsWithGlobals()));
    });
}

function declareReads(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('get'))
    .description('list strategies, positions, orders, fills, locks, breaks or events')
    .argument(
      '<kind>',
      'strategies (strat, st), positions (pos), orders (ord), fills, locks, breaks or events',
    )
    .argument('[names...]', 'only these strategies')
    .option('-o, --output <format>', 'table, wide, json, yaml, name or csv', 'table')
    .option('--no-headers', 'leave out the headers of tables')
    .option('-l, --selector <labels>', 'only strategies with these labels: book=long-term,tier!=test')
    .action(async (kind: string, names: readonly string[], _: unknown, command: Command) => {
      const { runGet } = await import('./commands/get.ts');
      exit(await runGet(io, { kind, names }, command.optsWithGlobals()));
    });
  withManifests(root.command('describe'))
    .description('show all about one strategy')
    .argument('<kind>', 'strategy')
    .argument('<name>', 'its name')
    .addHelpText('after', '\nExample:\n  hgctl describe strategy core')
    .action(async (kind: string, name: string, _: unknown, command: Command) => {
      const { runDescribe } = await import('./commands/describe.ts');
      exit(await runDescribe(io, { kind, name }, command.optsWithGlobals()));
    });
  withManifests(root.command('status'))
    .description('print the status screen')
    .action(async (_: unknown, command: Command) => {
      const { runStatus } = await import('./commands/status.ts');
      exit(await runStatus(io, command.optsWithGlobals()));
    });
}

function declareReports(root: Command, io: Io, exit: Exit): void {
  const report = root.command('report').description('what was, from the journal: report eod');
  withManifests(report.command('eod'))
    .description('report one session day: positions, fills, orders, profits, and the change of equity')
    .option('--date <date>', 'as 2025-12-02; the session that is open if left out, else the newest')
    .option('-o, --output <format>', 'text, json or markdown', 'text')
    .action(async (_: unknown, command: Command) => {
      const { runReportEod } = await import('./commands/report-eod.ts');
      exit(await runReportEod(io, command.optsWithGlobals()));
    });
}

function declareSwitches(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('enable'))
    .description('turn a strategy on in the toggle file, and lift a requested shutdown')
    .argument('<strategy>', 'its name')
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runEnable } = await import('./commands/enable.ts');
      exit(await runEnable(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('disable'))
    .description('turn a strategy off; a running execution of it stops before its next order')
    .argument('<strategy>', 'its name')
    .option('--close-positions', 'sell what it owns, and only that')
    .option('--force', 'do not wait for its running execution')
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runDisable } = await import('./commands/disable.ts');
      exit(await runDisable(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('close-orphaned'))
    .description('sell the positions of a strategy that is off, and leave it off')
    .argument('<strategy>', 'its name')
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runCloseOrphaned } = await import('./commands/close-orphaned.ts');
      exit(await runCloseOrphaned(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('reset-limit'))
    .description('lift a loss limit that was crossed; losses are counted from then on')
    .argument('[strategy]', 'its name; with --account none')
    .option('--account', 'the limit of the account')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const { runResetLimit } = await import('./commands/reset-limit.ts');
      exit(await runResetLimit(io, name, command.optsWithGlobals()));
    });
  withManifests(root.command('unlock'))
    .description('take the execution lock away from a holder that hangs')
    .argument('<lock-id>', "as 'hgctl get locks' shows it")
    .option('--kill', 'stop its process first (SIGKILL)')
    .action(async (lockId: string, _: unknown, command: Command) => {
      const { runUnlock } = await import('./commands/unlock.ts');
      exit(await runUnlock(io, lockId, command.optsWithGlobals()));
    });
}

function declareBrakes(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('suspend'))
    .description('let a strategy open nothing for a while; exits and recovery go on')
    .argument('<strategy>', 'its name')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option(
      '--until <time>',
      'when it ends by itself: 2026-10-03T09:30, 15:55, 2026-10-03, 2h; never if left out',
    )
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runSuspend } = await import('./commands/suspend.ts');
      exit(await runSuspend(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('resume'))
    .description('lift the suspension of a strategy, and show the plan that follows')
    .argument('<strategy>', 'its name')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runResume } = await import('./commands/resume.ts');
      exit(await runResume(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('halt'))
    .description('stop the whole account: no order of any kind goes out, until unhalt')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('--cancel-open', 'cancel our open orders, too, and follow them to their end')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runHalt } = await import('./commands/halt.ts');
      exit(await runHalt(io, command.optsWithGlobals()));
    });
  withManifests(root.command('unhalt'))
    .description('lift a halt, and show the plan that follows')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runUnhalt } = await import('./commands/resume.ts');
      exit(await runUnhalt(io, command.optsWithGlobals()));
    });
  withManifests(root.command('kill'))
    .description('halt the account and cancel our open orders')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('--flatten', 'then sell what strategies own, and only that, and verify that nothing is left')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runKill } = await import('./commands/kill.ts');
      exit(await runKill(io, command.optsWithGlobals()));
    });
}

function declareTools(root: Command, io: Io, exit: Exit): void {
  const journal = root.command('journal').description('look after the journal: journal verify');
  withManifests(journal.command('verify'))
    .description('check every record: exit 0 intact, 1 damaged')
    .action(async (_: unknown, command: Command) => {
      const { runJournalVerify } = await import('./commands/journal-verify.ts');
      exit(runJournalVerify(io, command.optsWithGlobals()));
    });
  root
    .command('schema')
    .description('print the JSON Schema of a manifest kind, for editors')
    .argument('[kind]', 'Strategy, Account or StrategyToggle', 'Strategy')
    .action(async (kind: string) => {
      const { runSchema } = await import('./commands/schema.ts');
      exit(runSchema(io, kind));
    });
  root
    .command('version')
    .description('print the version')
    .action(() => {
      io.stdout(`hgctl ${version()}\n`);
      exit(EXIT.done);
    });
}
