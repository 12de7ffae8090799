/** No answer of the broker, and what is said of it. */

export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  /** What a person has to put right first, where waiting helps nobody. */
  readonly advice?: string;
}

/** One sentence; the advice is not in it. */
export function whyUnknown({ reason, advice }: Omit<Unknown, 'kind'>): string {
  return advice === undefined
    ? `the broker does not answer: ${reason}`
    : `the account at the broker cannot be used: ${reason}`;
}
