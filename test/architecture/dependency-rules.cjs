// The layers of docs/glossary.md and the tree in README.md as rules that fail. Read by dependency-rules.spec.ts.
const libraries = ['kernel', 'contracts', 'capabilities', 'platform', 'wiring', 'testing'];
const mayImport = {
  kernel: [],
  contracts: ['kernel'],
  capabilities: ['kernel', 'contracts'],
  platform: ['kernel', 'contracts'],
  wiring: ['kernel', 'contracts', 'capabilities', 'platform'],
  testing: ['kernel', 'contracts', 'capabilities', 'platform', 'wiring'],
};
// Tests, the suites that adapters share, and what only they use.
const ofTests = '\\.(spec|conformance)\\.ts$|/fixtures/';
const others = (allowed, self) => libraries.filter((name) => name !== self && !allowed.includes(name)).join('|');

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(mayImport).map(([library, allowed]) => ({
      name: `${library}-imports-only-${allowed.join('-and-') || 'itself'}`,
      severity: 'error',
      from: { path: `^libs/${library}/src/.*\\.ts$`, pathNot: ofTests },
      to: { path: `^(libs/(${others(allowed, library)})|apps|test|bench)/` },
    })),
    {
      name: 'kernel-needs-no-package',
      severity: 'error',
      from: { path: `^libs/kernel/src/.*\\.ts$`, pathNot: ofTests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'capabilities-meet-only-in-contracts',
      severity: 'error',
      from: { path: '^libs/capabilities/src/([^/]+)/' },
      to: { path: '^libs/capabilities/src/[^/]+/', pathNot: '^libs/capabilities/src/$1/' },
    },
    {
      name: 'capabilities-do-no-input-or-output',
      severity: 'error',
      from: { path: `^libs/capabilities/src/.*\\.ts$`, pathNot: ofTests },
      to: { path: '^(node:)?(fs|net|http|https|child_process|crypto|os)(/|$)|node_modules/(pg|kafkajs|typeorm)/' },
    },
    {
      name: 'nest-only-at-the-edge',
      severity: 'error',
      from: { path: `^libs/(kernel|contracts|capabilities|platform)/src/.*\\.ts$`, pathNot: ofTests },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'platform-folders-meet-at-their-entries',
      severity: 'error',
      from: { path: `^libs/platform/src/([^/]+)/.*\\.ts$`, pathNot: ofTests },
      to: {
        path: '^libs/platform/src/[^/]+/',
        pathNot: ['^libs/platform/src/$1/', '^libs/platform/src/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'libraries-are-entered-by-their-entry',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: {
        path: '^libs/[^/]+/src/',
        pathNot: [
          '^libs/$2/src/',
          '^libs/[^/]+/src/index\\.ts$',
          '^libs/platform/src/[^/]+/index\\.ts$',
          // All of wiring but what needs NestJS.
          '^libs/wiring/src/operations\\.ts$',
        ],
      },
    },
    {
      name: 'apps-do-not-import-apps',
      severity: 'error',
      from: { path: '^apps/(?!standalone/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^(apps|libs/(?!testing))', pathNot: ofTests },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'opentelemetry-is-in-one-file',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['/otlp-tracing\\.ts$', ofTests] },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'opentelemetry-is-loaded-when-asked-for',
      severity: 'error',
      from: {},
      to: { path: '/otlp-tracing\\.ts$', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'production-needs-no-dev-packages',
      severity: 'error',
      from: { path: `^(apps|libs/(?!testing)).*\\.ts$`, pathNot: ofTests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
