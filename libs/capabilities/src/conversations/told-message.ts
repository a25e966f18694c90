import { type Channel, type ConversationKind, directionOf, type TextDirection, type TouchpointEvent } from '#contracts';

/** Deterministic UUID from a purpose and parts. */
export type DeriveUuid = (purpose: string, ...parts: readonly string[]) => string;

/** What a touchpoint says, as a conversation keeps it. */
export interface ToldMessage {
  readonly messageId: string;
  readonly channel: Channel | null;
  readonly direction?: TextDirection;
  readonly attachments?: readonly string[];
  readonly text?: string;
}

const textMember = { message: 'text', call: 'notes', complaint: 'text', review: 'text' } as const;
const subjectMembers = { message: 'subject', call: 'notes', complaint: 'issue', review: 'title' } as const;

export function messageOf({ id, data }: TouchpointEvent, kind: ConversationKind, uuid: DeriveUuid): ToldMessage {
  const text = textOf(data.details, textMember[kind]);
  const { attachments } = data.details;
  const ids = Array.isArray(attachments)
    ? attachments.map((each, index) => uploadIn(each) ?? uuid('attachment', id, String(index)))
    : [];
  return {
    messageId: id,
    channel: data.channel,
    ...(text !== undefined && { text, direction: directionOf(text) }),
    ...(ids.length > 0 && { attachments: [...new Set(ids)] }),
  };
}

/** A file that was not uploaded has an id all the same: it is shown as missing. */
const uploadIn = (attachment: unknown): string | undefined =>
  typeof attachment === 'object' && attachment !== null && 'id' in attachment && typeof attachment.id === 'string'
    ? attachment.id
    : undefined;

const SUBJECT = 120;

/** What it is called until somebody calls it otherwise: its own subject, the beginning of its text, or its kind. */
export function subjectOf({ data: { details } }: TouchpointEvent, kind: ConversationKind): string {
  const text = textOf(details, subjectMembers[kind]) ?? textOf(details, textMember[kind]) ?? '';
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return [...line.slice(0, 2 * SUBJECT)].slice(0, SUBJECT).join('').trim() || kind;
}

export function textOf(details: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = details[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
