import { type CannedReplyEvent, cannedReplyIdOf, type CannedReplySettingsDto, foldText } from '#contracts';
import { type Projection } from '#kernel';

export type CannedReplyRow = {
  readonly reply_id: string;
  readonly stream: string;
  /** Of one that was removed the row stays: who saves it again must know the version. */
  readonly removed: boolean;
  readonly reply: CannedReplySettingsDto;
  readonly folder: string | null;
  readonly team: string | null;
  /** What a search looks at. */
  readonly search_text: string;
  readonly by: string;
  readonly saved_at: number;
  /** Of the stream, and where its last event stands. */
  readonly version: number;
  readonly last_position: bigint;
};

/** As written, and names in one word: می شود is می‌شود to some and میشود to others. Folding leaves no line breaks. */
function searchTextOf({ name, folder = '', text }: CannedReplySettingsDto): string {
  const [folded, within] = [foldText(name), foldText(folder)];
  return [folded, folded.replaceAll(' ', ''), within, within.replaceAll(' ', ''), foldText(text)].join('\n');
}

const emptied = { removed: true, reply: { name: '', text: '' }, folder: null, team: null, search_text: '' } as const;

/** Canned replies as they are: what lists and searches show, and what the next command is decided by. */
export const cannedReplies: Projection<CannedReplyRow, CannedReplyEvent> = {
  name: 'canned-replies',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      reply_id: { type: 'text' },
      stream: { type: 'text' },
      removed: { type: 'boolean' },
      reply: { type: 'json' },
      folder: { type: 'text', nullable: true },
      team: { type: 'text', nullable: true },
      search_text: { type: 'text' },
      by: { type: 'text' },
      saved_at: { type: 'timestamp' },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['reply_id'],
    owner: 'stream',
  },
  keys: ({ stream }) => [[cannedReplyIdOf(stream)]],
  when: {
    'canned_reply.saved': (_before, { stream, version, position, occurredAt, data: { by, reply } }) => ({
      ...{ reply_id: cannedReplyIdOf(stream), stream, removed: false, reply },
      ...{ folder: reply.folder ?? null, team: reply.team ?? null, search_text: searchTextOf(reply) },
      ...{ by, saved_at: occurredAt, version, last_position: position },
    }),
    'canned_reply.removed': (_before, { stream, version, position, occurredAt, data: { by } }) => ({
      ...{ reply_id: cannedReplyIdOf(stream), stream, ...emptied },
      ...{ by, saved_at: occurredAt, version, last_position: position },
    }),
  },
};
