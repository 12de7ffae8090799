/** The invariants as a table for people: docs/proof.md holds it, and a test holds docs/proof.md to it. */
import { INVARIANTS } from './all.ts';
import { HOSTILE_INVARIANTS } from './hostile.ts';
import type { Attack } from './invariant.ts';
import { SMALL_INVARIANTS } from './small-world.ts';

export interface Row {
  readonly name: string;
  readonly sentence: string;
  readonly at: string;
  readonly attackedBy: readonly Attack[];
}

export const INVARIANT_ROWS: readonly Row[] = [...INVARIANTS, ...SMALL_INVARIANTS, ...HOSTILE_INVARIANTS];

const WHEN: Readonly<Record<string, string>> = {
  record: 'at every record',
  order: 'at every order',
  state: 'in every state',
  rest: 'at rest',
  zero: 'behind exit code 0',
  flat: 'behind exit code 0 of `kill --flatten`',
  report: 'at rest',
  exit: 'at every exit',
  journal: 'always',
  comparison: 'against another run',
  doubt: 'where a person is asked',
  input: 'of every input',
};

export function invariantTable(): string {
  const lines = INVARIANT_ROWS.map(
    ({ name, sentence, at, attackedBy }) =>
      `| \`${name}\` | ${sentence} | ${WHEN[at] ?? at} | ${attackedBy.join(', ')} |`,
  );
  return ['| Invariant | What holds | Checked | Attacked by |', '|---|---|---|---|', ...lines].join('\n');
}
