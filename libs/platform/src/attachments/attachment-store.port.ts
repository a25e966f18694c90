import { type EpochMs } from '#kernel';
import { type PersonaKeyRef } from '#platform/vault';

/** A file that is about to be kept. Its name, its digest and the key of its bytes are in the box. */
export interface NewAttachment {
  /** Random UUID: nobody guesses it. */
  readonly id: string;
  /** Who sent it, kind and id. */
  readonly uploader: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** What the box is sealed with: until the file is used, a key of its day. */
  readonly key: PersonaKeyRef;
  readonly sealed: string;
  readonly at: EpochMs;
  /** Unless something refers to it by then, it goes. */
  readonly expiresAt: EpochMs;
}

export interface StoredAttachment extends Omit<NewAttachment, 'expiresAt' | 'at'> {
  /** Nothing once it is used: then it is there as long as its customer is. */
  readonly expiresAt: EpochMs | undefined;
}

/** How much may be kept that nothing refers to. */
export interface UnusedLimits {
  readonly files: number;
  readonly bytes: number;
  readonly filesOfUploader: number;
  readonly bytesOfUploader: number;
}

export type Begun =
  | { readonly status: 'begun' }
  /** No room: the uploader has, or all together have, as much as nothing refers to as may be. Some of it goes at `freeAt`. */
  | { readonly status: 'full'; readonly whose: 'uploader' | 'all'; readonly freeAt: EpochMs };

/** Files that people send along with what they say. Bytes come sealed, in pieces; whoever keeps them elsewhere sees no more than that. */
export interface AttachmentStore {
  /** Takes the room; the file is there for others once it is finished. */
  begin(attachment: NewAttachment, limits: UnusedLimits): Promise<Begun>;
  writePiece(id: string, number: number, bytes: Uint8Array): Promise<void>;
  finish(id: string): Promise<void>;
  /** Of a file that nobody will finish. */
  discard(id: string): Promise<void>;
  /** Finished ones, in any order; those that are not there are left out. */
  find(ids: readonly string[]): Promise<readonly StoredAttachment[]>;
  /** Whose it is from now on, in one step; false where it is not sealed with `from` any more. */
  bind(id: string, from: PersonaKeyRef, to: { readonly key: PersonaKeyRef; readonly sealed: string }): Promise<boolean>;
  readPiece(id: string, number: number): Promise<Uint8Array | undefined>;
}

/** What time, and erasing somebody, do to files. Each answers how many are gone, at most `limit`. */
export interface AttachmentUpkeep {
  removeExpired(at: EpochMs, limit: number): Promise<number>;
  removeSealedWith(key: PersonaKeyRef, limit: number): Promise<number>;
  /** Sealed with a key that was destroyed: by whoever did not know of them, or before a restore. */
  removeUnreadable(limit: number): Promise<number>;
}
