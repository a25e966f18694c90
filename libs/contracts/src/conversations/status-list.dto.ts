import { Public } from '../events/fields/field-class.js';
import { List, Nested } from '../events/fields/structure.js';
import { Code, Line, OneOf, Pattern } from '../events/fields/text.js';
import { ACTOR, statusCategories, type StatusCategory } from './conversation-words.js';

const MAX_STATUSES = 100;
const MAX_LABEL = 64;

/** How people read it, in each language. */
export class StatusLabelDto {
  @Public()
  @Line(MAX_LABEL)
  en!: string;

  @Public()
  @Line(MAX_LABEL)
  fa!: string;
}

/** A word of the organisation for how a conversation stands. */
export class ListedStatusDto {
  @Public()
  @Code()
  id!: string;

  /** What it counts as: whose turn it is, and whether clocks run. */
  @Public()
  @OneOf(statusCategories)
  category!: StatusCategory;

  @Public()
  @Nested(StatusLabelDto)
  label!: StatusLabelDto;
}

/** All of them, in the order in which they are shown. */
export class StatusesDto {
  @Public()
  @List(ListedStatusDto, MAX_STATUSES, 0)
  statuses!: ListedStatusDto[];
}

/** The whole list was set anew; it holds for what is asked for from now on. */
export class StatusesSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(ListedStatusDto, MAX_STATUSES, 0)
  statuses!: ListedStatusDto[];
}
