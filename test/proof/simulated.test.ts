/** The short form of the parts of the proof that run on the simulated machine; `npm run proof` runs them whole. */
import { expect, test } from 'vitest';
import type { Effort } from '../../proof/part.ts';
import { simulated } from './machine.ts';

const SHORT: Effort = { seed: 20_251_202, deadline: Infinity, form: 'short', tell: () => undefined };

test('Faults in the steps of a day, one or two at a time, change neither its end nor break an invariant.', async () => {
  const { findings, figures } = await simulated.crashes.run(SHORT);
  expect(findings).toEqual([]);
  const runs = new Map(figures.map(([what, count]) => [what.split(',')[0], count]));
  for (const what of ['kill', 'power loss', 'disk error', 'torn write', 'stale read', 'pairs'])
    expect(runs.get(what), what).toBeGreaterThan(0);
});

test('Days from a seed break no invariant, and are the same when they are lived again.', async () => {
  const { findings, figures } = await simulated.days.run(SHORT);
  expect(findings).toEqual([]);
  expect(new Map(figures).get('orders')).toBeGreaterThan(0);
});
