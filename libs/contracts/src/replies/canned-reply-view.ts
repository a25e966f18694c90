import { type Page } from '../paging.js';

/** A reply that is written once. */
export interface CannedReplyView {
  /** The organisation's own word for it. */
  readonly id: string;
  readonly name: string;
  readonly folder: string | null;
  /** Whose it is; `null`: everybody's. */
  readonly team: string | null;
  readonly text: string;
  /** The `ETag`. */
  readonly version: string;
  /** RFC 3339. */
  readonly savedAt: string;
  readonly by: string;
}

export type CannedReplyPage = Page<CannedReplyView>;

/** What became of a change of a canned reply. */
export interface CannedReplyCommandView {
  readonly id: string;
  readonly version: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}

/** A canned reply as it would be said in one conversation. */
export interface RenderedReplyView {
  readonly id: string;
  readonly conversationId: string;
  readonly text: string;
  /** Variables that have no value here and no words instead: each stands in the text as it was written. */
  readonly missing: readonly string[];
}
