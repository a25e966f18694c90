import { Public } from '../events/fields/field-class.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { Instant, Pattern, Patterns } from '../events/fields/text.js';
import { ACTOR, MAX_PROMISES, MAX_SPLIT, UUID } from './conversation-words.js';
import { OwedDto } from './owed.dto.js';

/** It goes on in another conversation of the same customer. */
export class MergedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  into!: string;
}

/** It is a conversation of its own again. */
export class UnmergedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  into!: string;

  /** What is owed in it from now on: nothing where that was answered in the other one. As before, where events do not say. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;

  /** Since when it stands as somebody chose, where nothing is owed in it any more. From now on, where events do not say. */
  @Public()
  @Optional()
  @Instant()
  since?: string;
}

/** The other side of a merge. */
export class AbsorbedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  from!: string;

  /** What was owed in the other one, and is owed here now. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;
}

/** The other side of a merge's end. */
export class ReleasedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  from!: string;

  /** What is owed in it without the other one. As before, where events do not say. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;

  /** Since when it is open without the other one, where nothing is owed in it. From now on, where events do not say. */
  @Public()
  @Optional()
  @Instant()
  since?: string;
}

/** It is no spam after all. */
export class SpamClearedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  /** What is owed in it from now on: nobody measured how long it had waited as spam. As before, where events do not say. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;
}

/** Something was said in it after its customer had been erased: nobody can read it, and no list keeps it. */
export class ForgottenDto {
  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_SPLIT)
  messages?: string[];

  @Public()
  @Optional()
  @Patterns(UUID, 36, MAX_PROMISES)
  promises?: string[];
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

  /** What is owed in it for those that stayed. As before, where events do not say. */
  @Public()
  @Optional()
  @Nested(OwedDto)
  owes?: OwedDto;
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
