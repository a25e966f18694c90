export * from './collector.js';
export * from './database.js';
