/**
 * Mutation testing of the core; `scripts/mutate.mjs` is how it is run, and CONTRIBUTING.md says what it is for.
 *
 * `StringLiteral` mutants are left out. A literal of a union cannot become another text without an error of the
 * compiler, which is a check before all tests; what is left are sentences for people, and a test that repeats each of
 * them word for word would hold nothing but the word.
 */
export default {
  plugins: ['./scripts/mutation/runner.mjs', './scripts/mutation/reporter.mjs'],
  testRunner: 'core',
  reporters: ['lines'],
  coverageAnalysis: 'perTest',
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'data', 'proof', 'bench', 'coverage', 'docs', 'reports'],
  // Nothing looks at the types in the sandbox.
  disableTypeChecks: false,
  tempDirName: '.stryker-tmp',
  // Each runner has all tests of the core in memory, and the machine has others to serve.
  concurrency: 1,
  // For what the machine does besides; a mutant that loops is seen by counting, long before.
  timeoutMS: 30_000,
  dryRunTimeoutMinutes: 20,
  allowEmpty: true,
};
