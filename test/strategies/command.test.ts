/** What the answer of a program means, and what follows from it. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { ProgramAnswer } from '../../src/reconciler/ports.ts';
import { parseAnswer } from '../../src/strategies/command.ts';
import { project } from '../support/project.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '100', BND: '50' };

async function commanded(
  answer: ProgramAnswer,
  rest: Partial<WorldFacts> = {},
): Promise<{ home: TestWorld; asked: string[] }> {
  const facts = { prices: PRICES, strategies: { own: { universe: ['VTI', 'BND'], targets: {} } }, ...rest };
  const home = await world(facts);
  const asked: string[] = [];
  const signal = {
    type: 'command',
    argv: ['signal'],
    timeout: 1_000,
    folder: '/',
    band: null,
    wholeShares: true,
  } as const;
  Object.assign(home.desired.strategies[0] as DesiredStrategy, { signal });
  Object.assign(home.ports, {
    programs: {
      run: ({ input }: { input: string }) => {
        asked.push(input);
        return Promise.resolve(answer);
      },
    },
  });
  return { home, asked };
}

const says = (targets: readonly object[]): ProgramAnswer => ({
  kind: 'ok',
  output: JSON.stringify({ version: 1, targets }),
});

describe('a program', () => {
  test('is asked once a pass, and its answer holds after the lock', async () => {
    const { home, asked } = await commanded(says([{ symbol: 'VTI', quantity: '10' }]));
    await home.apply();
    expect(asked).toHaveLength(1);
    expect(home.books()).toStrictEqual({ own: { VTI: '10' } });
    expect(home.journal.records.filter(({ event }) => event.type === 'targets-decided')).toHaveLength(1);
    await home.apply();
    expect(home.journal.records.filter(({ event }) => event.type === 'targets-decided')).toHaveLength(1);
  });

  test('is told its book, the equity and its universe', async () => {
    const { home, asked } = await commanded(says([]), { books: { own: { VTI: '4' } } });
    await home.apply();
    expect(JSON.parse(asked[0] ?? '')).toStrictEqual({
      version: 1,
      strategy: 'own',
      now: expect.any(String) as string,
      equity: '100400.00',
      positions: [{ symbol: 'VTI', quantity: '4', averageCost: '100.00', marketValue: '400.00' }],
      universe: ['VTI', 'BND'],
    });
  });

  test('holds what it does not name; closing needs a zero', async () => {
    const silent = await commanded(says([]), { books: { own: { VTI: '4' } } });
    await silent.home.apply();
    expect(silent.home.books()).toStrictEqual({ own: { VTI: '4' } });
    const zero = await commanded(says([{ symbol: 'VTI', quantity: '0' }]), { books: { own: { VTI: '4' } } });
    await zero.home.apply();
    expect(zero.home.books()).toStrictEqual({});
  });

  test('that fails trades nothing, and says why', async () => {
    const { home } = await commanded(
      { kind: 'failed', reason: 'it ended with exit code 3' },
      { books: { own: { VTI: '4' } } },
    );
    const result = await home.apply();
    expect(result.plan.notDone).toMatchObject([
      { reason: 'SignalFailed', detail: 'signal: it ended with exit code 3' },
    ]);
    expect(home.broker.submitted).toStrictEqual([]);
  });

  test('of a strategy that is off is not asked', async () => {
    const { home, asked } = await commanded(says([{ symbol: 'VTI', quantity: '1' }]), {
      strategies: { own: { universe: ['VTI'], enabled: false } },
    });
    await home.apply();
    expect(asked).toStrictEqual([]);
  });

  test('is not asked by those who only look', async () => {
    const { home, asked } = await commanded(says([{ symbol: 'VTI', quantity: '1' }]));
    expect(ordersIn((await home.look()).plan)).toStrictEqual([]);
    expect(holdsIn((await home.look()).plan)).toStrictEqual([]);
    expect(asked).toStrictEqual([]);
  });
});

describe('an answer', () => {
  const strategy = {
    universe: new Set(['VTI', 'BND']),
    signal: { type: 'command' },
    capital: {},
  } as unknown as DesiredStrategy;
  const shorting = { ...strategy, capital: { shorts: 'allowed' } } as unknown as DesiredStrategy;

  test('may go short where the manifest allows it, by whole shares', () => {
    const text = (size: string): string => `{"version":1,"targets":[{"symbol":"VTI",${size}}]}`;
    expect(parseAnswer(text('"weight":"-12.5%"'), shorting)).toMatchObject({
      targets: [{ symbol: 'VTI', size: { kind: 'weight', weight: -125_000 } }],
    });
    expect(parseAnswer(text('"quantity":"-3"'), shorting)).toMatchObject({
      targets: [{ symbol: 'VTI', size: { kind: 'quantity', quantity: -3_000_000_000 } }],
    });
    expect(parseAnswer(text('"quantity":"-3.5"'), shorting)).toMatchObject({
      reason: 'VTI: only whole shares can be sold short',
    });
  });

  test.each([
    ['no JSON', 'targets: []', 'not one JSON document'],
    ['text behind it', '{"version":1,"targets":[]} done', 'not one JSON document'],
    ['nothing in it', ' \n', 'it wrote nothing'],
    ['another version', '{"version":2,"targets":[]}', 'version: it must be 1'],
    ['no object', '[]', 'give an object with version and targets'],
    ['no targets', '{"version":1}', 'targets: give a list'],
    ['an unknown key', '{"version":1,"targets":[],"note":1}', 'Unrecognized key: "note"'],
    [
      'a repeated key',
      '{"version":1,"targets":[],"targets":[{"symbol":"VTI","quantity":"0"}]}',
      '1:27: the key "targets" is there twice',
    ],
    [
      'a repeated key deep inside, written otherwise',
      '{"version":1,"targets":[{"symbol":"VTI","quantity":"1","quan\\u0074ity":"0"}]}',
      'the key "quantity" is there twice',
    ],
    [
      'a symbol outside the universe',
      '{"version":1,"targets":[{"symbol":"TQQQ","quantity":"1"}]}',
      'TQQQ is not in its universe',
    ],
    [
      'a symbol twice',
      '{"version":1,"targets":[{"symbol":"VTI","quantity":"1"},{"symbol":"VTI","quantity":"2"}]}',
      'named twice',
    ],
    ['two sizes', '{"version":1,"targets":[{"symbol":"VTI","quantity":"1","weight":"5%"}]}', 'either weight'],
    ['no size', '{"version":1,"targets":[{"symbol":"VTI"}]}', 'either weight'],
    [
      'a number',
      '{"version":1,"targets":[{"symbol":"VTI","quantity":1}]}',
      'targets.0.quantity: write it as text, as "12"',
    ],
    [
      'a weight as a number',
      '{"version":1,"targets":[{"symbol":"VTI","weight":0.06}]}',
      'targets.0.weight: write it as text, as "6%"',
    ],
    [
      'a negative size',
      '{"version":1,"targets":[{"symbol":"VTI","quantity":"-1"}]}',
      'capital.shorts: allowed',
    ],
    [
      'a negative weight',
      '{"version":1,"targets":[{"symbol":"VTI","weight":"-1%"}]}',
      'capital.shorts: allowed',
    ],
    ['NaN', '{"version":1,"targets":[{"symbol":"VTI","quantity":"NaN"}]}', 'either weight'],
  ])('with %s is malformed, and the reason says it', (_, text, words) => {
    const answer = parseAnswer(text, strategy);
    expect(answer).toMatchObject({ kind: 'malformed', reason: expect.stringContaining(words) as string });
  });

  law.prop([fc.oneof(fc.string(), fc.json())], { numRuns: 1_000 })(
    'of any text is targets or malformed, never an exception',
    (text) => {
      expect(['targets', 'malformed']).toContain(parseAnswer(text, strategy).kind);
    },
  );
});

test('a manifest with a program of its own trades what it says, from its own folder', async () => {
  const mine = project({ strategies: {} });
  mine.declare({
    own: {
      universe: ['VTI', 'BND'],
      spec: { signal: { type: 'command', params: { argv: ['node', 'signal.js'] } } },
    },
  });
  const script = `
    let text = '';
    process.stdin.on('data', (part) => { text += part; });
    process.stdin.on('end', () => {
      const { universe } = JSON.parse(text);
      console.log(JSON.stringify({ version: 1, targets: [{ symbol: universe[0], weight: '10%', reason: 'first' }] }));
    });`;
  mine.write('manifests/strategies/signal.js', script);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  expect(items).toMatchObject([{ strategy: 'own', symbol: 'BND' }]);
  mine.write('manifests/strategies/signal.js', 'process.exit(7)');
  const failed = await mine.run('apply', '--yes');
  expect(failed.stdout).toContain('SignalFailed');
  expect(failed.stdout).toContain('exit code 7');
});
