/** The commands about signals. */
import type { Command } from 'commander';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareSignals(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('train'))
    .description('make the table that a signal reads, from daily bars; it replaces the one before')
    .argument('<strategy>', 'name of a strategy whose signal is overnight-mean-reversion')
    .option('--from <date>', 'first day, 2015-12-01 (default: ten years before the last)')
    .option('--to <date>', 'last day (default: the last session before today)')
    .action(async (name: string, _: unknown, command: Command) => {
      const { runTrain } = await import('./commands/train.ts');
      exit(await runTrain(io, name, command.optsWithGlobals()));
    });
  withManifests(root.command('why'))
    .alias('why-not')
    .description('explain the last recorded decision of a strategy on a symbol: rank, score, rule, orders')
    .argument('<strategy>', 'name of the strategy')
    .argument('<symbol>', 'what it traded, or did not')
    .option('--date <date>', 'the last decision of this day: 2025-12-02')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (strategy: string, symbol: string, _: unknown, command: Command) => {
      const { runWhy } = await import('./commands/why.ts');
      exit(runWhy(io, { strategy, symbol }, command.optsWithGlobals()));
    });
}
