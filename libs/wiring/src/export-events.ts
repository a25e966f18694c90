import { toCloudEvent } from '#contracts';
import { type Position, type RecordedEvent } from '#kernel';
import { type OnBehalfOf } from './audited.js';
import { type Installation } from './installation.js';

export interface ExportRequest {
  /** Events after this position. */
  readonly after: Position;
  /** Personal members too. */
  readonly personal: boolean;
  /** Stands in the audit log before the first event leaves. */
  readonly by: OnBehalfOf;
  readonly signal: AbortSignal;
}

export type CloudEvent = ReturnType<typeof toCloudEvent>;

/** The log up to its head, as CloudEvents. Without personal data, what is sealed is left out. */
export async function* exportEvents(installation: Installation, request: ExportRequest): AsyncGenerator<CloudEvent> {
  const { after, personal, by, signal } = request;
  const { store, decode, audit } = installation;
  const head = await store.head();
  await audit.record({
    ...by,
    action: 'events.exported',
    subject: 'events:all',
    outcome: 'succeeded',
    details: { personal, after, position: head },
  });
  for await (const page of store.replay(after)) {
    const events = await decode(page, personal ? 'opened' : 'sealed');
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
