import { type Clock } from '#kernel';
import { type AttachmentStore, type StoredAttachment } from '#platform/attachments';
import { type PersonaKeyRef, type Vault } from '#platform/vault';
import { openBoxes, sealBox } from './attachment-box.js';

export interface BindPorts {
  readonly attachments: Pick<AttachmentStore, 'find' | 'bind'>;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** Somebody else may bind it in between, once. */
const LOOKS = 2;

/**
 * Makes uploads a customer's own: sealed under their key from here on, and there as long as they are. Done before whatever refers to them
 * is stored, so that nothing stored refers to what goes; where it is not stored after all, they wait under the customer's key. Binding to
 * the same customer again changes nothing.
 * @param key of the customer, as `currentKeys` gave it
 * @returns those that cannot be theirs: never uploaded, gone, or another customer's
 */
export async function bindAttachments(
  ports: BindPorts,
  key: PersonaKeyRef,
  ids: readonly string[],
): Promise<readonly string[]> {
  let left = [...new Set(ids)];
  for (let look = 0; look < LOOKS && left.length > 0; look += 1) {
    const files = new Map((await ports.attachments.find(left)).map((file) => [file.id, file]));
    const unused = [...files.values()].filter((file) => isUnused(file, ports.clock));
    const boxes = await openBoxes(ports.vault, unused);
    const bound = new Set<string>();
    for (const [id, file] of files) {
      const box = boxes.get(id);
      if (box) {
        const sealed = sealBox(ports.vault, key, id, box);
        if (await ports.attachments.bind(id, file.key, { key, sealed })) bound.add(id);
      } else if (isOf(file, key)) bound.add(id);
    }
    left = left.filter((id) => !bound.has(id));
  }
  return left;
}

const isUnused = ({ expiresAt }: StoredAttachment, clock: Clock): boolean =>
  expiresAt !== undefined && expiresAt > clock.now();

const isOf = ({ expiresAt, key }: StoredAttachment, { personaId, incarnation }: PersonaKeyRef): boolean =>
  expiresAt === undefined && key.personaId === personaId && key.incarnation === incarnation;
