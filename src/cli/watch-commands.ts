/** The commands that watch: what was, what is, and whether it is well. They change nothing. */
import type { Command } from 'commander';
import { withManifests, withManifestsByName, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareWatch(root: Command, io: Io, exit: Exit): void {
  withManifestsByName(root.command('logs'))
    .description('print the log of executions, oldest first')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--strategy <name>', 'only lines of this strategy; hgctl for those of the controller')
    .option('--since <time>', 'only lines since then: 2h, 15:55, 2026-10-03, 2026-10-03T09:30')
    .option('--level <level>', 'info, warn or error: only lines at least so urgent', 'info')
    .option('-o, --output <format>', 'table, or json: one object a line, as they are kept', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runLogs } = await import('./commands/logs.ts');
      exit(await runLogs(io, command.optsWithGlobals()));
    });
  withManifests(root.command('events'))
    .description(
      'print what the journal has recorded: what happened again to the same order, slot or strategy is one line',
    )
    .option('-w, --watch', 'go on with what comes, until Ctrl-C')
    .option('--since <time>', 'only what was since then: 2h, 15:55, 2026-10-03, 2026-10-03T09:30')
    .option('--strategy <name>', 'only events of this strategy')
    .option('-o, --output <format>', 'table or json; json with -w: one object a line', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runEvents } = await import('./commands/events.ts');
      exit(await runEvents(io, command.optsWithGlobals()));
    });
  withManifests(root.command('diff'))
    .description('what the shadow did against what the account did: exit 0 where nothing differs, else 1')
    .requiredOption(
      '--shadow',
      "the shadow of 'hgctl run --shadow' (required; how manifests differ is hgctl plan)",
    )
    .option('--since <time>', 'only what was since then: 2h, 15:55, 2026-10-03, 2026-10-03T09:30')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runDiff } = await import('./commands/diff.ts');
      exit(await runDiff(io, command.optsWithGlobals()));
    });
  withManifests(root.command('health'))
    .description('check what can go wrong, one row each: exit 0, or 1 where something fails')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runHealth } = await import('./commands/health.ts');
      exit(await runHealth(io, command.optsWithGlobals()));
    });
  withManifests(root.command('wait'))
    .description('wait until strategies have a condition: exit 0, or 9 at the timeout')
    .argument('[strategies...]', 'strategy/NAME; with --all none')
    .requiredOption('--for <condition>', 'condition=Synced, or condition=Suspended=false (required)')
    .option('--all', 'every strategy')
    .option('--timeout <span>', 'how long at most; 0s looks once', '30s')
    .action(async (names: readonly string[], _: unknown, command: Command) => {
      const { runWait } = await import('./commands/wait.ts');
      exit(await runWait(io, names, command.optsWithGlobals()));
    });
}
