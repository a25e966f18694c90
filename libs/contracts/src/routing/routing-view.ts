import { type EndReason } from '../agents/agent-words.js';
import { type Priority } from '../conversations/conversation-words.js';
import { type Channel } from '../touchpoints/touchpoint-event.js';
import { type RoutingReasonsDto } from './routing-events.dto.js';
import { type DeclineReason, type NotDoneReason } from './routing-words.js';

/** Something that routing decided about a conversation, or that whoever it asked said of it. */
export interface RoutingDecisionView {
  readonly at: string;
  /** `not_done`: it was otherwise by then, and whoever made it so came first. */
  readonly what: 'assigned' | 'offered' | 'declined' | 'returned' | 'not_done';
  /** Kind and id. */
  readonly agent: string;
  /** Until when they are asked, or were when they declined. */
  readonly until: string | null;
  /** Why it was not done, they declined, or it was taken from them. */
  readonly reason: NotDoneReason | DeclineReason | EndReason | null;
  /** What it rests on: how long it had waited, who was considered, and why not. */
  readonly why: RoutingReasonsDto | null;
  readonly position: string;
}

/** What routing decided about a conversation: the last 50 decisions, newest first. */
export interface ConversationRoutingView {
  readonly conversationId: string;
  readonly decisions: readonly RoutingDecisionView[];
}

/** What somebody has on a channel, by weight, and may have. `excess` is what they were given by hand beyond it. */
export interface ChannelLoadView {
  readonly channel: Channel;
  readonly load: number;
  readonly limit: number;
  readonly excess: number;
}

export interface AgentLoadView {
  readonly id: string;
  /** Channels on which they have something or may have. */
  readonly channels: readonly ChannelLoadView[];
}

/** A conversation that somebody is asked to take. */
export interface AgentOfferView {
  readonly conversationId: string;
  readonly channel: Channel;
  readonly team: string | null;
  readonly priority: Priority;
  /** Then others are asked before them. */
  readonly until: string;
}

/** What somebody is asked to take, what lapses first first. */
export interface AgentOffersView {
  readonly id: string;
  /** As of when. */
  readonly at: string;
  readonly offers: readonly AgentOfferView[];
}

/** They are not asked about it any more. */
export interface OfferDeclinedView {
  readonly conversationId: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}
