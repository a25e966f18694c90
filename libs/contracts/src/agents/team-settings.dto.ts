import { type Priority, priorities, MAX_TAGS } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Optional } from '../events/fields/structure.js';
import { Code, Codes, OneOf, Patterns } from '../events/fields/text.js';
import { type Channel, channels, type TextDirection } from '../touchpoints/touchpoint-event.js';
import {
  AGENT,
  MAX_MEMBERS,
  MAX_OVERFLOWS,
  MAX_SKILLS,
  MAX_TEAM_RULES,
  MAX_WAIT_SECONDS,
  MAX_WEIGHT,
  type RoutingStrategy,
  routingStrategies,
} from './agent-words.js';

/** What a conversation needs that is on one of these channels, has one of these tags, and is written in this direction; unnamed, any. */
export class TeamNeedDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channels?: Channel[];

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  tags?: string[];

  /** Of the customer's last message. */
  @Public()
  @Optional()
  @OneOf(['ltr', 'rtl'])
  direction?: TextDirection;

  @Public()
  @Optional()
  @Codes(MAX_SKILLS)
  skills?: string[];

  @Public()
  @Optional()
  @Code(35)
  language?: string;
}

/** What a conversation weighs that is on one of these channels and has one of these priorities; unnamed, any. */
export class TeamWeightDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channels?: Channel[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priorities?: Priority[];

  @Public()
  @Whole(1, MAX_WEIGHT)
  weight!: number;
}

/** A team whose members are asked too, once a conversation has waited that long. */
export class TeamOverflowDto {
  @Public()
  @Code()
  team!: string;

  @Public()
  @Whole(1, MAX_WAIT_SECONDS)
  afterSeconds!: number;
}

/** Who is in a team, and how its conversations find their agents. */
export class TeamSettingsDto {
  @Public()
  @OneOf(routingStrategies)
  strategy!: RoutingStrategy;

  @Public()
  @Optional()
  @Patterns(AGENT, 41, MAX_MEMBERS)
  members?: string[];

  /** Conversations without a team on these channels are its. */
  @Public()
  @Optional()
  @ListOf(channels)
  channels?: Channel[];

  /** All that apply count together. */
  @Public()
  @Optional()
  @List(TeamNeedDto, MAX_TEAM_RULES)
  needs?: TeamNeedDto[];

  /** The first that applies counts; without one, a conversation weighs 1. */
  @Public()
  @Optional()
  @List(TeamWeightDto, MAX_TEAM_RULES)
  weights?: TeamWeightDto[];

  @Public()
  @Optional()
  @List(TeamOverflowDto, MAX_OVERFLOWS)
  overflow?: TeamOverflowDto[];

  /** How long a returning customer waits for whoever had them before, where that one is busy. */
  @Public()
  @Optional()
  @Whole(1, MAX_WAIT_SECONDS)
  stickySeconds?: number;

  /** An agent is asked first, and has this long to take it; without it, conversations are given. */
  @Public()
  @Optional()
  @Whole(1, MAX_WAIT_SECONDS)
  offerSeconds?: number;
}
