import { type EpochMs } from '#kernel';

/** A command that its sender may repeat: sent again under the same key it is answered as before, and nothing is done twice. */
export interface RepeatableCommand {
  /** UUID from who sent it and their key. */
  readonly commandId: string;
  /** 16 bytes over what was asked for: the same key with another hash is a mistake. */
  readonly requestHash: Uint8Array;
}

/** The right to do a command's work, for a while: whoever dies with it is followed by the next who asks. */
export interface Attempt {
  /** 1 and up; above 1, somebody began before and did not get to the end. */
  readonly number: number;
  /** When the first attempt began, by the database's clock. */
  readonly since: EpochMs;
}

export type Claim =
  | { readonly status: 'mine'; readonly attempt: Attempt }
  | { readonly status: 'answered'; readonly answer: unknown }
  /** Somebody else is at it, in this process or another. */
  | { readonly status: 'running' }
  /** The key was used before for something else. */
  | { readonly status: 'reused' };

/** What repeatable commands were answered, for at least 30 days. Kept by all processes together. */
export interface CommandAnswers {
  claim(command: RepeatableCommand): Promise<Claim>;
  /**
   * Keeps the answer. Gives back the one that is kept: another's, where a second attempt was faster than the first.
   * @param answer any JSON value, and bigints; at most 64 KB. It must hold no personal data: it outlives an erasure.
   */
  keep(command: RepeatableCommand, answer: unknown): Promise<unknown>;
  /** Nothing was done: the key is as good as new. */
  forget(command: RepeatableCommand, attempt: Attempt): Promise<void>;
  /** Nobody knows what was done: whoever asks next tries again. */
  giveUp(command: RepeatableCommand, attempt: Attempt): Promise<void>;
}
