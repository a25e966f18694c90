import { type ItemColumns } from './queue-item.js';
import { type QueuePorts } from './open-subjects.port.js';

const openingsSql = `
  SELECT conversation_id, customer_id, opened_event_id, opened_data FROM {conversations} WHERE conversation_id = ANY ($1::uuid[])`;

interface Opening {
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly opened_event_id: string;
  readonly opened_data: unknown;
}

/** Subjects by conversation: the queue keeps nothing that is personal, and looks them up for the rows of a page. */
export async function subjectsOf(
  { readModels, open }: QueuePorts,
  rows: readonly Pick<ItemColumns, 'conversation_id'>[],
): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map(({ conversation_id: id }) => id);
  const openings = await readModels.query<Opening>(openingsSql, [ids]);
  const opened = await open(
    openings.map((opening) => ({
      customerId: opening.customer_id,
      eventId: opening.opened_event_id,
      ...{ type: 'conversation.opened', schemaVersion: 1, data: opening.opened_data },
    })),
  );
  return new Map(
    openings.flatMap(({ conversation_id: id }, index) => {
      const subject = opened[index]?.['subject'];
      return typeof subject === 'string' ? [[id, subject] as const] : [];
    }),
  );
}
