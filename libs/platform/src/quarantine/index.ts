export * from './quarantine.port.js';
export { quarantineMigrations } from './quarantine-migrations.js';
export { createQuarantine, quarantineLimits } from './postgres-quarantine.js';
