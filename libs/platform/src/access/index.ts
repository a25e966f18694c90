export * from './api-keys.port.js';
export * from './audit-trail.port.js';
export * from './create-access.js';
export { accessMigrations } from './postgres/access-migrations.js';
export * from './principal.js';
export * from './sessions.port.js';
export { LEAST_PASSWORD_LENGTH, MOST_PASSWORD_LENGTH, PasswordsBusyError } from './sign-in/passwords.js';
export * from './sign-in/sign-in.js';
export * from './users.port.js';
