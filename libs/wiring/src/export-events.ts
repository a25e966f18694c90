import { randomUUID } from 'node:crypto';
import { type PersonalDataExportedDto, toCloudEvent } from '#contracts';
import { type NewEvent, type Position, type RecordedEvent } from '#kernel';
import { type Installation } from './installation.js';

export interface ExportRequest {
  /** Events after this position. */
  readonly after: Position;
  /** Personal members too: who asked for them stands in the log before the first one leaves. */
  readonly personalFor: string | undefined;
  readonly signal: AbortSignal;
}

export type CloudEvent = ReturnType<typeof toCloudEvent>;

/** The log up to its head, as CloudEvents. Without personal data, what is sealed is left out. */
export async function* exportEvents(installation: Installation, request: ExportRequest): AsyncGenerator<CloudEvent> {
  const { after, personalFor, signal } = request;
  const { store, decode } = installation;
  const head = await store.head();
  if (personalFor !== undefined) await audit(installation, { by: personalFor, after: after.toString() });
  for await (const page of store.replay(after)) {
    const events = await decode(page, personalFor === undefined ? 'sealed' : 'opened');
    for (const event of events) {
      // What comes while we export is for the next export.
      if (signal.aborted || event.position > head) return;
      yield toCloudEvent(withoutSealed(event));
    }
  }
}

function withoutSealed(event: RecordedEvent): RecordedEvent {
  if (typeof event.data !== 'object' || event.data === null || !('sealed' in event.data)) return event;
  const { sealed, ...open } = event.data;
  return { ...event, data: open };
}

async function audit({ store, vault, clock }: Installation, data: PersonalDataExportedDto): Promise<void> {
  const id = randomUUID();
  const event: NewEvent<'audit.personal_data_exported', PersonalDataExportedDto> = {
    id,
    type: 'audit.personal_data_exported',
    schemaVersion: 1,
    key: 'audit',
    occurredAt: clock.now(),
    data,
    meta: { source: '/safar', correlationId: id, causationId: id },
  };
  const outcome = await store.append({
    appendId: id,
    requestHash: vault.digest('audit', id),
    streams: [{ stream: 'audit', expect: 'any', events: [event] }],
  });
  if (outcome.status !== 'appended' && outcome.status !== 'repeated')
    throw new Error(`the export could not be recorded: ${outcome.status}`);
}
