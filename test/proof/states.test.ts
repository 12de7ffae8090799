import { describe, expect, it } from 'vitest';
import { explore, followPath } from '../../proof/states/explore.ts';
import type { Plant } from '../../proof/states/passes.ts';
import { SCOPES, type Scope } from '../../proof/states/scope.ts';
import { linesOf, states } from '../../proof/states/states.ts';
import type { Broker, Journal, OrderRequest, Ports } from '../../src/reconciler/ports.ts';

/** One share of one symbol, and processes that may be paused. */
const TINY = { ...scopeNamed('pauses'), nights: false };

function scopeNamed(name: string): Scope {
  const found = SCOPES.find((scope) => scope.name === name);
  if (found === undefined) throw new Error(`no scope ${name}`);
  return found;
}

/** So much is looked at whatever the machine does besides. */
function levels(count: number): () => boolean {
  let left = count;
  return () => (left -= 1) >= 0;
}

describe('The states of a small world', () => {
  it('keep every invariant and come to rest, as far as some of them show', async () => {
    const found = await explore(TINY, { goesOn: levels(60) });
    expect(found.violations).toEqual([]);
    expect(found.depth).toBeGreaterThan(1);
    expect(linesOf(found).join('\n')).toMatch(
      /1 strategies x 1 symbols x 0\.\.1 shares.*\n.*not closed; complete to depth \d/,
    );
  });

  it('are reported with their bounds and with how far they were looked at', async () => {
    const lines: string[] = [];
    const tell = (line: string): void => void lines.push(line);
    const report = await states.run({ seed: 1, deadline: performance.now() + 200, form: 'short', tell });
    expect(report.findings).toEqual([]);
    expect(report.figures.map(([what]) => what)).toContain("transitions of 'quantities'");
    expect(lines.join('\n')).toContain('states/quantities: 1 strategies x 1 symbols x 0..2 shares');
  });

  it('close where nothing is wanted, whatever operators say and whoever is paused or killed', async () => {
    const scope: Scope = { ...TINY, most: 0, operators: new Set(['halts', 'shutdowns']) };
    const found = await explore(scope, { goesOn: () => true });
    expect(found).toMatchObject({ isClosed: true, violations: [] });
  });
});

/** Ports with another journal. */
function withJournal(ports: Ports, change: Partial<Journal>): Ports {
  return { ...ports, journal: { ...ports.journal, ...change } };
}

function withBroker(ports: Ports, change: Partial<Broker>): Ports {
  return { ...ports, broker: { ...ports.broker, ...change } };
}

interface Planted extends Plant {
  readonly scope: Scope;
  readonly caughtBy: readonly string[];
}

const NO_PAUSES: Scope = { ...TINY, whilePaused: 0 };

const PLANTS: readonly Planted[] = [
  {
    name: 'a fill is booked twice',
    scope: NO_PAUSES,
    caughtBy: ['a-fill-counts-once'],
    plant: (ports) =>
      withJournal(ports, {
        commit: (event) => {
          const commit = ports.journal.commit(event);
          return event.type === 'fill' && commit.kind === 'committed' ? ports.journal.commit(event) : commit;
        },
      }),
  },
  {
    name: 'a journal never says that somebody was faster',
    scope: TINY,
    caughtBy: [
      'fences-grow',
      'no-older-manifests-are-accepted',
      'sent-under-the-lock',
      'current-fence-writes',
      'one-order-a-symbol',
    ],
    plant: (ports) =>
      withJournal(ports, {
        commit: (event) => {
          const commit = ports.journal.commit(event);
          return commit.kind === 'lost' ? ports.journal.commit(event) : commit;
        },
      }),
  },
  {
    name: 'every holder of the lock is said to be gone',
    scope: TINY,
    caughtBy: ['one-holder'],
    plant: (ports) => ({ ...ports, processes: { ...ports.processes, lookUp: () => 'gone' } }),
  },
  {
    name: 'an empty list of positions counts, and an empty history explains it',
    scope: NO_PAUSES,
    caughtBy: ['small-world-comes-to-rest', 'books-change-with-cause'],
    plant: (ports) => withBroker(ports, { positions: () => ports.broker.positions().then(() => []) }),
  },
  {
    name: 'an order without an answer is sent again under another id',
    scope: NO_PAUSES,
    caughtBy: ['order-has-intent'],
    plant: (ports) => withBroker(ports, { submit: (request) => stubborn(ports.broker, request) }),
  },
  {
    name: 'an order that the broker does not show counts as refused',
    scope: NO_PAUSES,
    caughtBy: ['ends-are-true'],
    plant: (ports) =>
      withBroker(ports, {
        submit: async (request) => {
          const answer = await ports.broker.submit(request);
          return answer.kind === 'unknown' ? { kind: 'refused', code: 'Refused', message: 'no' } : answer;
        },
      }),
  },
];

async function stubborn(broker: Broker, request: OrderRequest): ReturnType<Broker['submit']> {
  const answer = await broker.submit(request);
  if (answer.kind !== 'unknown') return answer;
  return broker.submit({ ...request, clientOrderId: `${request.clientOrderId}-2` });
}

describe('A planted bug is found, with the way to it', () => {
  it.each(PLANTS)('$name', async ({ scope, caughtBy, ...plant }) => {
    const { violations } = await explore(scope, { goesOn: levels(400), plant, most: 1 });
    const [first] = violations;
    expect(caughtBy).toContain(first?.invariant);
    const again = await followPath(scope, first?.path ?? [], plant);
    expect(again?.broken.map(({ invariant }) => invariant)).toContain(first?.invariant);
    // With its journal, record by record.
    expect(again?.records.map(({ seq }) => seq)).toEqual(again?.records.map((_, index) => index + 3));
    expect(again?.records.length).toBeGreaterThan(0);
    // Without it there is no such way, or it leads nowhere wrong.
    expect((await followPath(scope, first?.path ?? []))?.broken ?? []).toEqual([]);
  });
});
