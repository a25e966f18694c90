import { Personal, Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { WrittenText, Instant, Pattern } from '../events/fields/text.js';
import { ACTOR } from './conversation-words.js';

export class MakePromiseDto {
  /** What we will do, in the words of whoever promises it. */
  @Personal()
  @WrittenText(2_000)
  what!: string;

  @Public()
  @Instant()
  dueAt!: string;

  /** Who of us keeps it, kind and id; whoever promises it, unless told otherwise. */
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  owner?: string;

  /** What the customer has to do first. */
  @Personal()
  @Optional()
  @WrittenText(2_000)
  condition?: string;
}

export class ReschedulePromiseDto {
  /** Agreed with the customer before it was due. */
  @Public()
  @Instant()
  dueAt!: string;
}
