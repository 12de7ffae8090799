import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const core = [
  'src/domain/**/*.ts',
  'src/desired/**/*.ts',
  'src/homeguard/**/*.ts',
  'src/strategies/**/*.ts',
  'src/observed/**/*.ts',
  'src/performance/**/*.ts',
  'src/reconciler/**/*.ts',
];
const loop = [
  'src/reconciler/reconcile.ts',
  'src/reconciler/controller.ts',
  'src/actions/**/*.ts',
  'src/conformance/**/*.ts',
];

const worldGlobals = [
  'Date',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'console',
  'performance',
];
const noWorld = [
  'error',
  ...worldGlobals.map((name) => ({
    name,
    message: 'The core and the loop touch the world only through ports.',
  })),
];
const zodByName = {
  selector:
    'ImportDeclaration[source.value="zod"] ImportSpecifier[imported.name="z"], ImportDeclaration[source.value="zod"] ImportDefaultSpecifier',
  message: "Use import * as z from 'zod': it loads 18 ms faster.",
};
const noChance = [
  'error',
  { object: 'Math', property: 'random', message: 'Randomness comes in through a port.' },
];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.stryker-tmp/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'no-restricted-syntax': ['error', zodByName],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 14, variant: 'modified' }],
      'max-params': ['error', 4],
    },
  },
  {
    files: core,
    rules: {
      'no-restricted-globals': noWorld,
      'no-restricted-properties': noChance,
    },
  },
  {
    files: core,
    ignores: loop,
    rules: {
      'no-restricted-syntax': [
        'error',
        zodByName,
        { selector: ':function[async=true]', message: 'The core is synchronous.' },
        { selector: 'AwaitExpression', message: 'The core is synchronous.' },
      ],
    },
  },
  { files: loop, rules: { 'no-restricted-globals': noWorld, 'no-restricted-properties': noChance } },
  {
    files: ['src/reconciler/ports.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'proof/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
