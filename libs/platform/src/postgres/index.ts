export * from './connection.js';
export * from './embedded/embedded-postgres.js';
export { freePort } from './embedded/processes.js';
export * from './migrate.js';
