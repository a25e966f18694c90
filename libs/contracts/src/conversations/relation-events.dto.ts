import { Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { Pattern, Patterns } from '../events/fields/text.js';
import { ACTOR, MAX_SPLIT, UUID } from './conversation-words.js';

/** It goes on in another conversation of the same customer. */
export class MergedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  into!: string;
}

/** The other side of a merge, and of its end. */
export class AbsorbedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  from!: string;
}

/** Something was said in it after its customer had been erased: nobody can read it, and no list keeps it. */
export class ForgottenDto {
  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_SPLIT)
  messages?: string[];
}

/** Some of its messages went on in a conversation of their own. */
export class SplitOffDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  into!: string;

  @Public()
  @Patterns(UUID, 36, MAX_SPLIT)
  messages!: string[];
}

/** It has to do with another conversation, of any customer. */
export class LinkedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  to!: string;
}
