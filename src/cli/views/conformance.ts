/** What a run of the conformance kit has found. */
import type { CaseResult, Outcome } from '../../conformance/run.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

export interface ConformanceCounts {
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  /** Because the run was stopped, or could not clean up. */
  readonly notRun: number;
}

/** `total`: cases that were to run. */
export function countsOf(results: readonly CaseResult[], total: number): ConformanceCounts {
  const count = (kind: Outcome['kind']): number =>
    results.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    notApplicable: count('not-applicable'),
    notRun: total - results.length,
  };
}

/** One case, for programs. */
export function conformanceItem({ case: { id, name }, outcome, duration }: CaseResult): object {
  const { kind, ...reason } = outcome;
  return { id, name, outcome: kind, ...reason, milliseconds: duration };
}

const COLUMNS = [
  { header: 'ID' },
  { header: 'CASE' },
  { header: 'OUTCOME' },
  { header: 'TIME', align: 'right' },
] as const;

/** A row for each case, then why cases failed or were left out, then the counts. */
export function conformanceTable(results: readonly CaseResult[], counts: ConformanceCounts): string {
  const rows = results.map(({ case: { id, name }, outcome, duration }) => [
    id,
    name,
    outcome.kind,
    `${duration} ms`,
  ]);
  return `${formatTable(COLUMNS, rows)}${reasonsOf(results)}\n${summaryOf(counts)}\n`;
}

/** One line for each case that failed, and for each thing that cannot be tried here. */
function reasonsOf(results: readonly CaseResult[]): string {
  const failed: string[] = [];
  const left = new Map<string, string[]>();
  for (const { case: one, outcome } of results) {
    if (outcome.kind === 'failed') failed.push(`${one.id} failed: ${printable(outcome.reason)}`);
    if (outcome.kind === 'not-applicable')
      left.set(outcome.reason, [...(left.get(outcome.reason) ?? []), one.id]);
  }
  const notTried = [...left].map(
    ([reason, ids]) => `not applicable, ${printable(reason)}: ${ids.join(', ')}`,
  );
  const lines = [...failed, ...notTried];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

function summaryOf({ passed, failed, notApplicable, notRun }: ConformanceCounts): string {
  const more = notRun === 0 ? '' : `, ${notRun} not run`;
  return `${passed} passed, ${failed} failed, ${notApplicable} not applicable${more}`;
}
