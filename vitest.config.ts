import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes; one worker fewer than cores, the default, leaves a small machine idle.
    maxWorkers: Math.max(2, availableParallelism()),
    // The bundle that some tests load is run as Node runs it.
    server: { deps: { external: [/\/dist\//] } },
    globalSetup: ['test/support/build.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
