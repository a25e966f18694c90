import { type DescribeAttachments } from '#capabilities';
import { type AttachmentView } from '#contracts';
import { type AttachmentStore } from '#platform/attachments';
import { type Vault } from '#platform/vault';
import { openBoxes } from './attachment-box.js';

/** What is known of files that messages name, as far as they are their customer's own. */
export const createAttachmentDescriber =
  ({
    attachments,
    vault,
  }: {
    readonly attachments: Pick<AttachmentStore, 'find'>;
    readonly vault: Vault;
  }): DescribeAttachments =>
  async (customerId, ids) => {
    if (ids.length === 0) return [];
    const files = (await attachments.find(ids)).filter(
      ({ expiresAt, key }) => expiresAt === undefined && key.personaId === customerId,
    );
    const boxes = await openBoxes(vault, files);
    return files.flatMap(({ id, mediaType, sizeBytes }): readonly AttachmentView[] => {
      const box = boxes.get(id);
      return box === undefined ? [] : [{ id, name: box.name, mediaType, sizeBytes, available: true }];
    });
  };
