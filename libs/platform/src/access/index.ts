export * from './api-keys.port.js';
export * from './audit-trail.port.js';
export { accessMigrations } from './postgres/access-migrations.js';
export { createApiKeys } from './postgres/create-api-keys.js';
export * from './principal.js';
