/** What must hold of every hostile input: what is checked of it is in proof/hostile. A part of the table in table.ts. */
import type { Attack } from './invariant.ts';

export interface HostileInvariant {
  readonly name: string;
  readonly sentence: string;
  readonly attackedBy: readonly Attack[];
  readonly at: 'input';
}

const NAMED: readonly Pick<HostileInvariant, 'name' | 'sentence'>[] = [
  {
    name: 'exit-code-of-the-table',
    sentence: 'A command exits with a code of the table, and not with that of a bug.',
  },
  {
    name: 'always-a-place',
    sentence: 'Whatever is refused is refused with its place: file, line and column, or record.',
  },
  {
    name: 'valid-can-be-planned',
    sentence: 'What is still valid can be planned.',
  },
  {
    name: 'never-an-execution',
    sentence: 'No command sends an order, or changes the journal, on a file that is not valid.',
  },
  {
    name: 'and-back-again',
    sentence: 'Once the file is as it was, `plan` says to the letter what it said before.',
  },
  {
    name: 'never-a-crash',
    sentence: 'No error is one of the program.',
  },
  {
    name: 'never-a-stack-trace',
    sentence: 'Nobody is shown a stack trace.',
  },
  {
    name: 'never-believed',
    sentence: 'No edited state file passes for our own, and no record counts that was not written.',
  },
  {
    name: 'whole-is-valid',
    sentence: 'The manifests that are spoiled are valid before.',
  },
  {
    name: 'every-field-is-tried',
    sentence: 'Every field of the schemas is in a manifest that is spoiled.',
  },
  {
    name: 'schema-is-true',
    sentence: 'The schemas for editors take what hgctl takes, and refuse what it refuses.',
  },
  {
    name: 'never-a-hang',
    sentence: 'No case takes longer than its time.',
  },
  {
    name: 'no-prototype-is-changed',
    sentence: 'No key reaches a prototype.',
  },
];

export const HOSTILE_INVARIANTS: readonly HostileInvariant[] = NAMED.map((one) => ({
  ...one,
  attackedBy: ['hostile input'],
  at: 'input',
}));
