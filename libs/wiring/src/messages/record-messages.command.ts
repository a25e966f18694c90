import { Command } from '@nestjs/cqrs';
import { type TouchpointResult } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RecordingRequest } from './record-touchpoints.command.js';

/** Of one request of a Segment or RudderStack SDK. */
export interface MessagesRequest extends RecordingRequest {
  /** Of the touchpoints. */
  readonly source: string;
  /** By the sender's clock, any JSON value. */
  readonly sentAt?: unknown;
  readonly receivedAt: EpochMs;
  /** Nothing is stored, and nothing quarantined, when one of them is refused. */
  readonly strict: boolean;
  /** The key is known to everybody: nobody is believed who they are, and what cannot be used is not kept. */
  readonly isClaimed?: boolean;
}

/** What became of one message. `kind` is that of the touchpoint that it became, if it became one. */
export type MessageResult = { readonly kind?: string } & (
  | TouchpointResult
  /** Stored before, with a time that another `sentAt` had corrected. */
  | { readonly status: 'duplicate'; readonly id?: string }
  /** Kept, and not a touchpoint: somebody has to decide what becomes of it. */
  | { readonly status: 'quarantined'; readonly id?: string; readonly errors: Refusal['errors'] }
);

type Refusal = Extract<TouchpointResult, { readonly status: 'refused' }>;

/**
 * Stores what SDKs send: one result for each message, in their order, each judged alone. A message that is no valid touchpoint is
 * quarantined; refused with `quarantine_full` when there is no room.
 * Throws `StoreBusyError` or `AppendOutcomeUnknownError` when some are without an answer; sending all of them again is safe.
 */
export class RecordMessages extends Command<readonly MessageResult[]> {
  constructor(
    /** As they were sent: any JSON values. `type` says which call each one is. */
    readonly messages: readonly unknown[],
    readonly request: MessagesRequest,
  ) {
    super();
  }
}
