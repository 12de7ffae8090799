/** The command about what would have been. */
import type { Command } from 'commander';
import { withManifestFiles, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareSimulation(root: Command, io: Io, exit: Exit): void {
  withManifestFiles(root.command('simulate'))
    .description('run the controller over past sessions in memory; touches no data folder and no toggle file')
    .requiredOption('--from <date>', 'first day, 2024-01-02 (required)')
    .requiredOption('--to <date>', 'last day (required)')
    .option(
      '--data <source>',
      'csv: the folder of the Account; synthetic: a made market (default: as the Account)',
    )
    .option('--seed <number>', 'of the simulated broker and of synthetic prices (default: as the Account)')
    .option('--cash <dollars>', 'what the account begins with (default: as the Account)')
    .option('--report <folder>', 'write a page with plots, CSV and JSON there, too')
    .option('-o, --output <format>', 'table, json, yaml or csv', 'table')
    .action(async (_: unknown, command: Command) => {
      const { runSimulate } = await import('./commands/simulate.ts');
      exit(await runSimulate(io, command.optsWithGlobals()));
    });
}
