import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { formatProblem } from '../../src/desired/problem.ts';
import { editToggle, type ToggleChange } from '../../src/desired/toggle-edit.ts';
import { parseYaml } from '../../src/desired/yaml-document.ts';

const AT = '2026-01-05T10:00:00-05:00';
const by = (change: Partial<ToggleChange>): ToggleChange => ({
  file: 't.yaml',
  strategy: 'mp',
  modifiedAt: AT,
  modifiedBy: 'hgctl',
  ...change,
});

function edited(text: string, change: Partial<ToggleChange>): string {
  const result = editToggle(text, by(change));
  if (result.kind === 'edited') return result.text;
  throw new Error(result.kind === 'problem' ? formatProblem(result.problem) : result.kind);
}

const STAMPS = `last_modified: "${AT}"\nmodified_by: "hgctl"\n`;

describe('An edit in place', () => {
  test.each<[what: string, before: string, change: Partial<ToggleChange>, after: string]>([
    [
      'keeps comments, order, quotes and blank lines',
      `# head\nmodified_by: 'api' # who\n\nstrategies:\n  mp:\n    enabled: true   # on\n    shutdown_requested: false\n  # next\n  omr: {enabled: true}\nlast_modified: "2025-12-02T15:55:00-05:00"\n# tail\n`,
      { enabled: false },
      `# head\nmodified_by: 'hgctl' # who\n\nstrategies:\n  mp:\n    enabled: false   # on\n    shutdown_requested: false\n  # next\n  omr: {enabled: true}\nlast_modified: "${AT}"\n# tail\n`,
    ],
    [
      'works inside braces',
      `strategies: {mp: {enabled: true , shutdown_requested: false}, omr: {}}\n${STAMPS}`,
      { shutdownRequested: true },
      `strategies: {mp: {enabled: true , shutdown_requested: true}, omr: {}}\n${STAMPS}`,
    ],
    [
      'quotes a plain time',
      'strategies: {mp: {enabled: true}}\nlast_modified: 2025-12-02T15:55:00-05:00\nmodified_by: api\n',
      { enabled: false },
      `strategies: {mp: {enabled: false}}\n${STAMPS}`,
    ],
    [
      'adds a missing switch in block style',
      `strategies:\n    mp:\n        enabled: true # on\n    omr:\n        enabled: true\n${STAMPS}`,
      { shutdownRequested: true },
      `strategies:\n    mp:\n        enabled: true # on\n        shutdown_requested: true\n    omr:\n        enabled: true\n${STAMPS}`,
    ],
    [
      'adds a missing switch inside braces',
      `strategies:\n  mp: {enabled: true}\n${STAMPS}`,
      { shutdownRequested: true },
      `strategies:\n  mp: {enabled: true, shutdown_requested: true}\n${STAMPS}`,
    ],
    [
      'fills an empty entry',
      `strategies:\n  mp: {}\n${STAMPS}`,
      { enabled: true, shutdownRequested: true },
      `strategies:\n  mp: {enabled: true, shutdown_requested: true}\n${STAMPS}`,
    ],
    [
      'adds a missing strategy like its neighbour in block style',
      `strategies:\n  omr:\n    enabled: true\n\n# Metadata\n${STAMPS}`,
      { enabled: true },
      `strategies:\n  omr:\n    enabled: true\n  mp:\n    enabled: true\n    shutdown_requested: false\n\n# Metadata\n${STAMPS}`,
    ],
    [
      'adds a missing strategy like its neighbour in braces',
      `strategies:\n  omr: {enabled: true} # c\n${STAMPS}`,
      { enabled: true },
      `strategies:\n  omr: {enabled: true} # c\n  mp: {enabled: true, shutdown_requested: false}\n${STAMPS}`,
    ],
    [
      'adds the first strategy',
      `strategies: {}\n${STAMPS}`,
      { enabled: true },
      `strategies: {mp: {enabled: true, shutdown_requested: false}}\n${STAMPS}`,
    ],
    [
      'quotes a name that other readers take for a truth value',
      `strategies: {}\n${STAMPS}`,
      { strategy: 'no', enabled: true },
      `strategies: {"no": {enabled: true, shutdown_requested: false}}\n${STAMPS}`,
    ],
    [
      'adds the missing stamps, with the line ends of the file',
      'strategies:\r\n  mp: {enabled: true}',
      { enabled: false },
      `strategies:\r\n  mp: {enabled: false}\r\nlast_modified: "${AT}"\r\nmodified_by: "hgctl"`,
    ],
    [
      'adds to braces over several lines',
      '{\n  "strategies": {\n    "omr": {"enabled": true}, # a } comment\n  },\n}\n',
      { enabled: true },
      `{\n  "strategies": {\n    "omr": {"enabled": true}, "mp": {"enabled": true, "shutdown_requested": false}, # a } comment\n  }, "last_modified": "${AT}", "modified_by": "hgctl",\n}\n`,
    ],
    [
      'keeps a byte order mark and a document marker',
      `\uFEFF---\nstrategies:\n  mp:\n    enabled: true\n${STAMPS}...\n`,
      { enabled: false },
      `\uFEFF---\nstrategies:\n  mp:\n    enabled: false\n${STAMPS}...\n`,
    ],
  ])('%s', (_what, before, change, after) => {
    expect(edited(before, change)).toBe(after);
  });

  test.each([
    ['a switch that is so already', `strategies: {mp: {enabled: true}}\n`, { enabled: true }],
    ['a switch that is absent and off', `strategies: {mp: {enabled: true}}\n`, { shutdownRequested: false }],
  ])('changes nothing for %s', (_what, text, change) => {
    expect(editToggle(text, by(change))).toEqual({ kind: 'unchanged' });
  });

  const BY_HAND = 'this file is written in a way that cannot be edited safely: change it by hand';
  test.each([
    ['no YAML', 'strategies: [', 't.yaml:1:14: unexpected end of the stream within a flow collection'],
    ['an empty file', '# nothing\n', 't.yaml:1:1: the toggle file is empty: it needs strategies:'],
    [
      'two documents',
      'strategies: {}\n---\nstrategies: {}\n',
      't.yaml:3:1: a toggle file holds one document',
    ],
    ['an alias', 'strategies:\n  omr: &a {enabled: true}\n  mp: *a\n', `t.yaml:1:1: ${BY_HAND}`],
    ['a `? key`', 'strategies:\n  mp:\n    ? enabled\n    : true\n', `t.yaml:1:1: ${BY_HAND}`],
    [
      'an unknown key',
      'strategies: {mp: {enable: true}}\n',
      't.yaml:1:19 strategies.mp.enable: unknown key (allowed enabled, shutdown_requested; did you mean enabled?)',
    ],
  ])('refuses %s', (_what, text, problem) => {
    const result = editToggle(text, by({ enabled: false, shutdownRequested: true }));
    if (result.kind !== 'problem') throw new Error(result.kind);
    expect(formatProblem(result.problem)).toBe(problem);
  });
});

