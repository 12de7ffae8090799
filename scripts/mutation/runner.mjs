/**
 * Runs the tests of the core for Stryker: all of them bundled into one module, loaded once, run for each mutant in the
 * same process (`harness.mjs` says why).
 *
 * A kill counts only when the test that failed passes again without the mutant: what a mutant left behind in the process
 * kills no other.
 */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { bundleTests } from './bundle.mjs';
import { harness } from './harness.mjs';

const BUNDLE = 'mutation-tests.mjs';
/** Of each law, at most: a mutant that none of so many worlds shows needs a test that says what it breaks. */
const LAW_RUNS = 20;
/** A world that waits for ever is seen by this. It is no measure of speed: the slowest test takes a fifth of it. */
const HANGS_MS = 20_000;

class CoreTestRunner {
  #namespace = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});
  #tests = new Map();
  #took = new Map();
  #killers = [];
  #loads = 0;

  constructor() {
    // A test that was given up may still fail later, when it is of no interest.
    process.on('unhandledRejection', () => undefined);
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {}

  /** Its bundle is there for the processes that replace one which hung. */
  async dryRun({ files }) {
    await bundleTests(BUNDLE, files);
    await this.#load();
    const tests = [];
    for (const test of this.#tests.values()) {
      this.#namespace.currentTestId = test.id;
      const { ms, failure } = await run(test);
      this.#namespace.currentTestId = undefined;
      this.#took.set(test.id, ms);
      tests.push(result(test, ms, failure));
    }
    return { status: 'complete', tests, mutantCoverage: this.#namespace.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    const isStatic = mutantActivation === 'static';
    if (isStatic || this.#tests.size === 0) await this.#load(isStatic ? activeMutant.id : undefined);
    const tests = this.#inOrder(testFilter ?? [...this.#tests.keys()]);
    const outcome = await this.#tryAll(tests, activeMutant.id, hitLimit);
    if (isStatic) await this.#load();
    if (isStatic || outcome.status !== 'killed') return outcome;

    const again = await run(this.#tests.get(outcome.killedBy[0]));
    if (again.failure === null) return outcome;
    await this.#load();
    return this.#tryAll(this.#inOrder(testFilter), activeMutant.id, hitLimit);
  }

  /** All tests anew, `mutant` active from the first statement on. */
  async #load(mutant) {
    const { tests, of, words } = harness(LAW_RUNS);
    globalThis.mutationTests = { of, words };
    this.#namespace.activeMutant = mutant;
    try {
      await import(`${pathToFileURL(BUNDLE).href}?load=${(this.#loads += 1)}`);
      this.#tests = tests;
    } finally {
      this.#namespace.activeMutant = undefined;
    }
  }

  /** What has killed lately kills again; then the quick ones. */
  #inOrder(ids) {
    const rank = (id) => {
      const place = this.#killers.indexOf(id);
      return place === -1 ? 1_000 + (this.#took.get(id) ?? 0) : place;
    };
    return ids.toSorted((a, b) => rank(a) - rank(b)).map((id) => this.#tests.get(id));
  }

  async #tryAll(tests, mutant, hitLimit) {
    const space = this.#namespace;
    space.activeMutant = mutant;
    space.hitCount = hitLimit === undefined ? undefined : 0;
    space.hitLimit = hitLimit;
    try {
      for (const [at, test] of tests.entries()) {
        const { failure } = await run(test);
        if (hitLimit !== undefined && space.hitCount > hitLimit)
          return { status: 'timeout', reason: 'hit limit' };
        if (failure === null) continue;
        this.#killers = [test.id, ...this.#killers.filter((id) => id !== test.id)].slice(0, 20);
        return { status: 'killed', killedBy: [test.id], failureMessage: failure, nrOfTests: at + 1 };
      }
      return { status: 'survived', nrOfTests: tests.length };
    } finally {
      space.activeMutant = undefined;
    }
  }
}

/** @returns how long it took, ms, and why it failed or null */
async function run(test) {
  const start = performance.now();
  let timer;
  const hangs = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('It waits for ever.')), HANGS_MS);
  });
  try {
    await Promise.race([test.run(), hangs]);
    return { ms: performance.now() - start, failure: null };
  } catch (error) {
    return { ms: performance.now() - start, failure: String(error?.message ?? error).slice(0, 2_000) };
  } finally {
    clearTimeout(timer);
  }
}

const result = ({ id, name, file }, timeSpentMs, failureMessage) => ({
  id,
  name,
  fileName: file,
  timeSpentMs,
  ...(failureMessage === null ? { status: 0 } : { status: 1, failureMessage }),
});

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'core', CoreTestRunner)];
