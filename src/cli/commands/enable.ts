/** `hgctl enable`: turns a strategy on in the toggle file, in place. */
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { formatProblem } from '../../desired/problem.ts';
import { editToggle } from '../../desired/toggle-edit.ts';
import { writeToggle } from '../../store/toggle-file.ts';
import { openWorld } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { unknownStrategy } from './get.ts';

export function runEnable(io: Io, name: string, options: GlobalOptions): ExitCode {
  const world = openWorld(io, options);
  try {
    const { strategies, account } = world.desired;
    const strategy = strategies.find((candidate) => candidate.name === name);
    if (strategy === undefined)
      throw unknownStrategy(
        name,
        strategies.map((candidate) => candidate.name),
      );
    if (strategy.toggle?.enabled === true && !strategy.toggle.shutdownRequested) {
      io.stdout(`strategy/${name} already enabled\n`);
      return EXIT.done;
    }
    const modifiedAt = formatInstant(world.ports.clock.now());
    writeToggle(account.toggleFile, (text) => enabled(text, name, modifiedAt, account.toggleFile));
    io.stdout(`strategy/${name} enabled\n`);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function enabled(text: string, strategy: string, modifiedAt: string, file: string): string {
  const edit = editToggle(text, {
    file,
    strategy,
    enabled: true,
    shutdownRequested: false,
    modifiedAt,
    modifiedBy: 'hgctl',
  });
  if (edit.kind === 'problem') {
    throw new HgctlError(EXIT.invalid, `the toggle file cannot be edited: ${formatProblem(edit.problem)}`, {
      hint: `mend ${file} by hand`,
    });
  }
  return edit.kind === 'edited' ? edit.text : text;
}
