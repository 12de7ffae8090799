/** Journals whose checksums are right, and whose writer was not sound: a defect of hgctl, or somebody who forges one. */
import { WHOLE_EVENTS } from '../../test/observed/support/whole-events.ts';
import { sha256, type Json } from '../../src/domain/digest.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { formatUtc } from '../../src/observed/utc-text.ts';
import type { Chance } from '../machine/chance.ts';
import { mutatedTree, plausibleTree, textOf, treeOf, type Tree } from './tree.ts';

/** Of {@link WHOLE_EVENTS}. */
const FENCE = 7;

/**
 * A record of the day has another content, or one of any kind follows the day under a lock of its own. Half of them have
 * values of the right types that are absurd; in the others anything is anything.
 */
export function forged(records: readonly JournalRecord[], luck: Chance): Buffer {
  const change = luck.once(2) ? mutatedTree : plausibleTree;
  const events = records.map(({ event }) => asTree(event));
  if (luck.once(2)) {
    const at = luck.below(events.length);
    return journalOf(records, events.with(at, change(events[at] ?? asTree(null), luck)));
  }
  const added = behindTheDay(records, luck);
  return journalOf(records, [
    ...events,
    ...added.slice(0, -1),
    ...added.slice(-1).map((last) => change(last, luck)),
  ]);
}

/** What has to be before an event of any kind for it to count, and the event. */
function behindTheDay(records: readonly JournalRecord[], luck: Chance): Tree[] {
  const fences = records.map(({ event }) => (event.type === 'lock-acquired' ? event.fence : 0));
  const fence = Math.max(...fences) + 1;
  const { intent, 'lock-acquired': lock, 'slot-started': slot, 'break-opened': broken } = WHOLE_EVENTS;
  const last = luck.pick(Object.values(WHOLE_EVENTS));
  return [lock, intent, slot, broken]
    .filter(({ type }) => type !== last.type)
    .concat(last as never)
    .map((event) => asTree('fence' in event && event.fence === FENCE ? { ...event, fence } : event));
}

function asTree(event: object | null): Tree {
  return treeOf(JSON.parse(JSON.stringify(event)) as Json);
}

/** Records of these events; the frames of those behind the given ones are like that of the last. */
function journalOf(records: readonly JournalRecord[], events: readonly Tree[]): Buffer {
  const lines: Buffer[] = [];
  let prev = '';
  let at = 0;
  events.forEach((event, index) => {
    const { v, run, time, mono, boot } = records[Math.min(index, records.length - 1)] ?? NO_RECORD;
    const frame = { v, seq: index + 1, prev, at, run, time: formatUtc(time), mono, boot };
    const body = asAscii(
      `${JSON.stringify(frame).slice(0, -1)},"event":${textOf(event).replaceAll('\n', '')}}`,
    );
    lines.push(Buffer.from(`\n${body.slice(0, -1)},"sum":"${sha256(body)}"}\n`, 'latin1'));
    prev = sha256(body);
    at += lines.at(-1)?.length ?? 0;
  });
  return Buffer.concat(lines);
}

const NO_RECORD = { v: 1, run: '', time: 0 as JournalRecord['time'], mono: 0, boot: '' };

function asAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
