/** `trigger`, `reconcile` and `restart-window`, also beside a controller in its process, and what `run` says when it is stopped. */
import { describe, expect, test } from 'vitest';
import { project, projectInProcess, type Project } from '../support/project.ts';

const SCHEDULE = [
  { at: 'open+1m', action: 'exit' },
  { at: 'close-5m', action: 'entry' },
];

function night(time: string, broker: object = { clock: 'exchange' }): Project {
  return projectInProcess({
    now: `${time}-05:00`,
    account: { broker },
    strategies: { night: { targets: { QQQ: '10' }, spec: { schedule: SCHEDULE } } },
  });
}

const at = (mine: Project, time: string): Project => mine.at(`${time}-05:00`);

async function held(mine: Project): Promise<string> {
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  return items.map(({ symbol, quantity }) => `${symbol} ${quantity}`).join();
}

describe('restart-window', () => {
  // As the documentation of the original says: 9:35 to 15:40 is safe, 9:30 to 9:35 and 15:45 to 16:00 is not.
  test.each([
    ['2025-12-02T09:00:00', 0, 'Safe until 2025-12-02 09:30:00 EST (night/2025-12-02/exit/0931)'],
    ['2025-12-02T09:30:00', 1, 'safe again at 2025-12-02 09:35:00 EST'],
    ['2025-12-02T09:35:00', 0, 'Safe until 2025-12-02 15:45:00 EST (night/2025-12-02/entry/1555)'],
    ['2025-12-02T15:40:00', 0, 'Safe until 2025-12-02 15:45:00 EST'],
    ['2025-12-02T15:45:00', 1, 'safe again at 2025-12-02 16:00:00 EST'],
    ['2025-12-02T15:59:59', 1, 'safe again at 2025-12-02 16:00:00 EST'],
    ['2025-12-02T16:00:00', 0, 'Safe until 2025-12-03 09:30:00 EST'],
    ['2025-11-28T12:50:00', 1, 'safe again at 2025-11-28 13:00:00 EST'],
  ])('at %s: exit %i', async (time, code, text) => {
    const answer = await night(time).run('restart-window');
    expect(answer.stdout).toContain(text);
    expect(answer.code).toBe(code);
  });

  test('counts the exit of a strategy that has lost its manifest', async () => {
    const mine = night('2025-12-02T15:55:00');
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    mine.remove('manifests/strategies/night.yaml');
    const answer = await at(mine, '2025-12-03T09:31:00').run('restart-window');
    expect(answer).toMatchObject({ code: 1 });
    expect(answer.stdout).toContain('night/2025-12-03/exit/0931');
  });

  test('as JSON', async () => {
    const { stdout, code } = await night('2025-12-02T15:50:00').run('restart-window', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'RestartWindow',
      safe: false,
      now: '2025-12-02T15:50:00-05:00',
      safeUntil: null,
      nextSafe: '2025-12-02T16:00:00-05:00',
      executing: null,
      slots: ['night/2025-12-02/entry/1555'],
    });
  });
});