interface Layout {
  readonly entries: readonly {
    readonly name: string;
    readonly switches: Readonly<Record<string, boolean>>;
  }[];
  readonly flow: readonly boolean[];
  readonly outerFlow: boolean;
  readonly comment: string;
  readonly eol: string;
  readonly stamps: boolean;
  readonly indent: number;
  readonly lastEol: boolean;
}

const switches = fc.record({ enabled: fc.boolean(), shutdown_requested: fc.boolean() }, { requiredKeys: [] });
const layouts = fc.record({
  entries: fc.uniqueArray(fc.record({ name: fc.constantFrom('omr', 'mp', 'core', 'no', 'a-b'), switches }), {
    selector: ({ name }) => name,
    maxLength: 4,
  }),
  flow: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  outerFlow: fc.boolean(),
  comment: fc.constantFrom('', ' # note: {x}', ' # "'),
  eol: fc.constantFrom('\n', '\r\n'),
  stamps: fc.boolean(),
  indent: fc.integer({ min: 1, max: 4 }),
  lastEol: fc.boolean(),
});

function write({ entries, flow, outerFlow, comment, eol, stamps, indent, lastEol }: Layout): string {
  const inFlow = (held: Readonly<Record<string, boolean>>): string =>
    `{${Object.entries(held)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')}}`;
  const lines: string[] = [`# head${comment}`];
  if (outerFlow || entries.length === 0) {
    lines.push(
      `strategies: {${entries.map(({ name, switches: held }) => `"${name}": ${inFlow(held)}`).join(', ')}}${comment}`,
    );
  } else {
    lines.push('strategies:');
    entries.forEach(({ name, switches: held }, index) => {
      const pad = ' '.repeat(indent);
      const isFlow = flow[index] === true || Object.keys(held).length === 0;
      lines.push(`${pad}"${name}":${isFlow ? ` ${inFlow(held)}` : ''}${comment}`);
      if (!isFlow)
        lines.push(...Object.entries(held).map(([key, value]) => `${pad}${pad}${key}: ${value}${comment}`));
      lines.push(`${pad}# after ${name}`, '');
    });
  }
  if (stamps) lines.unshift(`last_modified: 'old'${comment}`, `modified_by: me${comment}`);
  return lines.join(eol) + (lastEol ? eol : '');
}

