import { type AttachmentView } from '#contracts';

/** What is known of files of a customer, by their ids; of others nothing is told. */
export type DescribeAttachments = (customerId: string, ids: readonly string[]) => Promise<readonly AttachmentView[]>;

/** Of a file that is not there, or not this customer's. */
export const missingAttachment = (id: string): AttachmentView => ({
  ...{ id, name: null, mediaType: null, sizeBytes: null },
  available: false,
});
