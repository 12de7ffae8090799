/** `hgctl reconcile`: one pass now, by the controller that runs, else by itself. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { findController } from '../../store/controller-lease.ts';
import { askForPass, readAnswer, withdraw, type PassAnswer } from '../../store/requests.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { runApply } from './apply.ts';
import { stopExits } from '../stop-exits.ts';

const POLL = 50;
/** Of real time: longer than an execution. */
const PATIENCE = 300_000;

/** Exits as `apply --yes` would; 9 where the controller does not answer. */
export async function runReconcile(io: Io, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  const { paths, ports } = world;
  try {
    const holder = findController(paths.controller, ports.processes);
    if (holder !== null) {
      io.stderr(`Asking the controller (pid ${holder.identity.pid}) for a pass\n`);
      return await ask(io, world);
    }
  } finally {
    world.close();
  }
  io.stderr('No controller runs on this data folder: making the pass here\n');
  return runApply(io, { ...options, yes: true, output: 'table' });
}

async function ask(io: Io, { paths, ports }: World): Promise<ExitCode> {
  const id = randomUUID();
  askForPass(paths.requests, id);
  try {
    const answer = await answerTo(io, { id, paths, ports });
    if (answer === null) return stopExits(io)[0] ?? EXIT.timeout;
    io.stdout(`${answer.text}\n`);
    return answer.exit as ExitCode;
  } finally {
    withdraw(paths.requests, id);
  }
}

async function answerTo(
  io: Io,
  { id, paths, ports }: Pick<World, 'paths' | 'ports'> & { readonly id: string },
): Promise<PassAnswer | null> {
  const until = performance.now() + PATIENCE;
  while (performance.now() < until) {
    const answer = readAnswer(paths.requests, id);
    if (answer !== null || io.stop.requested()) return answer;
    if (findController(paths.controller, ports.processes) === null) {
      throw new HgctlError(EXIT.timeout, 'the controller ended before it answered', {
        hint: 'repeat the command: without a controller it makes the pass itself',
      });
    }
    await delay(POLL);
  }
  throw new HgctlError(EXIT.timeout, 'the controller has not answered for five minutes', {
    hint: "'hgctl get locks' shows what it is at",
  });
}
