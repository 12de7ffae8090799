/** The execution lock: who gets it, how long others wait for it, and what its holder may record. */
import { describe, expect, test } from 'vitest';
import { acquire, lockNotObtained, release, releasing } from '../../src/actions/execution-lock.ts';
import { LockLost, record } from '../../src/actions/execution.ts';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent, ProcessIdentity } from '../../src/observed/events.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { executing } from '../support/executing.ts';
import { world, type TestWorld } from '../support/world.ts';

const SECOND = 1_000;
const OTHER: ProcessIdentity = { pid: 99, started: 'x', bootId: 'boot', host: 'box' };

/** Another process takes the lock, for `time` ms from now. */
function takeFrom({ journal, clock }: Pick<TestWorld, 'journal' | 'clock'>, time = 60 * SECOND): void {
  journal.commit({
    type: 'lock-acquired',
    fence: journal.ledger().fence + 1,
    lockId: 'lock-of-vol',
    holder: 'vol',
    owner: OTHER,
    acquired: clock.now(),
    expires: (clock.now() + time) as Instant,
    expiresMonotonic: clock.monotonic() + time,
  });
}

const gone = (pid: number): Partial<Ports> => ({
  processes: {
    self: { pid: 1, started: 'now', bootId: 'boot', host: 'test' },
    lookUp: (owner) => (owner.pid === pid ? 'gone' : 'alive'),
  },
});

/** What taking it gives: the fence or the error, how long it took, ms, and the words on the way. */
async function taking(home: TestWorld, changes: Partial<Ports> = {}, lockWait = SECOND) {
  const written: string[] = [];
  const stateFile: Ports['stateFile'] = {
    write: ({ lock }) => void written.push(lock?.holder ?? 'free'),
    schedule: () => undefined,
  };
  const ports = { ...home.ports, stateFile, ...changes };
  const { execution: settings } = home.desired.account;
  const start = home.clock.monotonic();
  const taken = await acquire(ports, settings, 'core', lockWait).catch((error: unknown) => error);
  const { lock } = home.journal.ledger();
  const error = taken instanceof HgctlError ? taken : null;
  return {
    fence: error === null ? lock?.fence : null,
    error,
    holder: lock?.holder,
    took: home.clock.monotonic() - start,
    written,
    log: home.log,
  };
}

describe('A free lock', () => {
  test('is taken at once, for its time on both clocks, and the state file shows it', async () => {
    const home = await world({});
    home.clock.advance(1_500.5);
    const { fence, took, written, log } = await taking(home);
    expect({ fence, took, written }).toEqual({ fence: 1, took: 0, written: ['core'] });
    expect(home.journal.ledger().lock).toMatchObject({
      holder: 'core',
      owner: { pid: 1 },
      acquired: home.clock.now(),
      expires: home.clock.now() + 240 * SECOND,
      expiresMonotonic: 241_500,
    });
    expect(log).toEqual(['[core] Acquiring execution lock...', '[core] Lock acquired']);
  });

  test('goes to one of two: who loses the record waits like everybody else', async () => {
    const home = await world({});
    const commit: Ports['journal']['commit'] = (event) => {
      if (home.journal.ledger().lock !== null) return home.journal.commit(event);
      takeFrom(home, 500);
      return { kind: 'lost', ledger: home.journal.ledger() };
    };
    const { fence, took } = await taking(home, { journal: { ...home.journal, commit } });
    expect({ fence, took }).toEqual({ fence: 2, took: 500 });
    expect(home.journal.records.filter(({ event }) => event.type === 'lock-acquired')).toHaveLength(2);
  });
});

