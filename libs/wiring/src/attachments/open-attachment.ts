import { type Clock, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText, type Principal } from '#platform/access';
import { type AttachmentStore, openPiece, piecesOf, type StoredAttachment } from '#platform/attachments';
import { type Vault } from '#platform/vault';
import { type AttachmentFailure, type OpenedAttachment } from '../messages/attachment.messages.js';
import { openBoxes } from './attachment-box.js';

export interface OpenPorts {
  readonly attachments: Pick<AttachmentStore, 'find' | 'readPiece'>;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** A file for somebody who may read conversations; one that nothing refers to yet, only for who uploaded it. */
export async function openAttachment(
  ports: OpenPorts,
  id: string,
  principal: Principal,
): Promise<Result<OpenedAttachment, AttachmentFailure>> {
  const [file] = await ports.attachments.find([id]);
  if (file === undefined || !mayFetch(file, principal, ports.clock)) return fail({ code: 'attachment_not_found' });
  const box = (await openBoxes(ports.vault, [file])).get(id);
  // Its key is gone, and the file goes in a moment.
  if (box === undefined) return fail({ code: 'attachment_not_found' });
  const { name, sha256 } = box;
  const { mediaType, sizeBytes } = file;
  return succeed({ name, sha256, mediaType, sizeBytes, bytes: () => piecesIn(ports, file, box.key) });
}

function mayFetch({ expiresAt, uploader }: StoredAttachment, principal: Principal, clock: Clock): boolean {
  if (expiresAt === undefined) return true;
  return expiresAt > clock.now() && uploader === actorText(actorOf(principal));
}

async function* piecesIn(
  { attachments }: OpenPorts,
  { id, sizeBytes }: StoredAttachment,
  keyText: string,
): AsyncGenerator<Uint8Array> {
  const key = Buffer.from(keyText, 'base64');
  const of = piecesOf(sizeBytes);
  for (let number = 0; number < of; number += 1) {
    const sealed = await attachments.readPiece(id, number);
    if (sealed === undefined) throw new Error(`attachment ${id} has gone while it was read`);
    yield openPiece(key, { id, number, of }, sealed);
  }
}
