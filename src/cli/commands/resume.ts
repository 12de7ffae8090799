/** `hgctl resume` and `hgctl unhalt`: lift what an operator has stopped, and show what follows. */
import { suspensionAt } from '../../observed/brakes.ts';
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { describeHalt } from '../../reconciler/brakes.ts';
import { braking, planAhead, planAheadText, recoverAfter, say, type Word } from '../brake.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { planJson } from '../output/plan-json.ts';
import { printable } from '../output/printable.ts';
import { requireKnown } from './close-positions.ts';

export interface ResumeOptions extends GlobalOptions {
  readonly output: string;
}

export interface UnhaltOptions extends ResumeOptions {
  readonly reason: string;
}

export function runResume(io: Io, name: string, options: ResumeOptions): Promise<ExitCode> {
  parseTextOrJson(options.output);
  return braking(io, options, (world) => {
    requireKnown(world, name);
    const now = world.ports.clock.now();
    const word = say(io, world, (current) =>
      suspensionAt(current, name, now) === null
        ? null
        : { type: 'strategy-resumed', strategy: name, by: operatorName(io) },
    );
    return follow(io, word, {
      options,
      facts: { kind: 'Resumption', strategy: name },
      line: word.isNew ? `strategy/${name} resumed` : `strategy/${name} is not suspended`,
    });
  });
}

export function runUnhalt(io: Io, options: UnhaltOptions): Promise<ExitCode> {
  parseTextOrJson(options.output);
  return braking(io, options, (world) => {
    const word = say(io, world, ({ halt }) =>
      halt === null ? null : { type: 'unhalted', reason: options.reason, by: operatorName(io) },
    );
    return follow(io, word, {
      options,
      facts: { kind: 'Unhalt' },
      line: word.isNew ? 'The halt is lifted' : 'The account is not halted',
    });
  });
}

interface Lifted {
  readonly options: ResumeOptions;
  readonly facts: object;
  readonly line: string;
}

async function follow(io: Io, { world, isNew }: Word, lifted: Lifted): Promise<ExitCode> {
  const { options, facts, line } = lifted;
  const plan = isNew ? await afterwards(io, world) : null;
  if (options.output === 'json') {
    io.stdout(renderJson({ ...facts, changed: isNew, plan: plan === null ? null : planJson(plan) }));
  } else io.stdout(`${printable(line)}\n${planAheadText(plan, { io, options, world })}`);
  const { halt } = world.ports.journal.ledger();
  if (halt !== null) io.stderr(`warning: the account is ${printable(describeHalt(halt))}\n`);
  return EXIT.done;
}

async function afterwards(io: Io, world: World): ReturnType<typeof planAhead> {
  await recoverAfter(io, world);
  return planAhead(io, world);
}