describe('trigger', () => {
  const trigger = (mine: Project, slot: string): ReturnType<Project['run']> =>
    mine.run('trigger', 'night', '--slot', slot, '--reason', 'by hand');

  test('runs a slot before its time, once, and not again at its time', async () => {
    const mine = night('2025-12-02T11:00:00');
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    const { code, stdout } = await trigger(mine, '15:55');
    expect(stdout).toContain('Slot night/2025-12-02/entry/1555: done.');
    expect(code).toBe(0);
    expect(await held(mine)).toBe('QQQ 10');

    const again = await trigger(mine, 'entry');
    expect(again.code).toBe(8);
    expect(again.stderr).toContain('has run already (done): a slot runs at most once');
    const later = await at(mine, '2025-12-02T15:56:00').run('apply', '--yes');
    expect(later.stdout).toContain('Nothing to do.');
    const events = await mine.run('get', 'events', '-o', 'json');
    expect(events.stdout).toContain('to run now, by');
  });

  test('runs a slot that was missed, within its session', async () => {
    const mine = night('2025-12-02T11:00:00');
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    const after = at(mine, '2025-12-02T15:59:10');
    expect((await after.run('apply', '--yes')).stdout).toContain('Apply: 1 done');
    expect((await after.run('get', 'events')).stdout).toContain('slot-missed');
    expect((await trigger(after, 'entry/1555')).code).toBe(0);
    expect(await held(after)).toBe('QQQ 10');
  });

  test.each([
    ['2025-12-02T08:00:00', 'entry', 13, 'the session opens at 2025-12-02 09:30:00 EST'],
    ['2025-12-02T15:59:45', 'entry', 13, 'this session takes no more orders'],
    ['2025-12-06T12:00:00', 'entry', 13, 'the session opens at 2025-12-08 09:30:00 EST'],
    ['2025-12-02T12:00:00', 'noon', 6, 'its slots: exit/0931, entry/1555'],
  ])('at %s, %s: exit %i', async (time, slot, code, message) => {
    const mine = night('2025-12-01T11:00:00');
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    const answer = await trigger(at(mine, time), slot);
    expect(answer.stderr).toContain(message);
    expect(answer.code).toBe(code);
    expect((await mine.run('get', 'events')).stdout).not.toContain('slot-triggered');
  });

  test('refuses what would send nothing: no books, turned off, suspended, halted, unknown', async () => {
    const mine = night('2025-12-02T11:00:00');
    expect((await trigger(mine, 'entry')).code).toBe(5);
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    expect((await mine.run('suspend', 'night', '--reason', 'x')).code).toBe(0);
    expect((await trigger(mine, 'entry')).code).toBe(5);
    expect((await mine.run('resume', 'night')).code).toBe(0);
    expect((await mine.run('halt', '--reason', 'x')).code).toBe(0);
    expect((await trigger(mine, 'entry')).code).toBe(5);
    expect((await mine.run('unhalt', '--reason', 'x')).code).toBe(0);
    expect((await mine.run('disable', 'night')).code).toBe(0);
    expect((await trigger(mine, 'entry')).code).toBe(5);
    const unknown = await mine.run('trigger', 'nihgt', '--slot', 'entry', '--reason', 'x');
    expect(unknown.code).toBe(6);
  });
});

describe('reconcile', () => {
  const live = (): Project =>
    project({
      now: null,
      account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
      strategies: { core: { targets: { VTI: '10' } } },
    });

  test('makes the pass itself where no controller runs', async () => {
    const mine = live();
    const { code, stdout, stderr } = await mine.run('reconcile');
    expect(stderr).toContain('No controller runs on this data folder');
    expect(stdout).toContain('Apply: 1 done, 0 failed, 0 skipped, 0 not started.');
    expect(code).toBe(0);
  });

  test('asks the controller that runs, waits for its pass, and leaves nothing behind', async () => {
    const mine = live();
    const running = mine.start('run');
    await running.said('Resuming normal operation');
    const idle = await mine.run('reconcile');
    expect(idle.stderr).toContain(`Asking the controller (pid ${String(running.process.pid)})`);
    expect(idle.stdout).toMatch(/Nothing to do\.|Apply: 1 done/);
    expect(idle.code).toBe(0);
    const both = await Promise.all([mine.run('reconcile'), mine.run('reconcile')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    mine.write('manifests/strategies/core.yaml', 'kind: Strateg\n');
    const invalid = await mine.run('reconcile');
    expect(invalid.stdout).toContain('ManifestsInvalid: ');
    expect(invalid.code).toBe(4);
    expect(mine.fingerprint('data/requests')).toEqual([]);
    running.process.kill('SIGTERM');
    await running.ended;
  });
});

describe('a controller that is stopped', () => {
  // The data folder has seen that time, and the clock goes on from there.
  test.each([
    ['inside a window says until when it should be back', '2035-01-03T15:50:00', true],
    ['between windows says nothing', '2035-01-03T12:00:00', false],
  ])('%s', async (_, time, isTold) => {
    const mine = night(time);
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    const running = mine.at(null).start('run');
    await running.said('Resuming normal operation');
    running.process.kill('SIGTERM');
    const { stderr, code } = await running.ended;
    expect(code).toBe(143);
    const line = 'Stopped inside an execution window: night/2035-01-03/entry/1555 may be starting or running';
    expect(stderr.includes(`${line}; safe again at 2035-01-03 16:00:00 EST`)).toBe(isTold);
  });
});
