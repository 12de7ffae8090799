/** Names of strategies on the command line: who knows them, and what is said where nobody does. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import { closest } from '../domain/suggest.ts';
import type { JournalEvent, JournalRecord } from '../observed/events.ts';

export function unknownStrategy(name: string, known: readonly string[]): HgctlError {
  const likely = closest(name, known);
  const question = likely === undefined ? '' : `did you mean ${likely}? `;
  return new HgctlError(EXIT.notFound, `there is no strategy ${JSON.stringify(name)}`, {
    hint: `${question}declared: ${known.join(', ') || 'none'}`,
  });
}

/** Exit 6 for a name that no manifest declares and no record names: what was declared once, or owned, is known for ever. */
export function requireRecorded(
  name: string,
  { declared, records }: { readonly declared: readonly string[]; readonly records: readonly JournalRecord[] },
): void {
  if (name === CONTROLLER || declared.includes(name)) return;
  const recorded = new Set(records.flatMap(({ event }) => namesIn(event)));
  if (!recorded.has(name)) throw unknownStrategy(name, [...new Set([...declared, ...recorded])]);
}

function namesIn(event: JournalEvent): string[] {
  if (event.type === 'revision-accepted') return event.strategies.map(({ name }) => name);
  if (event.type === 'strategy-renamed') return [event.from, event.to];
  if ('lots' in event) return event.lots.map(({ strategy }) => strategy);
  return 'strategy' in event && event.strategy !== null ? [event.strategy] : [];
}
