/** The invariants as a table for people: docs/proof.md holds it, and a test holds docs/proof.md to it. */
import { INVARIANTS, type Attack } from './invariants.ts';
import { SMALL_INVARIANTS } from './states/checks.ts';

interface Row {
  readonly name: string;
  readonly sentence: string;
  readonly at: string;
  readonly attackedBy: readonly Attack[];
}

const WHEN: Readonly<Record<string, string>> = {
  record: 'at every record',
  order: 'at every order',
  state: 'in every state',
  rest: 'at rest',
  report: 'at rest',
  exit: 'at every exit',
  journal: 'always',
  comparison: 'against the run without faults',
};

export function invariantTable(): string {
  const rows: readonly Row[] = [...INVARIANTS, ...SMALL_INVARIANTS];
  const lines = rows.map(
    ({ name, sentence, at, attackedBy }) =>
      `| \`${name}\` | ${sentence} | ${WHEN[at] ?? at} | ${attackedBy.join(', ')} |`,
  );
  return ['| Invariant | What holds | Checked | Attacked by |', '|---|---|---|---|', ...lines].join('\n');
}
