// The import table of ARCHITECTURE.md. scripts/check-boundaries.mjs runs it and refuses a run that saw no modules.
const CORE = '^src/(domain|desired|homeguard|strategies|observed|performance|reconciler)/';
const LOOP_FILES = '^src/reconciler/(reconcile|controller)[.]ts$';
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('domain-knows-nothing', '^src/domain/', '^src/domain/'),
    only('desired-imports-core', '^src/desired/', '^src/(domain|desired)/'),
    only('homeguard-imports-core', '^src/homeguard/', '^src/(domain|desired|observed|homeguard)/'),
    only('strategies-import-core', '^src/strategies/', '^src/(domain|desired|strategies|observed)/'),
    only('observed-imports-core', '^src/observed/', '^src/(domain|desired|observed)/'),
    only('performance-imports-core', '^src/performance/', '^src/(domain|observed|performance)/'),
    {
      ...only(
        'reconciler-imports-core',
        '^src/reconciler/',
        '^src/(domain|desired|strategies|observed|reconciler)/',
      ),
      from: { path: '^src/reconciler/', pathNot: LOOP_FILES },
    },
    only(
      'loop-of-the-reconciler',
      LOOP_FILES,
      '^src/(domain|desired|strategies|observed|reconciler|actions)/',
    ),
    only(
      'actions-import-core-and-ports',
      '^src/actions/',
      '^src/(domain|desired|strategies|observed|reconciler|actions)/',
    ),
    only(
      'broker-imports-core-and-ports',
      '^src/broker/',
      '^src/(domain|observed|market|broker)/|^src/reconciler/ports[.]ts$',
    ),
    only(
      'market-imports-core-and-ports',
      '^src/market/',
      '^src/(domain|observed|market)/|^src/reconciler/ports[.]ts$',
    ),
    only(
      'conformance-imports-core-and-ports',
      '^src/conformance/',
      '^src/(domain|observed|conformance)/|^src/reconciler/ports[.]ts$',
    ),
    only('programs-import-ports', '^src/programs/', '^src/programs/|^src/reconciler/ports[.]ts$'),
    only(
      'store-imports-core-and-ports',
      '^src/store/',
      '^src/(domain|desired|observed|store)/|^src/reconciler/ports[.]ts$',
    ),
    only(
      'performance-imports-core',
      '^src/performance/',
      '^src/(domain|desired|observed|strategies|performance)/',
    ),
    only(
      'simulation-is-the-loop-in-memory',
      '^src/simulation/',
      '^src/(domain|desired|strategies|observed|reconciler|actions|market|broker|performance|simulation)/',
    ),
    {
      name: 'adapter-and-server-meet-over-http-only',
      severity: 'error',
      from: { path: '^src/broker/(alpaca|server)/' },
      to: { path: '^src/broker/(alpaca|server)/', pathNot: '^src/broker/$1/' },
    },
    {
      name: 'core-touches-no-built-in-module',
      severity: 'error',
      comment: 'node:crypto is allowed in domain/digest.ts alone: a hash is a pure function.',
      from: { path: CORE, pathNot: `${LOOP_FILES}|^src/domain/digest[.]ts$` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'digest-uses-only-crypto',
      severity: 'error',
      from: { path: '^src/domain/digest[.]ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'loop-touches-no-built-in-module',
      severity: 'error',
      from: { path: `^src/(actions|conformance)/|${LOOP_FILES}` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-and-loop-use-few-packages',
      severity: 'error',
      from: { path: `${CORE}|^src/(actions|conformance)/` },
      to: { path: 'node_modules/', pathNot: 'node_modules/(@types/)?(luxon|zod|js-yaml|immer)/' },
    },
    {
      name: 'only-the-adapter-knows-the-sdk',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/broker/alpaca/' },
      to: { path: 'node_modules/@alpacahq/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|proof|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
