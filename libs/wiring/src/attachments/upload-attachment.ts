import { createHash, randomUUID } from 'node:crypto';
import { judgeAttachment, type JudgedFile } from '#capabilities';
import { type UploadedAttachmentView } from '#contracts';
import { type Clock, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import {
  type AttachmentStore,
  foundType,
  newFileKey,
  PIECE_BYTES,
  piecesOf,
  sealPiece,
  type UnusedLimits,
} from '#platform/attachments';
import { takeTurns } from '#platform/event-loop';
import { type Vault } from '#platform/vault';
import { type AttachmentFailure, type SentAttachment } from '../messages/attachment.messages.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type Once } from '../once.js';
import { sealBox } from './attachment-box.js';
import { UNUSED_MS, unusedKey } from './unused-key.js';

export interface UploadPorts {
  readonly attachments: AttachmentStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly unusedLimits: UnusedLimits;
}

/** What is kept of the answer: nothing in it is about anybody. */
interface Kept {
  readonly id: string;
  readonly expiresAt: string;
}

interface Described extends JudgedFile {
  readonly sha256: string;
}

/** Takes a file, and keeps it until something refers to it, or for a day. */
export async function uploadAttachment(
  ports: UploadPorts & { readonly once: Once },
  { name, declared, bytes }: SentAttachment,
  request: CommandRequest,
): Promise<Result<UploadedAttachmentView, AttachmentFailure>> {
  const { mediaType: found, isText } = await foundType(bytes);
  const judged = judgeAttachment({ name, declared, found, isText });
  if (!judged.ok) return fail({ code: 'attachment_refused', reason: judged.reason });
  const file = { ...judged.value, sha256: await digestOf(bytes) };
  const command = { command: 'upload-attachment', ...file };
  const kept = await ports.once<Kept, AttachmentFailure>(request, command, () => keep(ports, file, bytes, request));
  return kept.ok ? succeed({ ...kept.value, ...file, sizeBytes: bytes.length }) : kept;
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
    await takeTurns();
  }
  return hash.digest('hex');
}

/** Each attempt has an id of its own: of one that died, the rest expires, and two that meet do not write into one file. */
async function keep(
  ports: UploadPorts,
  { name, mediaType, sha256 }: Described,
  bytes: Uint8Array,
  { principal }: CommandRequest,
): Promise<Result<Kept, AttachmentFailure>> {
  const { attachments, vault, clock, unusedLimits } = ports;
  const id = randomUUID();
  const key = await unusedKey(ports);
  const fileKey = newFileKey();
  const at = clock.now();
  const expiresAt = at + UNUSED_MS;
  const sealed = sealBox(vault, key, id, { name, sha256, key: fileKey.toString('base64') });
  const uploader = actorText(actorOf(principal));
  const begun = await attachments.begin(
    { id, uploader, mediaType, sizeBytes: bytes.length, key, sealed, at, expiresAt },
    unusedLimits,
  );
  if (begun.status === 'full') return noRoom(begun.whose, begun.freeAt - at);
  try {
    const of = piecesOf(bytes.length);
    for (let number = 0; number < of; number += 1) {
      const piece = bytes.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
      await attachments.writePiece(id, number, sealPiece(fileKey, { id, number, of }, piece));
    }
    await attachments.finish(id);
  } catch (error) {
    // What went wrong matters more than that this cannot be cleaned up: it expires.
    await attachments.discard(id).catch(() => undefined);
    throw error;
  } finally {
    fileKey.fill(0);
  }
  return succeed({ id, expiresAt: new Date(expiresAt).toISOString() });
}

const LEAST_RETRY_MS = 1_000;

function noRoom(whose: 'uploader' | 'all', afterMs: number): Result<never, AttachmentFailure> {
  const retryAfterMs = Math.max(afterMs, LEAST_RETRY_MS);
  return fail({ code: whose === 'uploader' ? 'too_many_unused_attachments' : 'overloaded', retryAfterMs });
}
