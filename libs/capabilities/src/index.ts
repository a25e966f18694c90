export * from './customers/customer-erasures.projection.js';
export * from './customers/customer-identifiers.projection.js';
export * from './customers/customers.projection.js';
export * from './customers/fold-text.js';
export * from './customers/get-customer.query.js';
export * from './customers/list-customers.query.js';
export * from './customers/resolve-customer.query.js';
export * from './timeline/open-timeline.port.js';
export * from './timeline/timeline-feed.js';
export * from './timeline/timeline.projection.js';
export * from './timeline/timeline.query.js';
export * from './touchpoints/accept-touchpoint.js';
export * from './touchpoints/customer-reference.js';
export * from './touchpoints/normalise-identifier.js';
export * from './touchpoints/text-direction.js';
export * from './timeline/entries-of-events.js';
export * from './touchpoints/cloud-events/touchpoint-of-cloud-event.js';
export * from './touchpoints/segment/touchpoint-of-message.js';
export { identifiersOfMessage } from './touchpoints/segment/who.js';
export { businessSeconds, due, type Pause } from './service-clocks/calendars/business-time.js';
export { type CalendarRefusal, saveVersion } from './service-clocks/calendars/check-calendar.js';
export {
  type CalendarOf,
  type ClockCommand,
  type ClockRefusal,
  serviceClock,
  type ServiceClock,
  type StartedClock,
} from './service-clocks/service-clock.decider.js';
export { explainClock } from './service-clocks/explain-clock.js';
export { chooseTerms } from './service-clocks/choose-terms.js';
