import { Command, Query } from '@nestjs/cqrs';
import { type AttachmentRefusal } from '#capabilities';
import { type UploadedAttachmentView } from '#contracts';
import { type Result } from '#kernel';
import { type Principal } from './api-key-verifier.port.js';
import { type CommandRequest } from './command-request.js';
import { type KeyFailure } from './failures.js';

/** Why a file was not taken, or is not there. */
export type AttachmentFailure =
  | KeyFailure
  | { readonly code: 'attachment_refused'; readonly reason: AttachmentRefusal }
  /** The sender has as much as may be that nothing refers to. */
  | { readonly code: 'too_many_unused_attachments'; readonly retryAfterMs: number }
  /** All of them together have. */
  | { readonly code: 'overloaded'; readonly retryAfterMs: number }
  /** Never there, expired, erased, or of somebody else who has not used it yet. */
  | { readonly code: 'attachment_not_found' };

export interface SentAttachment {
  readonly name: string | undefined;
  /** As it is declared; nothing where it is called bytes and no more. */
  readonly declared: string | undefined;
  /** Lent: they are not kept after the answer. */
  readonly bytes: Uint8Array;
}

export class UploadAttachment extends Command<Result<UploadedAttachmentView, AttachmentFailure>> {
  constructor(
    readonly sent: SentAttachment,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** A file, and its bytes in pieces for whoever asks for them; they break off where it is erased meanwhile. */
export interface OpenedAttachment {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

export class GetAttachment extends Query<Result<OpenedAttachment, AttachmentFailure>> {
  constructor(
    readonly id: string,
    readonly principal: Principal,
  ) {
    super();
  }
}
