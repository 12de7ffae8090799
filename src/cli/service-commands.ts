/** The commands around a controller that runs unattended. */
import { Option, type Command } from 'commander';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareService(root: Command, io: Io, exit: Exit): void {
  const notify = root.command('notify').description('tell people: notify test');
  withManifests(notify.command('test'))
    .description('send one test notice on every way that the account has')
    .action(async (_: unknown, command: Command) => {
      const { runNotifyTest } = await import('./commands/notify-test.ts');
      exit(await runNotifyTest(io, command.optsWithGlobals()));
    });
  withManifests(root.command('watchdog'))
    .description('for a timer: exit 1, and a notice, where no controller is there five minutes before a slot')
    .action(async (_: unknown, command: Command) => {
      const { runWatchdog } = await import('./commands/watchdog.ts');
      exit(await runWatchdog(io, command.optsWithGlobals()));
    });
  withManifests(root.command('install-service'))
    .description('print the systemd units of the controller and its watchdog')
    .addOption(
      new Option('--scope <scope>', 'system units, or those of a user; system for root alone').choices([
        'system',
        'user',
      ]),
    )
    .option('--write', 'write them where systemd looks for them')
    .action(async (_: unknown, command: Command) => {
      const { runInstallService } = await import('./commands/install-service.ts');
      exit(runInstallService(io, command.optsWithGlobals()));
    });
}
