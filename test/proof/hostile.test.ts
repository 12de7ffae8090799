/** The short form of the part `hostile` of the proof, and that it finds what it should find. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openDesk, type Files } from '../../proof/hostile/desk.ts';
import { Found } from '../../proof/hostile/found.ts';
import { hostile, replayHostile } from '../../proof/hostile/part.ts';
import { READERS, type Readers } from '../../proof/hostile/readers.ts';
import { Trial } from '../../proof/hostile/trial.ts';
import type { Effort } from '../../proof/part.ts';
import type { JournalEvent } from '../../src/observed/events.ts';

const SHORT: Effort = { seed: 20_251_202, deadline: Infinity, form: 'short', tell: () => undefined };

test('Spoiled files neither crash hgctl nor have it execute anything, and it says where they are wrong.', async () => {
  const { findings, figures } = await hostile.run(SHORT);
  expect(findings).toEqual([]);
  const counts = new Map(figures);
  for (const what of [
    'manifests',
    'toggle files',
    'state files',
    'journals',
    'cases through the whole program',
  ])
    expect(counts.get(what), what).toBeGreaterThan(3);
});

test('A case is tried again by its name.', async () => {
  const { findings, figures } = await replayHostile(SHORT, 'forged/1');
  expect(findings).toEqual([]);
  expect(new Map(figures).get('cases through the whole program')).toBe(1);
});

/** Of which each defect below is seen. */
const FEW = {
  manifests: { everyField: 600, manifest: 120, state: 0, journal: 0, forged: 0, commands: 0 },
  data: { everyField: 100_000, manifest: 0, state: 30, journal: 100, forged: 100, commands: 0 },
};

describe('A reader with a defect is found out:', () => {
  const { manifests, state, journal, fold } = READERS;
  let data: Files;
  beforeAll(async () => {
    const desk = await openDesk();
    ({ data } = desk);
    desk.remove();
  });
  const planted: readonly (readonly [what: string, readers: Partial<Readers>, invariant: string])[] = [
    [
      'it cannot read what has no content',
      {
        manifests: (sources, files) => {
          const broken = sources.some(({ content }) => content.kind === 'unreadable');
          if (broken) throw new TypeError('no text');
          return manifests(sources, files);
        },
      },
      'never-a-crash',
    ],
    [
      'it forgets where a problem is',
      {
        manifests: (sources, files) => {
          const result = manifests(sources, files);
          if (result.kind === 'ok') return result;
          return { ...result, problems: result.problems.map((problem) => ({ ...problem, line: 0 })) };
        },
      },
      'always-a-place',
    ],
    [
      'it tells no problem',
      {
        manifests: (sources, files) => {
          const result = manifests(sources, files);
          return result.kind === 'ok' ? result : { ...result, problems: [] };
        },
      },
      'always-a-place',
    ],
    [
      'it names another field',
      {
        manifests: (sources, files) => {
          const result = manifests(sources, files);
          if (result.kind === 'ok') return result;
          return {
            ...result,
            problems: result.problems.map((problem) => ({ ...problem, path: 'metadata' })),
          };
        },
      },
      'schema-is-true',
    ],
    [
      'it lets a key change what all objects have',
      {
        manifests: (sources, files) => {
          const isHostile = sources.some(
            ({ content }) => content.kind === 'text' && content.text.includes('__proto__'),
          );
          if (isHostile)
            Object.defineProperty(Object.prototype, 'admin', { value: true, configurable: true });
          return manifests(sources, files);
        },
      },
      'no-prototype-is-changed',
    ],
    [
      'it takes an edited state file for its own',
      {
        state: (text) => {
          const parsed = state(text);
          if (parsed.kind !== 'edited') return parsed;
          return { kind: 'ours', seq: 1, hash: '', document: parsed.raw as never };
        },
      },
      'never-believed',
    ],
    [
      'it does not look at checksums',
      {
        journal: (bytes) => {
          const read = journal(bytes);
          if (read.kind !== 'damaged') return read;
          const whole = journal(Buffer.alloc(0));
          if (whole.kind !== 'ok') return whole;
          return { ...whole, records: [{ sum: 'believed', seq: 1 } as never] };
        },
      },
      'never-believed',
    ],
    [
      'it takes what a record says for what its type can be',
      {
        journal: (bytes) => {
          const lines = bytes
            .toString('latin1')
            .split('\n')
            .filter((line) => line !== '');
          for (const line of lines) {
            const { event } = JSON.parse(line.replace(/,"sum":"[0-9a-f]{64}"\}$/, '}')) as {
              event: JournalEvent;
            };
            if (event.type === 'halted') event.reason.toUpperCase();
            else if (event.type === 'fill') event.clientOrderId.toUpperCase();
            else if ('symbol' in event) event.symbol.toUpperCase();
          }
          return journal(bytes);
        },
      },
      'never-a-crash',
    ],
    [
      'its fold cannot count what is as large as a number can be',
      {
        fold: (records) => {
          if (JSON.stringify(records).includes(String(Number.MAX_SAFE_INTEGER)))
            throw new RangeError('too large');
          return fold(records);
        },
      },
      'never-a-crash',
    ],
    [
      'its reader does not say where',
      {
        journal: (bytes) => {
          const read = journal(bytes);
          return read.kind === 'damaged' ? { ...read, lines: [] } : read;
        },
      },
      'always-a-place',
    ],
  ];

  test.each(planted)('%s', (_, broken, invariant) => {
    try {
      const found = new Found(SHORT.seed);
      const readers = { ...READERS, ...broken };
      new Trial({
        data,
        readers,
        effort: SHORT,
        amounts: broken.manifests === undefined ? FEW.data : FEW.manifests,
        found,
      }).run(0);
      const { findings } = found.report();
      expect(findings.map((finding) => finding.invariant)).toContain(invariant);
      for (const { replay } of findings)
        expect(replay).toMatch(
          /^--only hostile --seed 20251202 --case (?:manifest|field|state|journal|forged)\/\d+$/,
        );
    } finally {
      Reflect.deleteProperty(Object.prototype, 'admin');
    }
  });
});