const changes = fc.record(
  { enabled: fc.boolean(), shutdownRequested: fc.boolean() },
  { requiredKeys: ['enabled'] },
);

test.prop([layouts, changes, fc.constantFrom('mp', 'omr', 'no', 'vol')], { numRuns: 1000 })(
  'After an edit the file says what was wanted, and every line that says nothing else is as it was.',
  (layout, change, strategy) => {
    const text = write(layout);
    const result = editToggle(text, by({ ...change, strategy }));
    if (result.kind === 'unchanged') {
      const held = layout.entries.find(({ name }) => name === strategy)?.switches;
      expect(held?.enabled ?? false).toBe(change.enabled);
      return;
    }
    if (result.kind === 'problem') throw new Error(`${formatProblem(result.problem)}\n${text}`);
    const wanted: Record<string, unknown> = Object.fromEntries(
      layout.entries.map(({ name, switches: held }) => [
        name,
        { enabled: false, shutdown_requested: false, ...held },
      ]),
    );
    const before = wanted[strategy] as object | undefined;
    wanted[strategy] = {
      enabled: change.enabled,
      shutdown_requested:
        change.shutdownRequested ??
        (before as { shutdown_requested?: boolean } | undefined)?.shutdown_requested ??
        false,
    };
    expect(read(result.text)).toEqual({ strategies: wanted, last_modified: AT, modified_by: 'hgctl' });
    const mayChange = (line: string): boolean =>
      /^(last_modified|modified_by|strategies: )/.test(line) || /enabled|shutdown|: \{\}/.test(line);
    const kept = (lines: string): string[] =>
      lines.split(layout.eol).filter((line) => line !== '' && !mayChange(line));
    const added = new RegExp(`^\\s*"${strategy}":$`);
    expect(kept(result.text).filter((line) => !added.test(line))).toEqual(
      kept(text).filter((line) => !added.test(line)),
    );
    expect(editToggle(result.text, by({ ...change, strategy }))).toEqual({ kind: 'unchanged' });
  },
);

function read(text: string): unknown {
  const data = parseYaml('t', text).documents[0]?.data as { strategies: Record<string, object> };
  const strategies = Object.fromEntries(
    Object.entries(data.strategies).map(([name, held]) => [
      name,
      { enabled: false, shutdown_requested: false, ...held },
    ]),
  );
  return { ...data, strategies };
}

test.prop([fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(120), fc.nat(10)], { numRuns: 1000 })(
  'A damaged file is edited rightly or refused.',
  (put, at, cut) => {
    const sane = `strategies:\n  mp:\n    enabled: true\n  omr: {enabled: true, shutdown_requested: false}\n${STAMPS}`;
    const text = sane.slice(0, at) + put + sane.slice(at + cut);
    const result = editToggle(text, by({ enabled: false }));
    if (result.kind !== 'edited') return;
    const data = parseYaml('t', result.text).documents[0]?.data;
    expect(data).toMatchObject({
      strategies: { mp: { enabled: false } },
      last_modified: AT,
      modified_by: 'hgctl',
    });
  },
);
