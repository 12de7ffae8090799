/**
 * `controller.json`: what the controller of a data folder says of itself, for those who watch over it. A sign of life and
 * no lock: who may run is decided by the lease, and who may trade by the journal.
 */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import { parseJson } from '../observed/json-text.ts';
import type { Clock, Processes } from '../reconciler/ports.ts';
import { ensureFolder } from './folders.ts';
import { readText } from './read-text.ts';

/** Real time between two signs of life, ms. */
export const BEAT_EVERY = 15_000;
/** Without a sign for so long, a controller counts as silent, ms: three may get lost. */
export const SILENT_AFTER = 60_000;

const FILE = 'controller.json';

const instant = z.string().transform((text, context): Instant => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'no instant' });
  return z.NEVER;
});

const pass = z.object({
  at: instant,
  /** `quiet`: there was nothing to do. */
  outcome: z.enum(['quiet', 'done', 'partly', 'failed']),
  /** What kept the pass from being made, or how much of it was done. */
  detail: z.string(),
});

const heartbeat = z.object({
  version: z.literal(1),
  state: z.enum(['running', 'stopped']),
  identity: z.object({ pid: z.number(), started: z.string(), bootId: z.string(), host: z.string() }),
  /** Of hgctl. */
  release: z.string(),
  /** `rehearsal`: its clock stands still, and jumps. */
  mode: z.enum(['real-time', 'rehearsal']),
  startedAt: instant,
  /** When this was written, by the clock of the controller. */
  beatAt: instant,
  /** Likewise, in ms since the machine was started: compared where both are of one boot. */
  monotonic: z.number(),
  lastPass: pass.nullable(),
  /** When it looks again by itself; null while a pass is made, and once it has stopped. */
  nextWake: instant.nullable(),
  /** Digest of the manifests in force. */
  revision: z.string(),
  /** `invalid`: those on disk are not in force. */
  manifests: z.enum(['accepted', 'invalid']),
});

export type Heartbeat = z.output<typeof heartbeat>;
export type LastPass = z.output<typeof pass>;

export type HeartbeatSighting =
  /** No controller has ever run here, or nobody can read what it left. */
  | { readonly state: 'none' }
  | {
      /** `silent`: it did not say that it would stop; its process is gone, or hangs. */
      readonly state: 'alive' | 'silent' | 'stopped';
      readonly beat: Heartbeat;
      /** Since the last sign of life, ms; never negative. */
      readonly age: number;
      readonly process: 'alive' | 'gone' | 'unknown';
    };

interface Reading {
  readonly processes: Processes;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

/** What the controller of a data folder last said, and whether that still holds. Never throws, writes nothing. */
export function readHeartbeat(folder: string, { processes, clock }: Reading): HeartbeatSighting {
  const beat = parse(heartbeatFile(folder));
  if (beat === null) return { state: 'none' };
  const process = processes.lookUp(beat.identity);
  const isOfThisBoot = beat.identity.bootId === processes.self.bootId;
  const since = isOfThisBoot ? clock.monotonic() - beat.monotonic : clock.now() - beat.beatAt;
  const age = Math.max(0, since);
  if (beat.state === 'stopped') return { state: 'stopped', beat, age, process };
  return { state: process === 'gone' || age > SILENT_AFTER ? 'silent' : 'alive', beat, age, process };
}

/** Replaces it as a whole, for its owner alone to read. Nothing of it is worth a sync: it is said again soon. */
export function writeHeartbeat(folder: string, beat: Heartbeat): void {
  const path = heartbeatFile(folder);
  ensureFolder(dirname(path));
  const stage = `${path}.stage.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(stage, `${JSON.stringify(documentOf(beat), null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(stage, path);
  } catch (error) {
    rmSync(stage, { force: true });
    throw error;
  }
}

function heartbeatFile(folder: string): string {
  return join(folder, FILE);
}

function parse(path: string): Heartbeat | null {
  const content = readText(path);
  if (content.kind !== 'text') return null;
  const json = parseJson(content.text);
  if (json.kind !== 'ok') return null;
  const { data } = heartbeat.safeParse(json.value);
  return data ?? null;
}

function documentOf(beat: Heartbeat): object {
  const { lastPass, nextWake } = beat;
  return {
    ...beat,
    startedAt: formatInstant(beat.startedAt),
    beatAt: formatInstant(beat.beatAt),
    lastPass: lastPass === null ? null : { ...lastPass, at: formatInstant(lastPass.at) },
    nextWake: nextWake === null ? null : formatInstant(nextWake),
  };
}
