export * from './customers/customer-events.js';
export * from './touchpoints/touchpoint-event.js';
export * from './touchpoints/touchpoint-result.js';
