/** `conditions.json`: the conditions of all strategies as the controller has seen them last, and since when. */
import { join } from 'node:path';
import * as z from 'zod';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import { parseJson } from '../observed/json-text.ts';
import type { ConditionHistory, SeenCondition } from '../reconciler/condition-history.ts';
import type { Processes } from '../reconciler/ports.ts';
import { leaseHolder } from '../store/controller-lease.ts';
import { readText } from '../store/read-text.ts';
import { replaceFile } from '../store/replace-file.ts';
import type { DataPaths } from './places.ts';

const document = z.object({
  version: z.literal(1),
  strategies: z.record(
    z.string(),
    z.array(
      z.object({
        type: z.string(),
        status: z.enum(['True', 'False', 'Unknown']),
        reason: z.string(),
        message: z.string(),
        lastTransitionTime: z.string(),
      }),
    ),
  ),
});

/** Empty where there is no such file, or nobody can read it: then all is seen for the first time. */
export function readHistory(folder: string): ConditionHistory {
  const content = readText(fileIn(folder));
  const json = content.kind === 'text' ? parseJson(content.text) : null;
  const { data } = document.safeParse(json?.kind === 'ok' ? json.value : null);
  return new Map(
    Object.entries(data?.strategies ?? {}).map(([name, conditions]) => [
      name,
      conditions.map(({ type, lastTransitionTime, ...rest }) => ({
        // A type of another version is carried along, and equals none of ours.
        type: type as SeenCondition['type'],
        ...rest,
        since: parseInstant(lastTransitionTime) ?? (0 as Instant),
      })),
    ]),
  );
}

/** What a controller that may still be there has seen; empty without one: nobody knows what has been since. */
export function seenByController(
  { folder, controller }: DataPaths,
  processes: Pick<Processes, 'lookUp'>,
): ConditionHistory {
  const holder = leaseHolder(controller);
  const isThere = holder !== null && processes.lookUp(holder.identity) !== 'gone';
  return isThere ? readHistory(folder) : new Map();
}

export function writeHistory(folder: string, history: ConditionHistory): void {
  const strategies = Object.fromEntries(
    [...history].map(([name, conditions]) => [
      name,
      conditions.map(({ since, ...rest }) => ({ ...rest, lastTransitionTime: formatInstant(since) })),
    ]),
  );
  replaceFile(fileIn(folder), `${JSON.stringify({ version: 1, strategies }, null, 2)}\n`);
}

function fileIn(folder: string): string {
  return join(folder, 'conditions.json');
}
