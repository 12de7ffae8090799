/**
 * What the tests of the core use of vitest, for many runs in one process: a mutant costs the tests that reach it, and no
 * start of a worker and of every module, which took ten times as long. `expect` is vitest's own. What is not here is not
 * there: a test that uses it fails loudly in the first run, without a mutant.
 */
import { relative } from 'node:path';
import { format } from 'node:util';
import * as fc from 'fast-check';
import { expect } from 'vitest';

const SEED = 20_251_202;

/**
 * A registry of tests, and the words `describe`, `test`, `expect`, ... that fill it.
 * @param {number} runs of a law, at most
 */
export function harness(runs) {
  const tests = new Map();
  let file = '';
  let suite = { name: '', afterEach: [], outer: null };
  let finished = [];

  const add = (name, run) => {
    const id = unused(tests, `${file}#${path(suite)}${name}`);
    const hooks = after(suite);
    tests.set(id, { id, file, name: id.slice(file.length + 1), run: () => runOne(run, hooks) });
  };
  const runOne = async (run, hooks) => {
    finished = [];
    const mine = finished;
    try {
      await run();
    } finally {
      for (const hook of [...hooks, ...mine.toReversed()]) await hook();
    }
  };
  const nest = (name, body) => {
    suite = { name, afterEach: [], outer: suite };
    body();
    suite = suite.outer;
  };
  const test = (name, ...rest) =>
    add(
      name,
      rest.find((one) => typeof one === 'function'),
    );
  test.each = each(test);
  test.prop = (of, params) => (name, body) => add(name, () => law(of, limited(params, runs), body));
  const describe = (name, body) => nest(name, body);
  describe.each = each(describe);

  return {
    tests,
    /** Whose tests come next. */
    of: (path) => {
      file = relative(process.cwd(), path);
      suite = { name: '', afterEach: [], outer: null };
    },
    words: {
      describe,
      expect,
      test,
      it: test,
      afterEach: (hook) => suite.afterEach.push(hook),
      onTestFinished: (hook) => finished.push(hook),
      fc: { ...fc, configureGlobal: () => undefined },
    },
  };
}

const path = (suite) => (suite.outer === null ? '' : `${path(suite.outer)}${suite.name} `);

const after = (suite) => (suite === null ? [] : [...suite.afterEach, ...after(suite.outer)]);

function unused(tests, id) {
  for (let count = 2, free = id; ; count += 1) {
    if (!tests.has(free)) return free;
    free = `${id} (${count})`;
  }
}

const each = (word) => (table) => (name, body) => {
  const spread = table.every(Array.isArray);
  for (const row of table) {
    const cells = spread ? row : [row];
    word(titled(name, row, cells), () => body(...cells));
  }
};

function titled(name, row, cells) {
  const filled = name.replaceAll(/\$(\w+)/g, (all, field) =>
    row?.[field] === undefined ? all : String(row[field]),
  );
  const places = filled.match(/%[sdifjoO]/g)?.length ?? 0;
  return format(filled, ...cells.slice(0, places));
}

const limited = (params, runs) => ({ ...params, numRuns: Math.min(params?.numRuns ?? runs, runs) });

/** The first world that refutes it is enough: nobody reads it here, and shrinking it costs more than all other tests. */
function law(of, params, body) {
  const shared = { seed: SEED, endOnFailure: true, ...params };
  if (Array.isArray(of))
    return fc.assert(
      fc.asyncProperty(...of, async (...values) => body(...values)),
      shared,
    );
  return fc.assert(
    fc.asyncProperty(fc.record(of), async (values) => body(values)),
    shared,
  );
}
