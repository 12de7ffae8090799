/** The commands about when things happen. */
import type { Command } from 'commander';
import { someText } from './arguments.ts';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareTimes(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('reconcile'))
    .description('one pass now: by the controller that runs, else here, as apply --yes')
    .action(async (_: unknown, command: Command) => {
      const { runReconcile } = await import('./commands/reconcile.ts');
      exit(await runReconcile(io, command.optsWithGlobals()));
    });
  withManifests(root.command('trigger'))
    .description('run a slot of today now; it runs at most once, so not again at its own time')
    .argument('<strategy>', 'its name')
    .requiredOption('--slot <name>', 'as exit, 15:55 or entry/1555 (required)', someText)
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .action(async (strategy: string, _: unknown, command: Command) => {
      const { runTrigger } = await import('./commands/trigger.ts');
      exit(await runTrigger(io, strategy, command.optsWithGlobals()));
    });
  withManifests(root.command('restart-window'))
    .description('whether the controller may be restarted now: exit 0 safe, 1 not')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runRestartWindow } = await import('./commands/restart-window.ts');
      exit(runRestartWindow(io, command.optsWithGlobals()));
    });
}
