/** What watchers may conclude from `controller.json`. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Processes } from '../../src/reconciler/ports.ts';
import {
  readHeartbeat,
  SILENT_AFTER,
  writeHeartbeat,
  type Heartbeat,
  type HeartbeatSighting,
} from '../../src/store/heartbeat.ts';

const NOW = Date.parse('2025-12-02T15:30:00-05:00') as Instant;
const SELF = { pid: 7, started: '1', bootId: 'boot', host: 'here' };
const BEAT: Heartbeat = {
  version: 1,
  state: 'running',
  identity: SELF,
  release: '1.2.3',
  mode: 'real-time',
  startedAt: plus(NOW, -1_000),
  beatAt: NOW,
  monotonic: 5_000,
  lastPass: { at: NOW, outcome: 'quiet', detail: 'nothing to do' },
  nextWake: plus(NOW, 60_000),
  revision: 'abc',
  manifests: 'accepted',
};

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hgctl-beat-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** `later`: ms of wall and monotonic time since the beat. */
function sight(
  beat: Heartbeat,
  { later, wall = later, process = 'alive' }: { later: number; wall?: number; process?: 'alive' | 'gone' },
): HeartbeatSighting {
  const data = folder();
  writeHeartbeat(data, beat);
  const processes: Processes = { self: SELF, lookUp: () => process };
  const clock = { now: () => plus(NOW, wall), monotonic: () => BEAT.monotonic + later };
  return readHeartbeat(data, { processes, clock });
}

test.each<[string, HeartbeatSighting['state'], Heartbeat, Parameters<typeof sight>[1]]>([
  ['a fresh beat', 'alive', BEAT, { later: 1_000 }],
  ['a beat that is just old enough to pass', 'alive', BEAT, { later: SILENT_AFTER }],
  ['a beat that is too old', 'silent', BEAT, { later: SILENT_AFTER + 1 }],
  ['a process that is gone', 'silent', BEAT, { later: 0, process: 'gone' }],
  ['a clean end', 'stopped', { ...BEAT, state: 'stopped' }, { later: 1e9, process: 'gone' }],
  ['a wall clock that jumped an hour', 'alive', BEAT, { later: 1_000, wall: 3_600_000 }],
  ['another boot', 'silent', elsewhere(), { later: 0, wall: SILENT_AFTER + 1 }],
  ['a clock that went back', 'alive', elsewhere(), { later: 0, wall: -5_000 }],
])('%s: %s', (_, state, beat, since) => {
  expect(sight(beat, since).state).toBe(state);
});

function elsewhere(): Heartbeat {
  return { ...BEAT, identity: { ...SELF, bootId: 'another' } };
}

test('What was written is read back, privately, and nothing else is left in the folder.', () => {
  const data = join(folder(), 'new');
  writeHeartbeat(data, BEAT);
  const processes: Processes = { self: SELF, lookUp: () => 'alive' };
  const clock = { now: () => NOW, monotonic: () => BEAT.monotonic + 40 };
  expect(readHeartbeat(data, { processes, clock })).toEqual({
    state: 'alive',
    beat: BEAT,
    age: 40,
    process: 'alive',
  });
  expect(readdirSync(data)).toEqual(['controller.json']);
  expect(statSync(join(data, 'controller.json')).mode & 0o777).toBe(0o600);
});

test.each(['', '{', '{"version":2}', '[]', '{"version":1,"state":"running"}'])(
  '%j is no sign of life',
  (text) => {
    const data = folder();
    writeFileSync(join(data, 'controller.json'), text);
    const processes: Processes = { self: SELF, lookUp: () => 'alive' };
    expect(readHeartbeat(data, { processes, clock: { now: () => NOW, monotonic: () => 0 } })).toEqual({
      state: 'none',
    });
  },
);
