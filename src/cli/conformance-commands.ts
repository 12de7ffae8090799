/** The command about what a broker must do. */
import type { Command } from 'commander';
import { someText } from './arguments.ts';
import { withManifestFiles, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareConformance(root: Command, io: Io, exit: Exit): void {
  withManifestFiles(root.command('conformance'))
    .description('check that the broker of the Account does all that hgctl relies on; touches no data folder')
    .option(
      '--only <id>',
      'only this case, repeatable',
      (id: string, before: readonly string[] | undefined) => [...(before ?? []), someText(id)],
    )
    .option(
      '--through-server',
      "check the embedded broker behind 'hgctl sim serve', through Alpaca's SDK, whichever the Account has",
    )
    .option('-o, --output <format>', 'table or json', 'table')
    .addHelpText(
      'after',
      '\nA simulated broker is checked in memory. On a paper account small orders are sent, and undone;\nHGCTL_CONFORMANCE must have the number of that account.',
    )
    .action(async (_: unknown, command: Command) => {
      const { runConformance } = await import('./commands/conformance.ts');
      exit(await runConformance(io, command.optsWithGlobals()));
    });
}
