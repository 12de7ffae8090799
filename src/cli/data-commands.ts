/** The commands about market data. */
import type { Command } from 'commander';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareData(root: Command, io: Io, exit: Exit): void {
  const data = root.command('data').description('look after market data: data check');
  withManifests(data.command('check'))
    .description('look for gaps, duplicates, outliers, splits and stale ends in price files; exit 1 for any')
    .argument('[symbols...]', 'only these; every SYMBOL.csv if left out')
    .option('--folder <folder>', 'price files in this folder (default: the csv folder of the Account)')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (symbols: readonly string[], _: unknown, command: Command) => {
      const { runDataCheck } = await import('./commands/data-check.ts');
      exit(runDataCheck(io, symbols, command.optsWithGlobals()));
    });
}
