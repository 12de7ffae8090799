/** The commands about what would have been, and about the simulated broker from outside. */
import type { Command } from 'commander';
import { withManifestFiles, withManifests, withManifestsOr, type Exit } from './command-options.ts';
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
  declareSim(root, io, exit);
}

function declareSim(root: Command, io: Io, exit: Exit): void {
  const sim = root.command('sim').description('the simulated broker from outside: sim trade, sim serve');
  withManifests(sim.command('trade'))
    .description('trade by hand, past every strategy')
    .argument('<side>', 'buy or sell')
    .argument('<quantity>')
    .argument('<symbol>', 'as VTI')
    .option('--price <dollars>', 'the current price if left out')
    .action(async (...words: readonly unknown[]) => {
      const { runSimTrade } = await import('./commands/sim-trade.ts');
      const [side, quantity, symbol] = words as readonly [string, string, string];
      const command = words.at(-1) as Command;
      exit(await runSimTrade(io, { side, quantity, symbol }, command.optsWithGlobals()));
    });
  withManifestsOr(sim.command('serve'), 'else a stand-in account')
    .description("serve the simulated broker on this machine in Alpaca's protocol, until asked to stop")
    .option('--port <number>', 'of 127.0.0.1; 0 for any that is free', '4010')
    .option('--faults <file>', 'a script of what goes wrong: docs/sim-serve.md')
    .option(
      '--keys-file <file>',
      'the keys that are taken, as lines APCA_API_KEY_ID=... (default: the environment, else any)',
    )
    .option('--clock <kind>', 'always-open or exchange, where no Account says it (default: exchange)')
    .option('--cash <dollars>', 'what the account begins with, where no Account says it (default: 100000.00)')
    .option('--requests-per-minute <number>', 'as Alpaca limits them', '200')
    .option('--text-frames', 'send text frames on the stream, not binary ones as paper accounts get')
    .option('-v, --verbose', 'one line for each request on stderr')
    .action(async (_: unknown, command: Command) => {
      const { runSimServe } = await import('./commands/sim-serve.ts');
      exit(await runSimServe(io, command.optsWithGlobals()));
    });
}
