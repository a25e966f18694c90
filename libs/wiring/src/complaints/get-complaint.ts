import { complaintItem, complaintOfEvents } from '#capabilities';
import { type ComplaintStepView, type ComplaintView, isComplaintEvent } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { type ConversationLogPorts, isErased } from '../conversations/conversation-log.js';
import { type DecodeEvents } from '../sealing.js';
import { loadComplaint } from './complaint-log.js';

/** A complaint with its steps, as its own events tell it; nothing where there is none, or its customer was erased. */
export async function getComplaint(
  ports: ConversationLogPorts & { readonly decode: DecodeEvents },
  complaintId: string,
): Promise<ComplaintView | undefined> {
  const loaded = await loadComplaint(ports, complaintId);
  const row = complaintOfEvents(loaded.events);
  if (row === undefined || (await isErased(ports, loaded))) return undefined;
  const opened = (await ports.decode(loaded.events, 'opened')).filter(isComplaintEvent);
  return { ...complaintItem(row), steps: opened.map(stepOf) };
}

function stepOf({ version, type, occurredAt, data }: RecordedEvent): ComplaintStepView {
  const { by, ...said }: { readonly by?: string } = typeof data === 'object' && data !== null ? data : {};
  return { version: String(version), type, at: new Date(occurredAt).toISOString(), by: by ?? null, data: said };
}
