import { cloudEventMembers } from '../cloud-events/incoming-cloud-event.js';
import { type DtoClass } from '../events/fields/dto-class.js';
import { fieldsOf } from '../events/fields/fields-of.js';
import { kinds } from './kinds/kinds.js';
import { TouchpointDto } from './touchpoint.dto.js';

/** Members of the messages of SDKs, and of their parts, that are not members of a touchpoint. */
const OF_MESSAGES = [
  ...['messageId', 'type', 'event', 'name', 'category', 'userId', 'anonymousId', 'groupId', 'previousId', 'timestamp'],
  ...['originalTimestamp', 'sentAt', 'receivedAt', 'properties', 'traits', 'context', 'integrations', 'version'],
];

function* namesOf(dto: DtoClass): Generator<string> {
  for (const { name, nested } of fieldsOf(dto)) {
    yield name;
    if (nested) yield* namesOf(nested);
  }
}

function namesOfKinds(): readonly string[] {
  return Object.values(kinds).flatMap(({ details }) => (details === 'free' ? [] : [...namesOf(details)]));
}

let known: ReadonlySet<string> | undefined;

/**
 * Whether a member of what senders write has a name that was given here, or is an item of a list. Any other name a sender made up: it
 * may be that of a person, or their number.
 */
export function isKnownName(name: string): boolean {
  known ??= new Set([...namesOf(TouchpointDto), ...namesOfKinds(), ...cloudEventMembers, ...OF_MESSAGES]);
  return known.has(name) || /^\d{1,3}$/.test(name);
}
