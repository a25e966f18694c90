export * from './checkpoint.js';
export * from './decode-page.js';
export * from './event-source.port.js';
export { laneOf } from './lane.js';
export { ReadAhead } from './read-ahead.js';
export { storeSubscription, type SubscribableStore } from './store-subscription.js';
export { transaction, transactionAtOnce } from './transaction.js';
export * from './troubles.js';
export * from './wake-up.js';
