export * from './canonical-json.js';
export * from './clock.js';
export * from './decider.js';
export * from './event.js';
export * from './parsed-json.js';
export * from './projection.js';
export * from './read-models.js';
export * from './result.js';
