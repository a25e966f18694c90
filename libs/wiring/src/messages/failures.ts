import { type ConversationChangeView, type FieldError } from '#contracts';
import { type EpochMs } from '#kernel';

/** Why a query has no answer. The gateway turns each code into a status and a text. */
export type QueryFailure =
  /** No persona of this installation goes by the reference. */
  | { readonly code: 'customer_not_found' }
  /** Somebody went by it, was erased, and has not been seen since. */
  | { readonly code: 'customer_erased'; readonly erasedAt: EpochMs }
  /** Touchpoints of several customers named this identifier: the caller has to say which customer id is meant. */
  | { readonly code: 'ambiguous_identifier'; readonly candidates: readonly string[] }
  /** `minPosition` was not reached in time; ask again after `retryAfterMs`. */
  | { readonly code: 'not_caught_up'; readonly retryAfterMs: number }
  /** The store has no such position: begin again, without it. */
  | { readonly code: 'unknown_position' }
  /** A reference, cursor or filter that means nothing. Pointers name the parameter: `/cursor`. */
  | { readonly code: 'invalid_parameters'; readonly errors: readonly FieldError[] };

/** Why nobody was erased. */
export type EraseFailure = QueryFailure;

/** Why a command over HTTP did nothing. */
export type CommandFailure = QueryFailure | VersionMismatch | KeyFailure;

/** The customer or the conversation is not as the caller believed; `version` is what it is. */
export interface VersionMismatch {
  readonly code: 'version_mismatch';
  readonly version: string;
  /** Of a conversation: who did what since the newest version that the caller believed in, newest first. */
  readonly changes?: readonly ConversationChangeView[];
}

/** Why a command with an idempotency key was not looked at. */
export type KeyFailure =
  /** The same caller used the key before, for something else. */
  | { readonly code: 'idempotency_key_reused' }
  /** The same command is being done at the moment. */
  | { readonly code: 'command_running'; readonly retryAfterMs: number };

/** Whom or what a command names. */
export interface Named {
  readonly kind: 'agent' | 'team';
  /** Kind and id of an agent; the word of a team. */
  readonly name: string;
}

/** A file that a command names, by its id. */
export interface NamedAttachment {
  readonly kind: 'attachment';
  readonly name: string;
}

export const invalidCursor: QueryFailure = {
  code: 'invalid_parameters',
  errors: [
    { pointer: '/cursor', code: 'invalid_cursor', detail: 'Is not a cursor of this list: begin again without it.' },
  ],
};

export type InvalidParameters = Extract<QueryFailure, { readonly code: 'invalid_parameters' }>;
