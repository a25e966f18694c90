/** A file that was uploaded. Until something said refers to it, only whoever uploaded it can fetch it. */
export interface UploadedAttachmentView {
  /** What a message or reply names it by. */
  readonly id: string;
  /** As it will be downloaded. */
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Of its bytes, hexadecimal; the `ETag` when it is fetched. */
  readonly sha256: string;
  /** Unless something refers to it by then, it goes. */
  readonly expiresAt: string;
}

/** A file that goes with something said in a conversation. */
export interface AttachmentView {
  readonly id: string;
  /** `null`, like the rest, where nothing is known of it: it was never uploaded here, or is another customer's. */
  readonly name: string | null;
  readonly mediaType: string | null;
  readonly sizeBytes: number | null;
  /** Whether it can be fetched. */
  readonly available: boolean;
}
