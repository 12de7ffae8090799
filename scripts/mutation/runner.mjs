/**
 * Runs the tests of the core for Stryker: all of them bundled into one module, loaded once, run for each mutant in the
 * same process (`harness.mjs` says why).
 *
 * A kill counts only when the test that failed passes again without the mutant: what a mutant left behind in the process
 * kills no other, and a test that fails by itself, because others have to run before it, kills none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { bundleTests } from './bundle.mjs';
import { harness } from './harness.mjs';

const BUNDLE = 'mutation-tests.mjs';
/** Of each law, at most: a mutant that none of so many worlds shows needs a test that says what it breaks. */
const LAW_RUNS = 20;
/** A world that waits for ever is seen by this: much longer than it took without a mutant, ms. */
const hangsAfter = (took) => 5_000 + 10 * took;
/** One that goes on for ever without a wait, by this: how often it comes past the mutant. */
const loopsAfter = (hits) => 1_000 + 100 * hits;
/** What the first run has seen, for the processes that replace one which hung. */
const SEEN = 'mutation-seen.json';

class CoreTestRunner {
  #namespace = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});
  #tests = new Map();
  /** By test: how long it took, and how often it came past each mutant. */
  #seen = {};
  #killers = [];
  /** Tests that fail by themselves. */
  #unfit = new Set();
  #loads = 0;

  constructor() {
    // A test that was given up may still fail later, when it is of no interest.
    process.on('unhandledRejection', () => undefined);
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {}

  async dryRun({ files }) {
    await bundleTests(BUNDLE, files);
    await this.#load();
    const tests = [];
    for (const test of this.#tests.values()) {
      this.#namespace.currentTestId = test.id;
      const { ms, failure } = await run(test, Infinity);
      this.#namespace.currentTestId = undefined;
      this.#seen[test.id] = { took: ms, hits: this.#namespace.mutantCoverage?.perTest[test.id] ?? {} };
      tests.push(result(test, ms, failure));
    }
    writeFileSync(SEEN, JSON.stringify(this.#seen));
    return { status: 'complete', tests, mutantCoverage: this.#namespace.mutantCoverage };
  }

  async mutantRun(options) {
    const {
      activeMutant: { id },
      testFilter,
      mutantActivation,
    } = options;
    const isStatic = mutantActivation === 'static';
    if (this.#loads === 0) this.#seen = JSON.parse(readFileSync(SEEN, 'utf8'));
    if (this.#loads === 0) await this.#load();
    const outcome = isStatic ? await this.#loadedWith(id) : await this.#tryAll(testFilter, id);
    if (outcome.status === 'survived' && !isStatic) return outcome;
    // What it has left behind must kill no other.
    if (isStatic || outcome.status === 'timeout') await this.#load();
    if (outcome.status !== 'killed' || (await this.#passes(outcome.killedBy[0]))) return outcome;
    await this.#load();
    if (!isStatic) return this.#tryAll(testFilter, id);
    this.#unfit.add(outcome.killedBy[0]);
    return this.mutantRun(options);
  }

  /** A mutant of a statement that runs as its module is loaded. */
  async #loadedWith(id) {
    try {
      await this.#load(id);
    } catch (error) {
      const [any] = this.#tests.keys();
      return { status: 'killed', killedBy: [any], failureMessage: String(error), nrOfTests: 0 };
    }
    return this.#tryAll([...this.#tests.keys()], id);
  }

  async #passes(id) {
    return (await run(this.#tests.get(id), hangsAfter(this.#seen[id].took))).failure === null;
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
      return place === -1 ? 1_000 + this.#seen[id].took : place;
    };
    return ids.filter((id) => !this.#unfit.has(id)).toSorted((a, b) => rank(a) - rank(b));
  }

  async #tryAll(ids, mutant) {
    const space = this.#namespace;
    space.activeMutant = mutant;
    try {
      for (const [at, id] of this.#inOrder(ids).entries()) {
        const { took, hits } = this.#seen[id];
        space.hitCount = 0;
        space.hitLimit = loopsAfter(hits[mutant] ?? 0);
        const { failure } = await run(this.#tests.get(id), hangsAfter(took));
        if (failure === null) continue;
        this.#killers = [id, ...this.#killers.filter((one) => one !== id)].slice(0, 20);
        if (failure === HANGS || space.hitCount > space.hitLimit) return { status: 'timeout', reason: id };
        return { status: 'killed', killedBy: [id], failureMessage: failure, nrOfTests: at + 1 };
      }
      return { status: 'survived', nrOfTests: ids.length };
    } finally {
      space.activeMutant = undefined;
    }
  }
}

const HANGS = 'It waits for ever.';

/** @returns how long it took, ms, and why it failed or null */
async function run(test, patience) {
  const start = performance.now();
  let timer;
  const hangs = new Promise((_, reject) => {
    if (patience < Infinity) timer = setTimeout(() => reject(new Error(HANGS)), patience);
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
