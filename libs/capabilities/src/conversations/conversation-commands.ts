import {
  type AnswerKind,
  type Channel,
  type ChosenCategory,
  type ConversationKind,
  type conversationOrigins,
  type Priority,
  type TextDirection,
  type WakeRule,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type KnownConversation } from './conversation.js';

interface Asked {
  readonly at: EpochMs;
  /** Kind and id of who asks: `user:018f…`. */
  readonly by: string;
}

export interface OpenConversation {
  readonly type: 'OpenConversation';
  readonly at: EpochMs;
  readonly origin: (typeof conversationOrigins)[number];
  readonly by?: string;
  readonly customerId: string;
  readonly incarnation: number;
  readonly channel: Channel | null;
  readonly subject: string;
  /** When the touchpoint was recorded. */
  readonly toldAt?: EpochMs;
  readonly thread?: string;
  readonly follows?: string;
  /** What it takes along of the conversation that it is split from. */
  readonly messages?: readonly string[];
  readonly team?: string;
  readonly priority?: Priority;
  readonly direction?: TextDirection;
  /** When what it takes along was said, as far as that waits for an answer. */
  readonly owes?: readonly EpochMs[];
}

export interface CustomerMessage {
  /** Event id of the touchpoint. */
  readonly messageId: string;
  readonly kind: ConversationKind;
  readonly channel: Channel | null;
  readonly direction?: TextDirection;
  readonly attachments?: readonly string[];
  readonly text?: string;
}

export interface ReceiveMessage {
  readonly type: 'ReceiveMessage';
  readonly at: EpochMs;
  /** When the touchpoint was recorded. */
  readonly toldAt?: EpochMs;
  readonly message: CustomerMessage;
}

export interface Reply extends Asked {
  readonly type: 'Reply';
  readonly messageId: string;
  /** Where it goes; the conversation's own channel unless told otherwise. */
  readonly channel?: Channel;
  readonly direction: TextDirection;
  readonly attachments?: readonly string[];
  readonly text: string;
  /** The version that its author had read. */
  readonly since: number;
  /** Where the conversation stands after it; an open one waits for the customer after a person's, unless told otherwise. */
  readonly then?: ChosenCategory;
}

/** One of us has answered elsewhere: it is told, and was sent there. */
export interface TellReply extends Asked {
  readonly type: 'TellReply';
  /** When the touchpoint was recorded. */
  readonly toldAt: EpochMs;
  readonly elsewhere: AnswerKind;
  readonly messageId: string;
  readonly channel: Channel | null;
  readonly direction: TextDirection;
  readonly attachments?: readonly string[];
  readonly author?: string;
  readonly text?: string;
}

export interface AddNote extends Asked {
  readonly type: 'AddNote';
  readonly messageId: string;
  readonly direction: TextDirection;
  readonly mentions?: readonly string[];
  readonly attachments?: readonly string[];
  readonly text: string;
}

export type WorkCommand = Asked &
  (
    | { readonly type: 'Take' }
    /** That whoever was mentioned has seen it. */
    | { readonly type: 'SeeMention' }
    | { readonly type: 'Assign'; readonly agent?: string }
    | { readonly type: 'Transfer'; readonly team?: string; readonly keepAgent?: boolean }
    | { readonly type: 'Prioritise'; readonly priority: Priority }
    | { readonly type: 'Tag'; readonly add?: readonly string[]; readonly remove?: readonly string[] }
    | { readonly type: 'ChangeStatus'; readonly category: ChosenCategory; readonly status?: string }
    | { readonly type: 'Snooze'; readonly until: EpochMs; readonly wake: WakeRule }
  );

export type RelationCommand = Asked &
  (
    | (Pick<KnownConversation, 'customerId' | 'incarnation'> & {
        readonly type: 'Merge';
        readonly into: string;
        readonly self: string;
      })
    /**
     * With when what waits for an answer in the other one was said, if anything does, and whether it is our turn there. `aside`: it is
     * snoozed or waits for a third party there, so that we were to come back to it.
     */
    | {
        readonly type: 'Absorb';
        readonly from: string;
        readonly ours: boolean;
        readonly aside?: boolean;
        readonly owed?: readonly EpochMs[];
      }
    /**
     * `answeredUntil`: what had been said by then was answered in the other one, since it was merged. `measured`: what was owed in it was
     * owed there meanwhile.
     */
    | { readonly type: 'Unmerge'; readonly answeredUntil?: EpochMs; readonly measured: boolean }
    | { readonly type: 'Release'; readonly from: string }
    | { readonly type: 'SplitOff'; readonly into: string; readonly messages: readonly string[] }
    | { readonly type: 'MarkSpam'; readonly spam: boolean }
    | { readonly type: 'Link'; readonly to: string; readonly self: string; readonly linked: boolean }
  );

export type PromiseCommand = Asked & { readonly promiseId: string } & (
    | {
        readonly type: 'MakePromise';
        readonly owner: string;
        readonly dueAt: EpochMs;
        readonly what: string;
        readonly condition?: string;
      }
    | { readonly type: 'KeepPromise' }
    | { readonly type: 'ReschedulePromise'; readonly dueAt: EpochMs }
    | { readonly type: 'WaivePromise' }
  );

/** That a time has come: a snooze that is over by then ends, at its own time. */
export interface Wake {
  readonly type: 'Wake';
  readonly at: EpochMs;
}

/** That a time is over: promises that were due by then and not kept are broken, each at its own time. */
export interface BreakPromises {
  readonly type: 'BreakPromises';
  readonly at: EpochMs;
}

/** What nobody asks for: the passing of time. */
export type PassingCommand = Wake | BreakPromises;

export type SpokenCommand = ReceiveMessage | Reply | TellReply | AddNote;
export type ConversationCommand =
  OpenConversation | SpokenCommand | WorkCommand | RelationCommand | PromiseCommand | PassingCommand;

export type ConversationRefusal =
  | 'never-opened'
  | 'already-opened'
  /** It goes on in another one. */
  | 'merged'
  | 'not-merged'
  /** Others go on in it. */
  | 'has-absorbed'
  | 'spam'
  /** Somebody else has it. */
  | 'already-taken'
  /** Somebody spoke after the version that the author had read. */
  | 'replied-since'
  /** Of a version that there is not. */
  | 'unknown-version'
  /** A time that is over. */
  | 'in-the-past'
  | 'resolved'
  | 'other-customer'
  | 'itself'
  | 'unknown-message'
  /** Every message would leave it. */
  | 'nothing-left'
  | 'too-many-messages'
  | 'too-many-tags'
  | 'too-many-links'
  /** It is not one of this conversation. */
  | 'unknown-promise'
  /** It was kept or waived. */
  | 'promise-settled'
  /** Another time is agreed before the one that was promised. */
  | 'promise-over'
  /** We owe the customer something that we promised: keep or waive it first. */
  | 'promise-owed'
  | 'too-many-promises'
  | 'too-long';
