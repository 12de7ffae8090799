/** The programs and modules of users, none of which outlives a stop. */
import type { Programs } from '../reconciler/ports.ts';
import { callModule } from './call-module.ts';
import { runProgram } from './run-program.ts';

/** `stop`: aborted once hgctl was asked to stop; whatever runs then has failed, and so has what is asked later. */
export function programsUntil(stop: AbortSignal): Programs {
  return {
    run: (request) => runProgram(request, stop),
    callModule: (request) => callModule(request, { stop }),
  };
}
