/** The newest records of a journal, as a finding shows them. */
import type { JournalRecord } from '../src/observed/events.ts';

const NEWEST = 60;
const WIDTH = 400;
const NOISE = new Set(['v', 'prev', 'sum', 'boot', 'at']);

/** A line each, below `journal:`. */
export function briefJournal(records: readonly JournalRecord[]): string {
  const lines = records.slice(-NEWEST).map((record) => {
    const kept = Object.entries(record).filter(([name]) => !NOISE.has(name));
    return `    ${JSON.stringify(Object.fromEntries(kept)).slice(0, WIDTH)}`;
  });
  return ['  journal:', ...lines].join('\n');
}
