export * from './connection.js';
export * from './embedded/embedded-postgres.js';
export { EmbeddedPostgresLostError, type ServerNews } from './embedded/keep-running.js';
export { EmbeddedPostgresStartError } from './embedded/start-error.js';
export { freePort } from './embedded/processes.js';
export * from './listen.js';
export * from './migrate.js';
