/**
 * Failures of the original between processes, one test each: O-2 to O-4, C1 and C3 to C11. Real processes, real files;
 * but for C7 and C11, and a record of C5 that no process of ours would write: these are worlds in memory.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acquire } from '../../src/actions/execution-lock.ts';
import { journalIn, temporaryFolder } from '../store/support/journals.ts';
import { bundle } from '../support/bundle.ts';
import { project } from '../support/project.ts';
import { world } from '../support/world.ts';

const ROUNDS = 200;

interface Contender {
  readonly process: ChildProcess;
  tell(order: 'race' | 'free' | 'write' | 'die'): Promise<string>;
}

function contender(worker: string, folder: string, ...lockTimeout: readonly string[]): Contender {
  const child = spawn(process.execPath, [worker, folder, ...lockTimeout], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers: string[] = [];
  const waiting: ((answer: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) answers.push(line);
    else next(line);
  });
  return {
    process: child,
    tell: (order) => {
      child.stdin.write(`${order}\n`);
      const known = answers.shift();
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

describe('O-3, C3: processes race for the execution lock', () => {
  test(`and in each of ${ROUNDS} rounds exactly one gets it, half of them from a dead holder`, async () => {
    const folder = temporaryFolder();
    const worker = bundle('test/failures/support/lock-worker.ts', folder);
    const contenders = [contender(worker, folder), contender(worker, folder), contender(worker, folder)];
    const winners: number[] = [];
    const fences = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 2 === 1) {
        const doomed = contender(worker, folder);
        const exit = once(doomed.process, 'exit');
        expect(await doomed.tell('die')).toMatch(/^won/);
        await exit;
      }
      const answers = await Promise.all(contenders.map((one) => one.tell('race')));
      const won = answers.filter((answer) => answer.startsWith('won'));
      winners.push(won.length);
      for (const answer of won) fences.add(answer);
      await Promise.all(contenders.map((one) => one.tell('free')));
    }
    expect(winners).toStrictEqual(Array.from({ length: ROUNDS }, () => 1));
    expect(fences.size).toBe(ROUNDS);
  }, 300_000);
});

describe('O-2, C1: two processes record positions at once', () => {
  test('and 1,000 of 1,000 are kept, without an exception', async () => {
    const folder = temporaryFolder();
    const worker = bundle('test/failures/support/record-worker.ts', folder);
    for (let round = 0; round < 5; round += 1) {
      const exits = ['a', 'b'].map(async (name) => {
        const args = [worker, folder, `${name}${round}`, '100'];
        const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit')) as [number];
        return code;
      });
      expect(await Promise.all(exits)).toStrictEqual([0, 0]);
    }
    const { books } = journalIn(join(folder, 'journal')).refresh();
    expect([...books.values()].reduce((sum, book) => sum + book.size, 0)).toBe(1_000);
    const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as { strategies: object };
    expect(Object.keys(state.strategies)).toHaveLength(10);
  });
});

describe('O-4, C4: the same strategy in a second process', () => {
  test('does not share the lock of the first, and its end frees nothing', async () => {
    const folder = temporaryFolder();
    const worker = bundle('test/failures/support/lock-worker.ts', folder);
    const first = contender(worker, folder);
    expect(await first.tell('race')).toBe('won 1');
    const second = contender(worker, folder);
    expect(await second.tell('race')).toBe('lost');
    expect(await second.tell('free')).toBe('free');
    const exit = once(second.process, 'exit');
    second.process.stdin?.end();
    expect(await exit).toStrictEqual([0, null]);
    const third = contender(worker, folder);
    expect(await third.tell('race')).toBe('lost');
    expect(await first.tell('write')).toBe('written');
    await first.tell('free');
    expect(await third.tell('race')).toBe('won 2');
  });
});

describe.skipIf(process.platform !== 'linux')('C5: the lock expires while its holder is stopped', () => {
  test('and what the old holder writes afterwards is void', async () => {
    const folder = temporaryFolder();
    const worker = bundle('test/failures/support/lock-worker.ts', folder);
    const old = contender(worker, folder, '500');
    expect(await old.tell('race')).toBe('won 1');
    old.process.kill('SIGSTOP');
    const next = contender(worker, folder);
    await expect.poll(() => next.tell('race'), { timeout: 10_000 }).toBe('won 2');
    const written = old.tell('write');
    old.process.kill('SIGCONT');
    expect(await written).toContain('went to somebody else');
    const { lock, lastExecution } = journalIn(join(folder, 'journal')).refresh();
    expect(lastExecution.has('mp')).toBe(false);
    expect(lock).toMatchObject({ fence: 2, owner: { pid: next.process.pid } });
  });

  test('and not even a record of it that slips past the check counts', async () => {
    const home = await world({ prices: { X: '1' } });
    const settings = home.desired.account.execution;
    const old = await acquire(home.ports, settings, 'mp');
    home.clock.advance(settings.lockTimeout + 1);
    const next = await acquire(home.ports, settings, 'omr');
    home.journal.commit({ type: 'execution-ended', fence: old.fence, strategy: 'mp', at: home.clock.now() });
    expect(home.journal.ledger().lastExecution.has('mp')).toBe(false);
    expect(home.journal.ledger().lock?.fence).toBe(next.fence);
  });
});

describe('C6: an expiry that is no time', () => {
  test.each([['null'], ['"soon"'], ['"2025-12-02T15:59:00"']])(
    '%s is refused, not taken for eternity',
    async (expires) => {
      const mine = project();
      const lock = `{"holder":"mp","acquired":"2025-12-02T15:55:00-05:00","expires":${expires}}`;
      mine.write('old.json', `{"version":1,"execution_lock":${lock},"strategies":{}}`);
      const { code, stderr } = await mine.run('init', '--from-state', 'old.json');
      expect(code).toBe(4);
      expect(stderr).toContain('execution_lock.expires');
    },
  );
});

describe('C7: a wait of zero', () => {
  test('is no wait', async () => {
    const home = await world({ prices: { X: '1' } });
    const settings = { ...home.desired.account.execution, lockWait: 0 };
    await acquire(home.ports, settings, 'omr');
    const before = home.clock.monotonic();
    await expect(acquire(home.ports, settings, 'mp')).rejects.toThrow('held by omr');
    expect(home.clock.monotonic() - before).toBe(0);
  });
});

describe('C9: the book changes between the decision and the order', () => {
  test('and the order is not sent', async () => {
    const mine = project({
      strategies: { mp: { targets: { AAA: '1', BBB: '1' } } },
      account: {
        broker: { fillDelay: '10ms', partialFills: '0%', faults: '../faults.yaml' },
        execution: { maxInFlight: 1, settleWindow: '0s' },
      },
      now: null,
    });
    mine.write('faults.yaml', 'faults: []\n');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    mine.declare({ mp: { targets: { AAA: '5', BBB: '5' } } });
    mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: order, fillAfter: 6s, times: 9}\n');
    const running = mine.start('apply', '--yes');
    await running.said('Submitting order: BUY 4 AAA');
    const released = await mine.run('release', 'BBB', '--strategy', 'mp', '--reason', 'not mine');
    expect(released).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await running.ended;
    expect(stdout + stderr).toContain('planned on a book of 1 BBB, it is 0');
    expect(stderr).not.toContain('Submitting order: BUY 4 BBB');
    expect(code).toBe(10);
  });
});

describe('C11: a strategy whose turn comes while another one holds the lock', () => {
  test('does not lose its day: it queues for the lock while its window is open', async () => {
    const schedule = [
      { at: { kind: 'clock' as const, time: '15:55' }, action: 'rebalance' as const, window: 240_000 },
    ];
    const home = await world({
      now: Date.parse('2025-12-02T15:55:00-05:00') as never,
      prices: { X: '10' },
      strategies: { mp: { targets: { X: '5' }, schedule } },
    });
    const settings = { ...home.desired.account.execution, lockTimeout: 40_000 };
    await acquire(home.ports, settings, 'omr');
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { X: '5' } });
  });
});
