/** The commands about market data. */
import type { Command } from 'commander';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareData(root: Command, io: Io, exit: Exit): void {
  const data = root.command('data').description('look after market data: data pull, check');
  withManifests(data.command('pull'))
    .description('fill price files from what answers over the network; exit 10 where a symbol is missing')
    .argument('[symbols...]', 'only these; all that the strategies read if left out')
    .requiredOption('--from <date>', 'first day, 2016-01-04 (required)')
    .option('--to <date>', 'last day (default: that of the last session that has ended)')
    .option('--folder <folder>', 'price files in this folder (default: the csv folder of the Account)')
    .option('--timeframe <length>', '1Day, or 1Min for the folder minutes in it', '1Day')
    .option('--source <name>', 'alpaca or cboe (default: those of the Account, or else both)')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (symbols: readonly string[], _: unknown, command: Command) => {
      const { runDataPull } = await import('./commands/data-pull.ts');
      exit(await runDataPull(io, symbols, command.optsWithGlobals()));
    });
  withManifests(data.command('check'))
    .description('look for gaps, duplicates, outliers, splits and stale ends in price files; exit 1 for any')
    .argument('[symbols...]', 'only these; every SYMBOL.csv if left out')
    .option('--folder <folder>', 'price files in this folder (default: the csv folder of the Account)')
    .option('--splits', 'ask Alpaca which of the likely splits are known')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (symbols: readonly string[], _: unknown, command: Command) => {
      const { runDataCheck } = await import('./commands/data-check.ts');
      exit(await runDataCheck(io, symbols, command.optsWithGlobals()));
    });
}
