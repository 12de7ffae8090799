/** The conformance kit as tests: one for each case. */
import { describe, expect, test } from 'vitest';
import { CASES } from '../../src/conformance/cases.ts';
import type { Form } from '../../src/conformance/harness.ts';
import { runCases } from '../../src/conformance/run.ts';

/** Every case passes: a form that lacks something is told so. */
export function brokerConformance(form: Form): void {
  describe(`${form.name} keeps the contract of a broker`, () => {
    test.each(CASES.map((one) => [one.id, one.name, one] as const))('%s: %s', async (_id, _name, one) => {
      const clock = { monotonic: () => performance.now() };
      const stop = { requested: () => false, signal: () => null };
      const outcomes = [];
      for await (const { outcome } of runCases({ cases: [one], form, clock, stop })) outcomes.push(outcome);
      expect(outcomes).toEqual([{ kind: 'passed' }]);
    });
  });
}
