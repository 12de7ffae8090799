/** Events as kubectl counts them: what happened again is one line, with how often, and when first and last. */
import type { Instant } from '../../domain/instant.ts';
import type { JournalRecord } from '../../observed/events.ts';
import type { Column } from '../output/formats.ts';
import { eventItems, type EventItem, type EventSubject } from './events.ts';

/** Sequence number, time and message are those of the newest. */
export interface EventCount extends Omit<EventItem, 'time'> {
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface EventFilter {
  readonly since: Instant | null;
  readonly strategy: string | null;
}

export interface EventCounter {
  /** Takes records in, in their order, and returns what is new or counted again: by the newest, oldest first. */
  count(records: readonly JournalRecord[]): EventCount[];
}

/** One line a type, strategy, symbol, reason and object. */
export function eventCounter({ since, strategy }: EventFilter): EventCounter {
  const counts = new Map<string, EventCount>();
  const named = new Map<string, EventSubject>();
  return {
    count: (records) => {
      const items = eventItems(records, named);
      const changed = new Set<string>();
      for (const [index, item] of items.entries()) {
        const time = records[index]?.time;
        if (since !== null && (time === undefined || time < since)) continue;
        if (strategy !== null && item.strategy !== strategy) continue;
        const key = JSON.stringify([item.type, item.strategy, item.symbol, item.reason, item.object]);
        counts.set(key, counted(item, counts.get(key)));
        changed.add(key);
      }
      return [...changed].flatMap((key) => counts.get(key) ?? []).sort((a, b) => a.seq - b.seq);
    },
  };
}

function counted({ time, ...item }: EventItem, before: EventCount | undefined): EventCount {
  const { count = 0, firstSeen = time } = before ?? {};
  return { ...item, count: count + 1, firstSeen, lastSeen: time };
}

export const COUNT_COLUMNS: readonly Column<EventCount>[] = [
  { header: 'LAST SEEN', value: ({ lastSeen }) => lastSeen },
  { header: 'COUNT', align: 'right', value: ({ count }) => String(count) },
  { header: 'FIRST SEEN', value: ({ firstSeen }) => firstSeen },
  { header: 'TYPE', value: ({ type }) => type },
  { header: 'REASON', value: ({ reason }) => (reason === '' ? '<none>' : reason) },
  { header: 'STRATEGY', value: ({ strategy }) => strategy ?? '<none>' },
  { header: 'SYMBOL', value: ({ symbol }) => symbol ?? '<none>' },
  { header: 'MESSAGE', value: ({ message }) => message },
];
