import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * The modules under these have no state of their own, and their tests change nothing of the process. So a worker loads
 * the core once, not once for each file: a third of the time.
 */
const PURE = [
  'actions',
  'broker',
  'desired',
  'domain',
  'homeguard',
  'laws',
  'market',
  'observed',
  'performance',
  'reconciler',
  'strategies',
].map((folder) => `test/${folder}/**/*.test.ts`);

const shared = {
  // For what a machine with a lot else to do needs: nothing waits for these times in a test that passes.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // The bundle that some tests load is run as Node runs it.
  server: { deps: { external: [/\/dist\//] } },
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'core', include: PURE, isolate: false } },
      { test: { ...shared, name: 'world', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
    // Tests with processes mostly wait; one worker fewer than cores, the default, leaves a machine idle.
    maxWorkers: availableParallelism() + 1,
    globalSetup: ['test/support/build.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
