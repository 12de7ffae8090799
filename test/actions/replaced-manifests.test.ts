/** A pass whose manifests are no longer the newest: somebody has accepted others since it read its own. */
import { expect, test } from 'vitest';
import type { Ports } from '../../src/reconciler/ports.ts';
import { reconcile, type PassResult } from '../../src/reconciler/reconcile.ts';
import { passOf } from '../support/control.ts';
import { world, type TestWorld } from '../support/world.ts';

const facts = { prices: { VTI: '100' }, strategies: { core: { targets: { VTI: '1' } } } };
const NEWER = { core: { targets: { VTI: '2' } } };

/** `acceptedBefore`: number of what was in force when it read its manifests. */
function pass(
  home: TestWorld,
  acceptedBefore: number | null,
  ports: Partial<Ports> = {},
): Promise<PassResult> {
  const agreed = (): Promise<boolean> => Promise.resolve(true);
  return reconcile(
    { ...passOf({ ...home, ports: { ...home.ports, ...ports } }), acceptedBefore },
    { approve: agreed, approveChange: agreed },
  );
}

test('Where newer manifests were followed meanwhile, nothing is undone: exit 8.', async () => {
  const older = await world(facts);
  const newer = older.with(NEWER);
  await newer.apply();
  expect(older.held()).toEqual({ VTI: '2' });
  await expect(pass(older, null)).rejects.toMatchObject({
    exit: 8,
    message: 'other manifests were accepted after these were read',
    hint: 'run the command again',
  });
  expect(older.held()).toEqual({ VTI: '2' });
  expect(older.journal.ledger().revision?.digest).toBe(newer.desired.digest);
});

test('Where they are accepted while it waits for the lock, its turn does not come.', async () => {
  const older = await world(facts);
  const { journal } = older.ports;
  let isOver = false;
  const overtaken: Ports['journal'] = {
    ...journal,
    commit: (event) => {
      if (event.type === 'lock-acquired' && !isOver) {
        isOver = true;
        const account = { file: 'account.yaml', name: 'test', settings: older.desired.account };
        journal.commit({ type: 'revision-accepted', digest: 'newer', strategies: [], account });
      }
      return journal.commit(event);
    },
  };
  const result = await pass(older, null, { journal: overtaken });
  expect(result).toMatchObject({
    kind: 'executed',
    outcomes: [{ kind: 'not-started', code: 'ManifestsReplaced' }],
  });
  expect(older.held()).toEqual({});
  expect(journal.ledger().lock).toBeNull();
});

test('Other manifests that were in force before are replaced, as whoever applies them wants.', async () => {
  const older = await world(facts);
  const newer = older.with(NEWER);
  await newer.apply();
  await pass(older, 1);
  expect(older.held()).toEqual({ VTI: '1' });
});

test('What was in force before is no older for having been replaced and accepted again.', async () => {
  const first = await world(facts);
  await first.apply();
  await first.with(NEWER).apply();
  await first.apply();
  const between = first.with({ core: { targets: { VTI: '7' } } });
  await expect(pass(between, 1)).rejects.toMatchObject({ exit: 8 });
  expect(first.held()).toEqual({ VTI: '1' });
  await pass(between, 3);
  expect(first.held()).toEqual({ VTI: '7' });
});
