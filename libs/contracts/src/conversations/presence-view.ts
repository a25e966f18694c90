/** What somebody does in a conversation at the moment. */
export const presenceStates = ['viewing', 'typing'] as const;
export type PresenceState = (typeof presenceStates)[number];

export interface PresentAgentView {
  /** Kind and id, `user:0198…`. */
  readonly agent: string;
  /** `typing` when it is so in any of the places where they have it open. */
  readonly state: PresenceState;
  /** When they came. */
  readonly since: string;
}

/** Who has a conversation open. Nothing of it is kept: it is no event, and has no position. */
export interface PresenceView {
  readonly conversationId: string;
  /** Who types first, then who came first; at most 20. */
  readonly present: readonly PresentAgentView[];
  /** How many more there are. */
  readonly others: number;
}

export interface OwnPresenceView extends PresenceView {
  /** Say so again within this, as long as it is true. */
  readonly renewWithinSeconds: number;
}

/** A conversation has changed: read it again, with the position as `minPosition`. */
export interface ConversationMovedView {
  readonly conversationId: string;
  readonly version: string;
  /** Decimal digits; the id of the message. */
  readonly position: string;
}
