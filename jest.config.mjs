// swc compiles everything to CommonJS: NestJS 12 is ESM, and Jest's native ESM breaks when a CommonJS package requires it.
// Packages that ship ESM only are compiled too; add one here when "Must use import to load ES Module" turns up.
// The exporter of traces is CommonJS that imports `http` when it first sends.
const esmPackages = [
  '@nestjs/[^/]+',
  'content-disposition',
  'cookie',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer/[^/]+',
  '@borewit/text-codec',
  'csv-parse',
  'openid-client',
  'oauth4webapi',
  'oidc-provider',
  'jose',
  '@opentelemetry/otlp-exporter-base',
  'temporal-polyfill',
  'temporal-utils',
];
const swc = {
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};
const base = {
  testEnvironment: 'node',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: { '^.+\\.(ts|js)$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  setupFiles: ['reflect-metadata'],
};
const withServers = {
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
};
const roots = ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'];

// Real brokers need Java: `npm run test:kafka`.
const kafka = '\\.kafka\\.spec\\.ts$';
const withBrokers = {
  globalSetup: '<rootDir>/test/kafka-setup.mjs',
  globalTeardown: '<rootDir>/test/kafka-teardown.mjs',
};

// Faults, whole real data sets and generated requests take minutes, not seconds: `npm run test:slow`.
const slow = ['/test/faults/(event-store|overload)/', '/test/real-data/', '/test/api/fuzz'];
// The image, the compose file and the alert rules need a Docker engine, the chart needs Helm, which is minutes to build where it is
// missing: `npm run test:deploy`, `npm run test:chart`.
const chart = '/test/deploy/chart\\.spec\\.ts$';
const deploy = '/test/deploy/.*\\.spec\\.ts$';
const quick = { testPathIgnorePatterns: ['/node_modules/', ...slow, deploy] };

export default {
  // Of a slow machine with others at work on it. What hangs is found all the same.
  testTimeout: 180_000,
  projects: [
    { ...base, ...quick, displayName: 'unit', roots, testRegex: '(?<!\\.(int|e2e|kafka))\\.spec\\.ts$' },
    { ...base, ...quick, ...withServers, displayName: 'int', roots, testRegex: '\\.int\\.spec\\.ts$' },
    { ...base, ...quick, ...withServers, displayName: 'e2e', roots, testRegex: '\\.e2e\\.spec\\.ts$' },
    { ...base, ...withBrokers, displayName: 'kafka', roots, testRegex: kafka },
    {
      ...base,
      ...withServers,
      displayName: 'slow',
      roots,
      testRegex: slow.map((folder) => `${folder}.*\\.spec\\.ts$`),
    },
    { ...base, displayName: 'deploy', roots, testRegex: deploy, testPathIgnorePatterns: ['/node_modules/', chart] },
    { ...base, displayName: 'chart', roots, testRegex: chart },
  ],
};
