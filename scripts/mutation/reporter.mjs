/** Tells what becomes of each mutant as it is known, one line of JSON each: also of a run that is cut short. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** The first line has the mutants that are to be tried, the others are results. */
export const LINES = 'reports/mutation/lines.ndjson';

// Stryker works inside its sandbox by the time it reports.
const home = process.cwd();
const target = `${home}/${LINES}`;

const lines = {
  onMutationTestingPlanReady({ mutantPlans }) {
    const tried = mutantPlans
      .filter(({ plan }) => plan === 'Run')
      .map(({ mutant }) => ({ id: mutant.id, file: relative(home, mutant.fileName) }));
    writeFileSync(target, `${JSON.stringify(tried)}\n`);
  },
  onMutantTested({ id, fileName, location, mutatorName, replacement, status, statusReason }) {
    // Kinds that the configuration leaves out are no mutants of ours.
    if (statusReason?.includes('excluded mutation')) return;
    const told = {
      id,
      file: relative(home, fileName),
      line: location.start.line,
      column: location.start.column,
      mutator: mutatorName,
      replacement,
      status,
      reason: statusReason,
    };
    appendFileSync(target, `${JSON.stringify(told)}\n`);
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Reporter, 'lines', lines)];
