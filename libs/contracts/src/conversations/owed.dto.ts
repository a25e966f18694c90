import { Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { Instant, Patterns } from '../events/fields/text.js';

/** Messages that wait besides the oldest, of which it is told when they were said: of more than these, the newest. */
export const MAX_LATER = 100;
const UTC_INSTANT = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}[.]\\d{3}Z$';

/** What the customer waits for in a conversation: a person's reply, since their oldest message without one. Nothing, without a time. */
export class OwedDto {
  @Public()
  @Optional()
  @Instant()
  since?: string;

  /** When they said more that waits, where that goes on elsewhere: an answer of a time in between, told late, leaves this owed. */
  @Public()
  @Optional()
  @Patterns(UTC_INSTANT, 24, MAX_LATER)
  later?: string[];
}

/** Since when an answer is owed; `null` where none is. */
export const owedSinceOf = ({ since }: Readonly<OwedDto>): number | null =>
  since === undefined ? null : Date.parse(since);

/** When all of it was said, as far as it is told. */
export const instantsOwed = ({ since, later = [] }: Readonly<OwedDto>): readonly number[] =>
  since === undefined ? [] : [since, ...later].map((each) => Date.parse(each));

const iso = (instant: number): string => new Date(instant).toISOString();

export const toOwed = (since: number | null): OwedDto => (since === null ? {} : { since: iso(since) });

/** What is owed in another conversation from now on, so that nothing of it is answered before it was said. */
export function toOwedElsewhere(instants: readonly number[]): OwedDto {
  const [since, ...others] = [...new Set(instants)].sort((one, other) => one - other);
  if (since === undefined) return {};
  const later = others.slice(-MAX_LATER).map(iso);
  return { since: iso(since), ...(later.length > 0 && { later }) };
}
