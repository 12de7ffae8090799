/** The types of account activities that Alpaca knows; `TRANS` and `MISC` are groups of others. */
export const ACTIVITY_TYPES = [
  'FILL',
  'TRANS',
  'MISC',
  'ACATC',
  'ACATS',
  'CFEE',
  'CGD',
  'CSD',
  'CSW',
  'DIV',
  'DIVCGL',
  'DIVCGS',
  'DIVFEE',
  'DIVFT',
  'DIVNRA',
  'DIVROC',
  'DIVTW',
  'DIVTXEX',
  'FEE',
  'INT',
  'INTNRA',
  'INTTW',
  'JNL',
  'JNLC',
  'JNLS',
  'MA',
  'NC',
  'OPASN',
  'OPCA',
  'OPCSH',
  'OPEXC',
  'OPEXP',
  'OPTRD',
  'PTC',
  'PTR',
  'REO',
  'REORG',
  'SPIN',
  'SPLIT',
  'FOPT',
  'OCT',
] as const;

export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** Those that a simulated account has. */
export type OwnType = 'FILL' | 'SPLIT' | 'NC';

/** Whether the types of a question, groups among them, ask for one of this type. */
export function asksFor(types: readonly ActivityType[], type: OwnType): boolean {
  return types.includes(type) || (type !== 'FILL' && types.includes('MISC'));
}
