/** A kind of file that may be attached. */
export interface AttachmentType {
  readonly mediaType: string;
  /** How names of such files end; the first one is added to a name that ends otherwise. */
  readonly endings: readonly string[];
  /** Other names that senders and browsers have for it, and what its magic bytes look like to a general eye. */
  readonly aliases?: readonly string[];
  /** Of something that has no magic bytes: UTF-8 text is believed. */
  readonly isText?: true;
  /** What it may be found to be: these formats are made of another, and not every writer puts first what tells them apart. */
  readonly madeOf?: string;
}

const zipped = (mediaType: string, ending: string): AttachmentType => ({
  mediaType,
  endings: [ending],
  madeOf: 'application/zip',
});
const compound = (mediaType: string, ending: string): AttachmentType => ({
  mediaType,
  endings: [ending],
  madeOf: 'application/x-cfb',
});

/**
 * What people send to a support desk. Nothing that a browser would run (HTML, SVG, scripts) and nothing that a computer would: what is
 * not in the list is refused.
 */
export const attachmentTypes: readonly AttachmentType[] = [
  { mediaType: 'image/jpeg', endings: ['jpg', 'jpeg'], aliases: ['image/jpg', 'image/pjpeg'] },
  { mediaType: 'image/png', endings: ['png'], aliases: ['image/apng', 'image/x-png'] },
  { mediaType: 'image/gif', endings: ['gif'] },
  { mediaType: 'image/webp', endings: ['webp'] },
  { mediaType: 'image/avif', endings: ['avif'] },
  { mediaType: 'image/heic', endings: ['heic', 'heif'], aliases: ['image/heif', 'image/heic-sequence'] },
  { mediaType: 'application/pdf', endings: ['pdf'], aliases: ['application/x-pdf'] },
  { mediaType: 'audio/mpeg', endings: ['mp3'], aliases: ['audio/mp3'] },
  { mediaType: 'audio/ogg', endings: ['ogg', 'oga', 'opus'], aliases: ['audio/opus', 'application/ogg'] },
  { mediaType: 'audio/mp4', endings: ['m4a'], aliases: ['audio/x-m4a', 'audio/m4a'] },
  { mediaType: 'audio/aac', endings: ['aac'] },
  { mediaType: 'audio/amr', endings: ['amr'] },
  { mediaType: 'audio/wav', endings: ['wav'], aliases: ['audio/x-wav', 'audio/vnd.wave', 'audio/wave'] },
  { mediaType: 'video/mp4', endings: ['mp4', 'm4v'], aliases: ['video/x-m4v'] },
  { mediaType: 'video/webm', endings: ['webm'], aliases: ['audio/webm'] },
  { mediaType: 'video/quicktime', endings: ['mov'] },
  { mediaType: 'video/3gpp', endings: ['3gp'] },
  zipped('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'),
  zipped('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'),
  zipped('application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'),
  zipped('application/vnd.oasis.opendocument.text', 'odt'),
  zipped('application/vnd.oasis.opendocument.spreadsheet', 'ods'),
  zipped('application/vnd.oasis.opendocument.presentation', 'odp'),
  compound('application/msword', 'doc'),
  compound('application/vnd.ms-excel', 'xls'),
  compound('application/vnd.ms-powerpoint', 'ppt'),
  { mediaType: 'application/zip', endings: ['zip'], aliases: ['application/x-zip-compressed'] },
  { mediaType: 'text/plain', endings: ['txt', 'log', 'md'], isText: true },
  { mediaType: 'text/csv', endings: ['csv'], isText: true },
];

const byName = new Map(
  attachmentTypes.flatMap((type) => [type.mediaType, ...(type.aliases ?? [])].map((name) => [name, type] as const)),
);

export const attachmentType = (mediaType: string): AttachmentType | undefined => byName.get(mediaType);
