import { describe, expect, test } from 'vitest';
import { CASES } from '../../src/conformance/cases.ts';
import type { CaseResult, Outcome } from '../../src/conformance/run.ts';
import { conformanceItem, conformanceTable, countsOf } from '../../src/cli/views/conformance.ts';
import { projectInProcess, type Project } from '../support/project.ts';

interface Answer {
  readonly broker: string;
  readonly counts: object;
  readonly cases: readonly { readonly id: string; readonly outcome: string }[];
}

describe('hgctl conformance', () => {
  test('checks the embedded broker in memory, with a row for each case, and touches no file', async () => {
    const mine = projectInProcess();
    const before = mine.fingerprint('.');
    const { code, stdout, stderr } = await mine.run('conformance');
    expect(code).toBe(0);
    expect(stderr).toBe('Checking the embedded broker, in memory\n');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ID +CASE +OUTCOME +TIME$/);
    expect(lines.slice(1, -2).map((line) => line.split(' ', 1)[0])).toEqual(CASES.map(({ id }) => id));
    expect(lines.at(-1)).toBe(`${CASES.length} passed, 0 failed, 0 not applicable`);
    expect(mine.fingerprint('.')).toEqual(before);
  });

  test('runs the cases that are named, and answers programs', async () => {
    const args = ['--only', 'order-ids', '--only', 'account-new', '-o', 'json'];
    const { broker, counts, cases } = await projectInProcess().json<Answer>('conformance', ...args);
    expect(broker).toBe('the embedded broker, in memory');
    expect(counts).toEqual({ passed: 2, failed: 0, notApplicable: 0, notRun: 0 });
    expect(cases.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['account-new', 'passed'],
      ['order-ids', 'passed'],
    ]);
  });

  test('knows no other case', async () => {
    const { code, stderr } = await projectInProcess().run('conformance', '--only', 'order-id');
    expect(code).toBe(3);
    expect(stderr).toContain('there is no case "order-id"');
    expect(stderr).toContain('did you mean order-ids?');
  });

  const refusals: readonly (readonly [string, object, Readonly<Record<string, string>>, string])[] = [
    ['an account that nobody has named', {}, {}, 'was not told that it may\nhint: set HGCTL_CONFORMANCE'],
    [
      'an account with real money',
      { environment: 'live', accountId: 'A1' },
      { HGCTL_CONFORMANCE: 'A1' },
      'the kit trades on paper only',
    ],
    [
      'another account than that of the manifest',
      { accountId: 'PA1' },
      { HGCTL_CONFORMANCE: 'PA2' },
      'HGCTL_CONFORMANCE is PA2, and the Account is PA1',
    ],
  ];

  test.each(refusals)('trades nothing on %s', async (_, broker, environment, message) => {
    const mine = atAlpaca(broker).at(null).with(environment);
    const { code, stdout, stderr } = await mine.run('conformance');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('rehearses nothing at a real broker', async () => {
    const { code, stderr } = await atAlpaca({}).with({ HGCTL_CONFORMANCE: 'PA1' }).run('conformance');
    expect(code).toBe(3);
    expect(stderr).toContain('HGCTL_NOW is for the simulated broker only');
  });
});

function atAlpaca(broker: object): Project {
  const mine = projectInProcess();
  const spec = { broker: { type: 'alpaca', ...broker }, prices: { type: 'synthetic', seed: 7 } };
  const account = { apiVersion: 'homeguard/v1', kind: 'Account', metadata: { name: 'test' }, spec };
  mine.write('manifests/account.yaml', JSON.stringify(account));
  return mine;
}

describe('what a run has found', () => {
  const outcomes: readonly Outcome[] = [
    { kind: 'passed' },
    { kind: 'failed', reason: 'cash: expected 5,\u001b[2J seen 6' },
    { kind: 'not-applicable', reason: 'all cases share one account' },
    { kind: 'not-applicable', reason: 'all cases share one account' },
  ];
  const results = outcomes.map((outcome, index): CaseResult => ({
    case: { id: `case-${index}`, name: 'something holds', needs: [], run: () => Promise.resolve() },
    outcome,
    duration: 7 * index,
  }));

  test('is a table that says why cases failed, once why others were left out, and how many were not run', () => {
    expect(conformanceTable(results, countsOf(results, 6)).split('\n')).toEqual([
      'ID       CASE              OUTCOME           TIME',
      'case-0   something holds   passed            0 ms',
      'case-1   something holds   failed            7 ms',
      'case-2   something holds   not-applicable   14 ms',
      'case-3   something holds   not-applicable   21 ms',
      '',
      'case-1 failed: cash: expected 5,\\u001b[2J seen 6',
      'not applicable, all cases share one account: case-2, case-3',
      '',
      '1 passed, 1 failed, 2 not applicable, 2 not run',
      '',
    ]);
  });

  test('is a list for programs', () => {
    expect(results.map(conformanceItem)[1]).toEqual({
      id: 'case-1',
      name: 'something holds',
      outcome: 'failed',
      reason: 'cash: expected 5,\u001b[2J seen 6',
      milliseconds: 7,
    });
  });
});
