import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const nondeterministic = (where) => [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: `Time is an argument in ${where}.`,
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: `Time is an argument in ${where}.` },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: `Chance is an argument in ${where}.`,
  },
  { selector: "CallExpression[callee.name='randomUUID']", message: `Ids are arguments in ${where}.` },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.safar/', 'clients/typescript/safar-api.ts'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strict, prettier],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A Nest module is a class that only carries its decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/unified-signatures': 'off',
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: false }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['warn', { max: 4 }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['libs/kernel/**/*.ts', 'libs/contracts/**/*.ts', 'libs/capabilities/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...nondeterministic('kernel, contracts and capabilities')] },
  },
  {
    files: ['**/*.spec.ts', '**/*.conformance.ts', 'libs/testing/**/*.ts', 'test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['test/load/**/*.ts', 'apps/cli/**/*.ts'], rules: { 'no-console': 'off' } },
);