describe('A lock that another process holds', () => {
  test('is waited for until it is given back', async () => {
    const home = await world({});
    takeFrom(home);
    const sleep = (ms: number): Promise<void> => {
      home.clock.advance(ms);
      if (home.clock.monotonic() === 750) home.journal.commit({ type: 'lock-released', fence: 1 });
      return Promise.resolve();
    };
    const { fence, took, log } = await taking(home, { clock: { ...home.clock, sleep } });
    expect({ fence, took }).toEqual({ fence: 2, took: 750 });
    expect(log.join()).not.toContain('stale');
  });

  test('is not taken away: after the wait, and no later, whoever holds it is named', async () => {
    const home = await world({});
    takeFrom(home);
    const { error, took, holder } = await taking(home);
    expect({ took, holder }).toEqual({ took: SECOND, holder: 'vol' });
    expect(error).toMatchObject({
      exit: EXIT.lock,
      message: 'the execution lock is held by vol (pid 99 on box, lock lock-of-vol)',
      hint: "wait for it to finish (at most 240 s), or see 'hgctl get locks'",
    });
  });

  test.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const)('is not waited for behind a %s', async (signal, exit) => {
    const home = await world({});
    takeFrom(home);
    const stop = { requested: () => home.clock.monotonic() >= 500, signal: () => signal };
    const { error, took } = await taking(home, { stop });
    expect(took).toBe(500);
    expect(error).toMatchObject({
      exit,
      message: 'interrupted while waiting for another execution to end',
      hint: 'nothing was done',
    });
  });

  test('of whom nobody knows: another process', () => {
    const settings = { lockTimeout: 240 * SECOND } as Parameters<typeof lockNotObtained>[1];
    expect(lockNotObtained(null, settings).message).toBe('the execution lock is held by another process');
  });
});

describe('A lock whose holder is gone', () => {
  const leftBy = async (...statuses: ('created' | 'intended')[]): Promise<TestWorld> => {
    const { home, intend } = await executing({}, {});
    statuses.forEach((status, index) => {
      const { clientOrderId } = intend({ clientOrderId: `hg-${index}` });
      if (status === 'created')
        home.journal.commit({ type: 'order-created', fence: 1, clientOrderId, brokerOrderId: `b-${index}` });
    });
    takeFrom(home);
    return home;
  };

  test.each<[string, ('created' | 'intended')[], number]>([
    ['at once, where it has sent nothing', [], 0],
    ['at once, where the broker has answered all it has sent', ['created', 'created'], 0],
    ['behind the time of a request, where one may still be on its way', ['created', 'intended'], 10 * SECOND],
  ])('is taken over %s', async (_, statuses, pause) => {
    const home = await leftBy(...statuses);
    const { fence, took, log } = await taking(home, gone(99));
    expect({ fence, took }).toEqual({ fence: 3, took: pause });
    expect(log).toContain('[!] [core] Releasing stale execution lock of vol (pid 99)');
  });

  test('only since the last look is taken over no sooner: its request may be on its way as well', async () => {
    const home = await leftBy('intended');
    let looks = 0;
    const lookUp: Ports['processes']['lookUp'] = () => ((looks += 1) === 1 ? 'alive' : 'gone');
    const { fence, took } = await taking(home, { processes: { ...home.ports.processes, lookUp } });
    expect({ fence, took }).toEqual({ fence: 3, took: 250 + 10 * SECOND });
  });

  test('is left to whoever has taken it over while requests ended', async () => {
    const home = await leftBy('intended');
    let isFirst = true;
    const sleep = (ms: number): Promise<void> => {
      home.clock.advance(ms);
      if (isFirst) {
        isFirst = false;
        home.journal.commit({
          type: 'lock-acquired',
          fence: 3,
          lockId: 'faster',
          holder: 'omr',
          owner: { ...OTHER, pid: 77 },
          acquired: home.clock.now(),
          expires: (home.clock.now() + 240 * SECOND) as Instant,
          expiresMonotonic: home.clock.monotonic() + 240 * SECOND,
        });
      }
      return Promise.resolve();
    };
    const { error, holder } = await taking(home, { clock: { ...home.clock, sleep }, ...gone(99) });
    expect(holder).toBe('omr');
    expect(error?.exit).toBe(EXIT.lock);
  });
});

