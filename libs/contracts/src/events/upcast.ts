import { type RecordedEvent } from '#kernel';
import { eventTypes } from './event-types.js';
import { createUpcast } from './upcasters.js';

/**
 * The event as the current version of its type, opened or sealed.
 * @throws EventNewerThanCodeError
 */
export const upcast: (event: RecordedEvent) => RecordedEvent = createUpcast(eventTypes);
