/** In the place of the programs and modules of users: what the story lets them answer, some milliseconds later. */
import type { ProgramAnswer, Programs } from '../../../src/reconciler/ports.ts';
import { currentProcess, later } from '../process.ts';

/** ms at most. */
const LONGEST = 50;

export function programsUntil(): Programs {
  return { run: ({ input }) => answered(input), callModule: ({ input }) => answered(input) };
}

function answered(input: string): Promise<ProgramAnswer> {
  const process = currentProcess();
  const { machine } = process;
  const answer = machine.program(input, process);
  return new Promise((resolve) => void later(process, machine.chance.below(LONGEST), () => resolve(answer)));
}
