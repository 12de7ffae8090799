/** The signal `module`: a user's file in its process, the real bundle, the synthetic prices. */
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const MINE: StrategyFacts = {
  universe: ['VTI', 'BND'],
  spec: {
    signal: {
      type: 'module',
      params: { file: '../signals/mine.ts', history: 3, reads: ['SPY'], config: { weight: '10%' } },
    },
  },
};

function withModule(text: string, facts: StrategyFacts = MINE): Project {
  const mine = project({ strategies: {} });
  mine.write('manifests/signals/mine.ts', text);
  mine.declare({ own: facts });
  return mine;
}

const ANSWERS = `
  interface Context { readonly config: { readonly weight: string } }
  export default ({ config }: Context) => ({ version: 1, targets: [{ symbol: 'BND', weight: config.weight }] });`;

interface Document {
  readonly items: readonly Record<string, unknown>[];
}

describe('a strategy with a module', () => {
  test('trades what its function wants, and the decision is in the journal', async () => {
    const mine = withModule(ANSWERS);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const positions = await mine.json<Document>('get', 'positions', '-o', 'json');
    expect(positions.items).toMatchObject([{ strategy: 'own', symbol: 'BND' }]);
    const events = await mine.json<Document>('get', 'events', '-o', 'json');
    expect(events.items.filter(({ type }) => type === 'targets-decided')).toHaveLength(1);

    const before = mine.fingerprint('data');
    expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do.');
    expect(mine.fingerprint('data')).toStrictEqual(before);
  });

  test('hands its function books, equity, prices and closes', async () => {
    const mine = withModule(
      'export default (context: object) => { throw new Error(JSON.stringify(context)); };',
    );
    const { stdout } = await mine.run('plan', '-o', 'json');
    const plan = JSON.parse(stdout) as { notDone: { reason: string; detail: string }[] };
    const [held] = plan.notDone;
    expect(held?.reason).toBe('SignalFailed');
    const context: unknown = JSON.parse(/Error: (.*)$/.exec(held?.detail ?? '')?.[1] ?? '');
    const price = {
      price: expect.any(Number) as number,
      asOf: expect.stringMatching(/^2025-12-02/) as string,
    };
    expect(context).toStrictEqual({
      version: 1,
      strategy: 'own',
      now: expect.any(String) as string,
      equity: '100000.00',
      positions: [],
      universe: ['BND', 'VTI'],
      config: { weight: '10%' },
      sessions: ['2025-11-26', '2025-11-28', '2025-12-01'],
      closes: { BND: numbers(3), VTI: numbers(3), SPY: numbers(3) },
      prices: { BND: price, VTI: price, SPY: price },
    });
  });

  test('holds everything when its function fails, and says where; other strategies go on', async () => {
    const mine = withModule(ANSWERS);
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    mine.write(
      'manifests/signals/mine.ts',
      'export default () => {\n  throw new RangeError("no idea");\n};\n',
    );
    mine.declare({ own: MINE, other: { targets: { GLD: '3' } } });
    const { code, stdout } = await mine.run('apply', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('SignalFailed   manifests/signals/mine.ts:2:9: RangeError: no idea');
    expect(stdout).not.toContain('    at ');
    const { items } = await mine.json<Document>('get', 'positions', '-o', 'json');
    expect(items.map(({ symbol }) => symbol).sort()).toStrictEqual(['BND', 'GLD']);
  });

  test.each([
    ["{ version: 1, targets: [{ symbol: 'SPY', weight: '1%' }] }", 'mine.ts: SPY is not in its universe'],
    [
      "{ version: 1, targets: [{ symbol: 'BND', weight: 0.1 }] }",
      'mine.ts: targets.0.weight: write it as text, as "6%"',
    ],
    ["{ version: 1, targets: [{ symbol: 'BND', weight: `${0 / 0}%` }] }", 'mine.ts: BND: give either weight'],
    ["['BND']", 'mine.ts: give an object with version and targets'],
  ])('an answer that is no list of targets is told: %s', async (value, words) => {
    const { stdout } = await withModule(`export default () => (${value});`).run('plan');
    expect(stdout).toContain(`SignalFailed   manifests/signals/${words}`);
  });

  test('is refused where the file is missing, with its place in the manifest', async () => {
    const mine = withModule(ANSWERS);
    mine.remove('manifests/signals');
    expect(await mine.run('validate')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /own\.yaml:\d+:\d+ spec\.signal\.params\.file: the module manifests\/signals\/mine\.ts does not exist/,
      ) as string,
    });
  });

  test('is not asked while it is off', async () => {
    const mine = withModule('throw new Error("asked");', { ...MINE, enabled: false });
    expect((await mine.run('plan')).stdout).not.toContain('SignalFailed');
  });

  test('has one revision on every machine', async () => {
    const mine = withModule(ANSWERS);
    const other = mine.copy();
    expect((await other.run('validate')).stdout).toBe((await mine.run('validate')).stdout);
  });
});

function numbers(count: number): unknown {
  return Array.from({ length: count }, () => expect.any(Number) as number);
}