describe('A holder', () => {
  test('sends nothing in the last quarter of its time, and has given it back five seconds before its end', async () => {
    const home = await world({});
    home.clock.advance(7 * SECOND);
    const { execution: settings } = home.desired.account;
    expect(await acquire(home.ports, settings, 'core')).toMatchObject({
      acquiredMonotonic: 7 * SECOND,
      submitUntil: 187 * SECOND,
      releaseBy: 242 * SECOND,
    });
  });

  test('gives it back, and says when its strategy was executed last', async () => {
    const { home, execution, log } = await executing();
    const at = home.clock.now();
    expect(release(execution, { strategy: 'core', at }).lock).toBeNull();
    expect(home.journal.ledger().lastExecution.get('core')).toBe(at);
    expect(log.at(-1)).toBe('[core] Releasing execution lock');
    const again = await executing();
    release(again.execution, null);
    expect(again.home.journal.ledger().lastExecution.size).toBe(0);
    expect(again.home.journal.ledger().lock).toBeNull();
  });

  test('whose work fails gives it back, and the failure is told', async () => {
    const { home, execution } = await executing();
    await expect(releasing(execution, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(home.journal.ledger().lock).toBeNull();
    const calm = await executing();
    expect(await releasing(calm.execution, () => Promise.resolve('done'))).toBe('done');
    expect(calm.home.journal.ledger().lock?.holder).toBe('core');
  });

  test('who cannot even give it back says so, and the first failure is the one that is told', async () => {
    const { execution, log } = await executing();
    const journal = {
      ...execution.ports.journal,
      commit: () => {
        throw new Error('no disk either');
      },
    };
    const failing = { ...execution, ports: { ...execution.ports, journal } };
    await expect(releasing(failing, () => Promise.reject(new Error('no disk')))).rejects.toThrow(/^no disk$/);
    expect(log.at(-1)).toBe('[-] [core] The execution lock could not be released');
  });

  test('who was overtaken gives back nothing: it is the lock of somebody else', async () => {
    const { home, execution, log } = await executing();
    takeFrom(home);
    const work = (): Promise<never> => {
      record(execution, () => ({ type: 'lock-released', fence: execution.fence }));
      return Promise.reject(new Error('not reached'));
    };
    const before = log.length;
    await expect(releasing(execution, async () => work())).rejects.toThrow(LockLost);
    await expect(releasing(execution, async () => work())).rejects.toThrow(
      'the execution lock (fence 1) went to somebody else',
    );
    expect(home.journal.ledger().lock?.holder).toBe('vol');
    expect(log.slice(before)).toEqual([]);
  });

  test('who was overtaken by somebody who is done by now records nothing either', async () => {
    const { home, execution } = await executing();
    takeFrom(home);
    home.journal.commit({ type: 'lock-released', fence: 2 });
    expect(() => record(execution, () => ({ type: 'lock-released', fence: 1 }))).toThrow(LockLost);
  });
});

describe('A record', () => {
  const stamp = { type: 'execution-ended', fence: 1, strategy: 'core', at: 5 as Instant } as const;

  /** Others are faster `times` times, and `theirs` is what they write. */
  async function recording(times: number, theirs?: JournalEvent) {
    const { home, execution } = await executing();
    let tries = 0;
    const commit: Ports['journal']['commit'] = (event) => {
      tries += 1;
      if (tries > times) return home.journal.commit(event);
      if (theirs !== undefined) home.journal.commit(theirs);
      return { kind: 'lost', ledger: home.journal.ledger() };
    };
    const busy = { ...execution, ports: { ...execution.ports, journal: { ...home.journal, commit } } };
    const before = home.journal.records.length;
    const written = () => home.journal.records.slice(before).map(({ event }) => event.type);
    return { busy, written, tries: () => tries };
  }

  test('is built again on what others have written, until it is written once', async () => {
    const { busy, written, tries } = await recording(3);
    const ledger = record(busy, () => stamp);
    expect(ledger.lastExecution.get('core')).toBe(5);
    expect({ written: written(), tries: tries() }).toEqual({ written: ['execution-ended'], tries: 4 });
  });

  test('is not needed any more where others have written what it says', async () => {
    const { busy, written } = await recording(1, stamp);
    const ledger = record(busy, ({ lastExecution }) => (lastExecution.has('core') ? null : stamp));
    expect(ledger.lastExecution.get('core')).toBe(5);
    expect(written()).toEqual(['execution-ended']);
  });

  test('is not tried for ever', async () => {
    const { busy, tries } = await recording(Number.POSITIVE_INFINITY);
    expect(() => record(busy, () => stamp)).toThrow(
      expect.objectContaining({
        exit: EXIT.lock,
        message: 'the journal is too busy: a record lost to others a thousand times',
        hint: 'look for programs that write to the same data folder, then run the command again',
      }),
    );
    expect(tries()).toBe(1_000);
  });

  test('of whoever was overtaken meanwhile is not written', async () => {
    const lock = {
      type: 'lock-acquired',
      fence: 2,
      lockId: 'x',
      holder: 'vol',
      owner: OTHER,
      acquired: 0 as Instant,
      expires: 9 as Instant,
      expiresMonotonic: 9,
    } as const;
    const { busy, written } = await recording(1, lock);
    expect(() => record(busy, () => stamp)).toThrow(LockLost);
    expect(written()).toEqual(['lock-acquired']);
  });
});
