import {
  ACTOR,
  type Priority,
  priorities,
  statusCategories,
  type StatusCategory,
} from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Nested, Optional } from '../events/fields/structure.js';
import { Code, Codes, Line, OneOf, Pattern } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { MAX_AT_RISK_SECONDS, queueViews, type QueueView } from './queue-words.js';

/** Each of them is counted whenever somebody looks at the counts. */
export const MAX_SAVED_VIEWS = 20;
const MAX_FILTER_CODES = 10;

/** What the parameters of the queue say; what is left out lets everything pass. */
export class SavedFilterDto {
  @Public()
  @Optional()
  @OneOf(queueViews)
  view?: QueueView;

  @Public()
  @Optional()
  @Code()
  team?: string;

  /** Kind and id; `nobody` for those that nobody has. */
  @Public()
  @Optional()
  @Pattern(`^nobody$|${ACTOR}`, 140)
  agent?: string;

  @Public()
  @Optional()
  @OneOf(channels)
  channel?: Channel;

  @Public()
  @Optional()
  @ListOf(statusCategories)
  categories?: StatusCategory[];

  /** The organisation's own words for how a conversation stands. */
  @Public()
  @Optional()
  @Codes(MAX_FILTER_CODES)
  statuses?: string[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priorities?: Priority[];

  /** Must have all of them. */
  @Public()
  @Optional()
  @Codes(MAX_FILTER_CODES)
  tags?: string[];

  /** How near a due time is at risk. */
  @Public()
  @Optional()
  @Whole(1, MAX_AT_RISK_SECONDS)
  withinSeconds?: number;

  /** IANA name: where today ends. Without it, that is where whoever looks is. */
  @Public()
  @Optional()
  @Line(64)
  timeZone?: string;
}

export class SavedViewDto {
  @Public()
  @Code()
  id!: string;

  /** As it is called. */
  @Public()
  @Line(64)
  name!: string;

  @Public()
  @Nested(SavedFilterDto)
  filter!: SavedFilterDto;
}

/** All views of one owner, in the order in which they are shown. */
export class SavedViewsDto {
  @Public()
  @List(SavedViewDto, MAX_SAVED_VIEWS, 0)
  views!: SavedViewDto[];
}

/** The views of whoever the stream names are these from now on. */
export class QueueViewsSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(SavedViewDto, MAX_SAVED_VIEWS, 0)
  views!: SavedViewDto[];
}
