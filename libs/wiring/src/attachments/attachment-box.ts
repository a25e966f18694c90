import { type StoredAttachment } from '#platform/attachments';
import { openAll, type PersonaKeyRef, type Vault } from '#platform/vault';

/** What is kept of a file under the key of whose it is. */
export interface AttachmentBox {
  readonly name: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Of its bytes: base64. */
  readonly key: string;
}

export const sealBox = (vault: Vault, key: PersonaKeyRef, id: string, box: AttachmentBox): string =>
  vault.seal(key, id, box);

/** The boxes that can still be opened, by the ids of their files. */
export async function openBoxes(
  vault: Vault,
  files: readonly StoredAttachment[],
): Promise<ReadonlyMap<string, AttachmentBox>> {
  const opened = await openAll(
    vault,
    files.map(({ id, key, sealed }) => ({ personaId: key.personaId, eventId: id, sealed })),
  );
  const boxes = new Map<string, AttachmentBox>();
  for (const [index, { id }] of files.entries()) {
    const box = opened[index];
    // Sealed by `sealBox`: tampering with it would not have opened.
    if (box?.status === 'opened') boxes.set(id, box.personal as AttachmentBox);
  }
  return boxes;
}
