/** The commands that change books, or make them anew. */
import type { Command } from 'commander';
import { someText } from './arguments.ts';
import { withManifests, type Exit } from './command-options.ts';
import type { Io } from './io.ts';

export function declareBooks(root: Command, io: Io, exit: Exit): void {
  declareInit(root, io, exit);
  withManifests(root.command('adopt'))
    .description('give unmanaged shares to a strategy')
    .argument('<symbol>', 'as VTI')
    .requiredOption('--strategy <name>', 'the new owner (required)')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('--quantity <shares>', 'how many; all that are unmanaged if left out')
    .option('--price <dollars>', "cost of one share; the broker's average price if left out")
    .action(async (symbol: string, _: unknown, command: Command) => {
      const { runAdopt } = await import('./commands/adopt.ts');
      exit(await runAdopt(io, symbol, command.optsWithGlobals()));
    });
  withManifests(root.command('release'))
    .description('take shares out of a strategy; they stay at the broker and nobody owns them')
    .argument('<symbol>', 'as VTI')
    .requiredOption('--strategy <name>', 'the owner (required)')
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('--quantity <shares>', 'how many; all that it owns if left out')
    .action(async (symbol: string, _: unknown, command: Command) => {
      const { runRelease } = await import('./commands/release.ts');
      exit(await runRelease(io, symbol, command.optsWithGlobals()));
    });
  withManifests(root.command('rename'))
    .description('let a strategy go on under another name, with its book, orders and slots')
    .argument('<old>', 'its name so far; no manifest declares it any more')
    .argument('<new>', 'its new name')
    .action(async (from: string, to: string, _: unknown, command: Command) => {
      const { runRename } = await import('./commands/rename.ts');
      exit(await runRename(io, { from, to }, command.optsWithGlobals()));
    });
  withManifests(root.command('resolve'))
    .description('end the doubt about a symbol: a break, or an order whose fate nobody can find out')
    .argument('<symbol>', 'as VTI')
    .requiredOption(
      '--as <truth>',
      "broker: the book takes the broker's quantity; books: the books are right; split: the books follow a stock split (required)",
    )
    .requiredOption('--reason <text>', 'why, for the journal (required)', someText)
    .option('--strategy <name>', 'whose shares left first, where a symbol has two owners')
    .option('--ratio <to:from>', 'with --as split, how shares were split: 10:1 made ten of one')
    .option('--price <dollars>', 'price of what left the book; its average cost if left out')
    .action(async (symbol: string, _: unknown, command: Command) => {
      const { runResolve } = await import('./commands/resolve.ts');
      exit(await runResolve(io, symbol, command.optsWithGlobals()));
    });
}

export function declareRepairs(root: Command, io: Io, exit: Exit): void {
  withManifests(root.command('rebuild'))
    .description('make the state file or the books anew; shows what would be done, --yes does it')
    .option('--from-journal', 'the state file from the journal')
    .option('--from-backup [file]', 'new books from the newest good copy, where the journal is lost')
    .option('--from-broker', 'new books from the positions of the broker, by universe')
    .option('-y, --yes', 'do it')
    .action(async (_: unknown, command: Command) => {
      const { runRebuild } = await import('./commands/rebuild.ts');
      exit(await runRebuild(io, command.optsWithGlobals()));
    });
  const imports = root
    .command('import')
    .description('take over what is not from hgctl: import homeguard, import state');
  declareImportHomeguard(imports, io, exit);
  withManifests(imports.command('state'))
    .description('show what somebody changed in the state file; exit 1 where something differs')
    .option('--accept', 'the books become what the file says')
    .option('--discard', 'the file becomes what the books say')
    .action(async (_: unknown, command: Command) => {
      const { runImportState } = await import('./commands/import-state.ts');
      exit(await runImportState(io, command.optsWithGlobals()));
    });
}

function declareImportHomeguard(imports: Command, io: Io, exit: Exit): void {
  withManifests(imports.command('homeguard'))
    .description(
      'manifests and opening books from an installation of Homeguard; shows them, --yes writes them',
    )
    .argument('<folder>', 'its root, with config/ and data/; nothing is written there')
    .option('--account-id <number>', 'the account at Alpaca; of one with real money it must be given')
    .option('--accept-newly-effective', 'limits that Homeguard never enforced count from now on')
    .option('--omit-newly-effective', 'settings that Homeguard never read are left out')
    .option('--force', 'although its state file shows an execution lock that has not ended')
    .option('-y, --yes', 'do it')
    .option('-o, --output <format>', 'table or json', 'table')
    .action(async (folder: string, _: unknown, command: Command) => {
      const { runImportHomeguard } = await import('./commands/import-homeguard.ts');
      exit(await runImportHomeguard(io, folder, command.optsWithGlobals()));
    });
}

function declareInit(root: Command, io: Io, exit: Exit): void {
  const init = withManifests(root.command('init'));
  init
    .description('open the books of a data folder')
    .option('--from-state <file>', "begin with the books of the original's state file")
    .option('--unmanaged', 'begin with empty books; what the broker holds belongs to no strategy')
    .action(async (_: unknown, command: Command) => {
      const { runInit } = await import('./commands/init.ts');
      exit(await runInit(io, command.optsWithGlobals()));
    });
  withManifests(init.command('strategy'))
    .description('write a new strategy that works, turned off: module, manifest, switch, page and test')
    .argument('<name>', 'a lower case letter, then lower case letters, digits or dashes')
    .option('--symbols <list>', 'its universe: AAA,BBB (default: three funds that nobody has)')
    .action(async (name: string, _: unknown, command: Command) => {
      const { runInitStrategy } = await import('./commands/init-strategy.ts');
      exit(await runInitStrategy(io, name, command.optsWithGlobals()));
    });
}
