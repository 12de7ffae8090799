import { expect, test } from 'vitest';
import { embeddedForm, IN_PROCESS } from '../../src/cli/conformance-embedded.ts';
import { CASES } from '../../src/conformance/cases.ts';
import type { Form } from '../../src/conformance/harness.ts';
import { runCases } from '../../src/conformance/run.ts';

async function outcomesOf(form: Form, stopAfter = Infinity): Promise<unknown[]> {
  let time = 0;
  const outcomes: unknown[] = [];
  const stop = { requested: () => outcomes.length >= stopAfter, signal: () => null };
  const clock = { monotonic: () => (time += 5) };
  const cases = CASES.slice(0, 3);
  for await (const { case: one, outcome, duration } of runCases({ cases, form, clock, stop }))
    outcomes.push([one.id, outcome, duration]);
  return outcomes;
}

test('a run that is asked to stop ends behind the case that runs', async () => {
  const outcomes = await outcomesOf(embeddedForm(IN_PROCESS), 1);
  expect(outcomes).toEqual([['account-new', { kind: 'passed' }, 5]]);
});

test('a case that needs what a form lacks is not applicable, with the reason of the form', async () => {
  const form = { ...embeddedForm(IN_PROCESS), lacks: new Map([['cash-account', 'it has margin']] as const) };
  const outcomes = await outcomesOf(form);
  expect(outcomes).toEqual([
    ['account-new', { kind: 'not-applicable', reason: 'it has margin' }, 5],
    ['account-same', { kind: 'passed' }, 5],
    ['account-cash', { kind: 'passed' }, 5],
  ]);
});

test('each case has an account of its own, which is let go of', async () => {
  const steps: string[] = [];
  const form = embeddedForm({
    ...IN_PROCESS,
    connect: ({ brokerage }) => {
      steps.push('open');
      return Promise.resolve({ broker: brokerage, close: () => Promise.resolve(void steps.push('close')) });
    },
  });
  await outcomesOf(form);
  expect(steps).toEqual(['open', 'close', 'open', 'close', 'open', 'close']);
});

test('a broker that does not answer fails the case, with why, and the next one is tried', async () => {
  const form = embeddedForm({
    ...IN_PROCESS,
    connect: ({ brokerage }) =>
      Promise.resolve({
        broker: { ...brokerage, account: () => Promise.reject(new Error('connection refused')) },
        close: () => Promise.resolve(),
      }),
  });
  const failed = { kind: 'failed', reason: 'connection refused' };
  expect(await outcomesOf(form)).toEqual(
    ['account-new', 'account-same', 'account-cash'].map((id) => [id, failed, 5]),
  );
});
