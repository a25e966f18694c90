export { createLogger, type LoggerSettings } from './create-logger.js';
export { reduceError, type ReducedError } from './reduce-error.js';
