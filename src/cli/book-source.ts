/** Where new books come from once the journal is lost: a copy of the state file, or what the broker holds. */
import type { LotsOpening } from '../actions/open-books.ts';
import { lotsByUniverse } from '../actions/rebuild.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrokerPosition } from '../observed/broker-view.ts';
import {
  lastExecutionsFromForeign,
  lotsFromForeign,
  parseForeign,
  type ForeignDocument,
} from '../observed/foreign-state.ts';
import { parseJson } from '../observed/json-text.ts';
import { booksOf, brakesOf, drainsOf, latchesOf, parseState } from '../observed/state-document.ts';
import { listBackups } from '../store/backups.ts';
import { readState } from '../store/state-inspection.ts';
import type { World } from './compose.ts';
import type { DataPaths } from './places.ts';

/** A file of null is the newest usable copy. */
export type SourceChoice =
  { readonly kind: 'broker' } | { readonly kind: 'backup'; readonly file: string | null };

export interface BookSource {
  /** For people. */
  readonly name: string;
  readonly opening: LotsOpening;
}

/** `positions`: what the broker holds now. */
export function booksFrom(
  { ports, desired, paths }: World,
  choice: SourceChoice,
  positions: readonly BrokerPosition[],
): BookSource {
  const now = ports.clock.now();
  if (choice.kind === 'backup') return copyFrom(paths, choice.file, now);
  refuseBesideCopy(paths, now);
  const lots = lotsByUniverse(positions, desired.strategies, now);
  return { name: 'the broker', opening: { kind: 'broker', lots, lastExecution: [], writtenAt: now } };
}

function copyFrom(paths: DataPaths, file: string | null, now: Instant): BookSource {
  const files = file === null ? copiesIn(paths) : [file];
  const found = firstUsable(files, now);
  if (found !== null) return found;
  throw new HgctlError(EXIT.notFound, `no usable copy of the books: ${files.join(', ')}`, {
    hint: 'name one with --from-backup FILE, or use --from-broker',
  });
}

/** The broker cannot tell shares of a strategy from those of nobody; a copy can. */
function refuseBesideCopy(paths: DataPaths, now: Instant): void {
  const copy = firstUsable(copiesIn(paths), now);
  if (copy === null) return;
  throw new HgctlError(EXIT.refused, `${copy.name} still says whose shares are whose`, {
    hint: "use 'hgctl rebuild --from-backup'; if that file is wrong, move it out of the data folder first",
  });
}

function copiesIn({ stateFile, backups }: DataPaths): string[] {
  return [stateFile, ...listBackups(backups)];
}

function firstUsable(files: readonly string[], now: Instant): BookSource | null {
  for (const file of files) {
    const opening = openingIn(file, now);
    if (opening !== null) return { name: file, opening };
  }
  return null;
}

/** Null for a file that is missing, torn or changed. */
function openingIn(file: string, now: Instant): LotsOpening | null {
  const text = readState(file);
  const document = visibleIn(file);
  if (text === undefined || document === null) return null;
  const base = {
    kind: 'backup',
    lastExecution: lastExecutionsFromForeign(document),
    writtenAt: document.last_updated ?? now,
  } as const;
  const state = parseState(text);
  if (state.kind === 'foreign') return { ...base, lots: lotsFromForeign(document) };
  if (state.kind !== 'ours') return null;
  const lots = [...booksOf(state.document)].flatMap(([strategy, book]) =>
    [...book].map(([symbol, lot]) => ({ strategy, symbol, ...lot })),
  );
  const drains = drainsOf(state.document);
  const latches = latchesOf(state.document);
  return {
    ...base,
    lots,
    brakes: brakesOf(state.document),
    ...(drains === null ? {} : { drains }),
    ...(latches.length === 0 ? {} : { latches }),
  };
}

/** What the original's tools would read in a state file; null where there is nothing to be read. */
export function visibleIn(file: string): ForeignDocument | null {
  const text = readState(file);
  const json = text === undefined ? null : parseJson(text);
  if (json?.kind !== 'ok') return null;
  const visible = parseForeign(json.value);
  return visible.kind === 'ok' ? visible.document : null;
}
