import { Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { Code, Codes, Instant, OneOf, Pattern } from '../events/fields/text.js';
import {
  ACTOR,
  type ChosenCategory,
  chosenCategories,
  MAX_TAGS,
  type Priority,
  priorities,
  reopenCauses,
  statusCauses,
  wakeCauses,
  type WakeRule,
  wakeRules,
} from './conversation-words.js';

/** What somebody did to a conversation. */
export class ByDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;
}

/** Whose it is now; nobody's, without an agent. */
export class AssignedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  agent?: string;
}

/** Which team it waits in now; in none, without a team. */
export class TransferredDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Optional()
  @Code()
  team?: string;
}

export class PrioritisedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(priorities)
  priority!: Priority;
}

export class TaggedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  added?: string[];

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  removed?: string[];
}

/** A status of the organisation's own, with the category that it counted as: what the word meant later changes no history. */
export class StatusChangedDto {
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  by?: string;

  @Public()
  @OneOf(chosenCategories)
  category!: ChosenCategory;

  @Public()
  @Code()
  status!: string;

  @Public()
  @OneOf(statusCauses)
  cause!: (typeof statusCauses)[number];

  /** Since when it has stood so, where the end of a merge restores how it stood; otherwise from now on. */
  @Public()
  @Optional()
  @Instant()
  since?: string;
}

export class SnoozedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Instant()
  until!: string;

  @Public()
  @OneOf(wakeRules)
  wake!: WakeRule;

  /** Since when it has been put aside, where the end of a merge restores that; otherwise from now on. */
  @Public()
  @Optional()
  @Instant()
  since?: string;
}

/** A snooze is over; the conversation is open again. */
export class WokenDto {
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  by?: string;

  @Public()
  @OneOf(wakeCauses)
  cause!: (typeof wakeCauses)[number];
}

/** It had been resolved, and is open again. */
export class ReopenedDto {
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  by?: string;

  @Public()
  @OneOf(reopenCauses)
  cause!: (typeof reopenCauses)[number];
}
