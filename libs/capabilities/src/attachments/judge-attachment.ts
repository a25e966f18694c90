import { fail, type Result, succeed } from '#kernel';
import { type AttachmentType, attachmentType } from './attachment-types.js';
import { attachmentName } from './attachment-name.js';

/** A file as somebody sends it. */
export interface SentFile {
  readonly name: string | undefined;
  /** As it is declared, in small letters and without parameters; nothing where it is called bytes and no more. */
  readonly declared: string | undefined;
  /** By its magic bytes. */
  readonly found: string | undefined;
  readonly isText: boolean;
}

export interface JudgedFile {
  readonly name: string;
  readonly mediaType: string;
}

export type AttachmentRefusal =
  /** Not one of the kinds that may be attached. */
  | 'type-not-allowed'
  /** It is not what it is declared to be. */
  | 'type-disagrees';

/** What a file is taken for. What is declared must be what is found, and a name ends as files of the kind do. */
export function judgeAttachment({ name, declared, found, isText }: SentFile): Result<JudgedFile, AttachmentRefusal> {
  if (declared === undefined) {
    const type = attachmentType(found ?? (isText ? 'text/plain' : ''));
    return type === undefined ? fail('type-not-allowed') : succeed(named(name, type));
  }
  const type = attachmentType(declared);
  if (type === undefined) return fail('type-not-allowed');
  return agrees(type, found, isText) ? succeed(named(name, type)) : fail('type-disagrees');
}

function agrees(type: AttachmentType, found: string | undefined, isText: boolean): boolean {
  // Magic bytes are letters, too: an order of a BMW is no picture. What has them and is not text has no UTF-8, or a NUL.
  if (type.isText) return isText;
  return found !== undefined && (found === type.madeOf || attachmentType(found) === type);
}

const named = (name: string | undefined, type: AttachmentType): JudgedFile => ({
  name: attachmentName(name ?? '', type.endings),
  mediaType: type.mediaType,
});
