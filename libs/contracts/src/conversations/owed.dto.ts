import { Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { Instant } from '../events/fields/text.js';

/** What the customer waits for in a conversation: a person's reply, since their oldest message without one. Nothing, without a time. */
export class OwedDto {
  @Public()
  @Optional()
  @Instant()
  since?: string;
}

/** Since when an answer is owed; `null` where none is. */
export const owedSinceOf = ({ since }: Readonly<OwedDto>): number | null =>
  since === undefined ? null : Date.parse(since);

export const toOwed = (since: number | null): OwedDto =>
  since === null ? {} : { since: new Date(since).toISOString() };
