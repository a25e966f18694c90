import {
  AGENT,
  type EndReason,
  endReasons,
  MAX_WAIT_SECONDS,
  type RoutingStrategy,
  routingStrategies,
} from '../agents/agent-words.js';
import { ACTOR, MAX_TAGS, type Priority, priorities, UUID } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Flag, Whole } from '../events/fields/number.js';
import { List, Nested, Optional } from '../events/fields/structure.js';
import { Code, Codes, Instant, OneOf, Pattern } from '../events/fields/text.js';
import { type Channel, channels, type TextDirection } from '../touchpoints/touchpoint-event.js';
import {
  type AgentStanding,
  agentStandings,
  type DeclineReason,
  declineReasons,
  MAX_CONSIDERED,
  type NotDoneReason,
  notDoneReasons,
} from './routing-words.js';

const MAX_INTEGER = 2_147_483_647;
const Version = (): PropertyDecorator => Whole(1, MAX_INTEGER);

/** It is our turn in a conversation: what of it decides who should have it. */
export class ItemChangedDto {
  /** Of the conversation that it tells of. */
  @Public()
  @Version()
  version!: number;

  /** Whose it is; nobody's, without. */
  @Public()
  @Optional()
  @Pattern(ACTOR, 140)
  agent?: string;

  /** Who had the customer before, where nobody has it. */
  @Public()
  @Optional()
  @Pattern(AGENT, 41)
  previousAgent?: string;

  @Public()
  @Optional()
  @Code()
  team?: string;

  @Public()
  @OneOf(channels)
  channel!: Channel;

  @Public()
  @OneOf(priorities)
  priority!: Priority;

  @Public()
  @Optional()
  @Codes(MAX_TAGS)
  tags?: string[];

  /** Of the customer's last message. */
  @Public()
  @Optional()
  @OneOf(['ltr', 'rtl'])
  direction?: TextDirection;

  /** Since when it is our turn. */
  @Public()
  @Instant()
  since!: string;

  /** The next due time of its service clocks. */
  @Public()
  @Optional()
  @Instant()
  dueAt?: string;
}

/** It is no longer our turn. */
export class ItemLeftDto {
  @Public()
  @Version()
  version!: number;
}

/** How one agent stood. */
export class ConsideredAgentDto {
  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  @Public()
  @OneOf(agentStandings)
  standing!: AgentStanding;

  /** What they had on the channel, and may have. */
  @Public()
  @Whole(0, MAX_INTEGER)
  load!: number;

  @Public()
  @Whole(0, MAX_INTEGER)
  limit!: number;
}

/** Everything that a decision rests on. */
export class RoutingReasonsDto {
  /** Whose conversation it is. */
  @Public()
  @Code()
  team!: string;

  @Public()
  @OneOf(routingStrategies)
  strategy!: RoutingStrategy;

  @Public()
  @Whole(1, MAX_INTEGER)
  weight!: number;

  /** Since when it had waited, and when this was decided. */
  @Public()
  @Instant()
  since!: string;

  @Public()
  @Instant()
  decidedAt!: string;

  @Public()
  @Flag()
  breached!: boolean;

  /** The chosen one had the customer before. */
  @Public()
  @Flag()
  returning!: boolean;

  /** The chosen one is of another team, which this one overflows into. */
  @Public()
  @Optional()
  @Code()
  overflow?: string;

  /** In the order of preference; those who could not have it behind those who could. */
  @Public()
  @List(ConsideredAgentDto, MAX_CONSIDERED)
  considered!: ConsideredAgentDto[];

  /** How many more were considered. */
  @Public()
  @Optional()
  @Whole(1, MAX_INTEGER)
  others?: number;
}

/** Routing gave a conversation to an agent. */
export class RoutedDto {
  /** Of the conversation after it. */
  @Public()
  @Version()
  version!: number;

  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  @Public()
  @Nested(RoutingReasonsDto)
  why!: RoutingReasonsDto;
}

/** An agent is asked whether they take it. */
export class OfferedDto {
  /** Of the conversation that they are asked about. */
  @Public()
  @Optional()
  @Version()
  version?: number;

  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  /** How long they have, from when this was recorded; see `offerEndsAt`. */
  @Public()
  @Optional()
  @Whole(1, MAX_WAIT_SECONDS)
  seconds?: number;

  /** Until when they had, in offers of before they said for how long. */
  @Public()
  @Optional()
  @Instant()
  until?: string;

  @Public()
  @Nested(RoutingReasonsDto)
  why!: RoutingReasonsDto;
}

/** Whoever is asked says no: others are asked at once. */
export class DeclinedDto {
  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  /** Until when they were asked: it says which offer it was. */
  @Public()
  @Instant()
  until!: string;

  @Public()
  @OneOf(declineReasons)
  reason!: DeclineReason;
}

/** It was taken from an agent who is away and has said so, or who can have none any more. */
export class ReturnedDto {
  @Public()
  @Version()
  version!: number;

  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  @Public()
  @Optional()
  @OneOf(endReasons)
  reason?: EndReason;
}

/** What was decided about it came too late. */
export class NotDoneDto {
  /** Of the conversation as it was found, where it was. */
  @Public()
  @Optional()
  @Version()
  version?: number;

  @Public()
  @Pattern(AGENT, 41)
  agent!: string;

  @Public()
  @OneOf(['assign', 'offer', 'return'])
  act!: 'assign' | 'offer' | 'return';

  @Public()
  @OneOf(notDoneReasons)
  reason!: NotDoneReason;

  /** Id of the command that it was. */
  @Public()
  @Pattern(UUID, 36)
  decision!: string;
}
