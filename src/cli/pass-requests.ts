/** Passes that 'hgctl reconcile' asks a running controller for. */
import { EXIT, formatChain, HgctlError, strongestExit } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { PassReport } from '../reconciler/controller.ts';
import type { Report } from '../reconciler/ports.ts';
import { answerRequest, claimRequests, type PassAnswer } from '../store/requests.ts';
import { outcomeExit, outcomeLines } from './commands/apply.ts';
import { holdExits } from './commands/plan.ts';

export interface PassRequests {
  /** Before a pass: what is asked by now is answered with it. */
  claim(): void;
  /** Whoever cannot be answered waits in vain; the loop goes on. */
  answer(pass: PassReport): void;
}

export function passRequests(folder: string, report: Report): PassRequests {
  const claimed: string[] = [];
  return {
    claim: () => void claimed.push(...claimRequests(folder)),
    answer: (pass) => {
      for (const id of claimed.splice(0)) {
        try {
          answerRequest(folder, id, answerOf(pass));
        } catch (error) {
          if (!(error instanceof HgctlError)) throw error;
          report.warn(CONTROLLER, `hgctl reconcile gets no answer: ${formatChain(error)}`);
        }
      }
    },
  };
}

function answerOf({ outcomes, problems, trouble, exit, plan }: PassReport): PassAnswer {
  const codes = [exit, ...(plan === null ? [] : holdExits(plan)), ...outcomes.map(outcomeExit)];
  const invalid = problems.map((problem) => `ManifestsInvalid: ${problem}`);
  const found = trouble ?? (outcomes.length > 0 ? outcomeLines(outcomes) : 'Nothing to do.');
  return {
    exit: strongestExit(problems.length > 0 ? [...codes, EXIT.invalid] : codes),
    text: [...invalid, found].join('\n'),
  };
}
