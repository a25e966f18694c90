import { randomUUID } from 'node:crypto';
import { checkRootCauses, findRootCauses } from '#capabilities';
import { ROOT_CAUSES_STREAM, type RootCausesDto } from '#contracts';
import { canonicalJson, fail, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type ConversationPorts } from '../conversations/change-conversation.js';
import { caughtUp, notCaughtUp } from '../customer-directory.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type CommandAttempt } from '../once.js';
import { type ComplaintChanged } from './change-complaint.js';

/** Each time somebody else was faster; after these the sender is asked to come again. */
const TRIES = 5;

export type RootCausesPorts = Pick<ConversationPorts, 'vault' | 'clock' | 'directory'> & {
  readonly store: Pick<EventStore, 'append'>;
};

/** Makes a list of root causes the one that findings are taken from, at the version of the list before it. */
export async function defineRootCauses(
  ports: RootCausesPorts,
  { causes }: RootCausesDto,
  { principal, correlationId, trace, expectedVersions = 'any' }: CommandRequest,
  attempt: CommandAttempt,
): Promise<ComplaintChanged> {
  const { store, vault, clock, directory } = ports;
  const commandId = attempt.commandId ?? randomUUID();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const late = await caughtUp(directory, await directory.head(), ['root-causes']);
    if (late) return fail(late);
    const row = await findRootCauses(directory.readModels);
    const version = String(row?.version ?? 0);
    if (row && canonicalJson(row.causes) === canonicalJson(causes))
      return succeed({ id: 'root-causes', version, position: row.last_position.toString() });
    if (expectedVersions !== 'any' && !expectedVersions.includes(version))
      return fail({ code: 'version_mismatch', version });
    const refusal = checkRootCauses(causes, row?.causes ?? []);
    if (refusal) return fail({ code: 'root_causes_refused', reason: refusal });
    const outcome = await store.append({
      appendId: vault.uuid('root-causes-append', commandId),
      requestHash: vault.digest('root-causes', canonicalJson(causes)),
      streams: [
        {
          stream: ROOT_CAUSES_STREAM,
          expect: row === undefined ? 'none' : { version: row.version },
          events: [
            {
              ...{ id: vault.uuid('root-causes-event', commandId), type: 'root_causes.defined', schemaVersion: 1 },
              ...{ key: ROOT_CAUSES_STREAM, occurredAt: clock.now() },
              data: { by: actorText(actorOf(principal)), causes },
              meta: { source: '/safar', correlationId, causationId: commandId, ...trace },
            },
          ],
        },
      ],
    });
    switch (outcome.status) {
      case 'appended':
      case 'repeated': {
        const after = String(outcome.versions[0] ?? 0);
        return succeed({ id: 'root-causes', version: after, position: outcome.lastPosition.toString() });
      }
      case 'conflict':
        continue;
      case 'id-reused':
        return fail({ code: 'idempotency_key_reused' });
      case 'closed':
        throw new Error('the stream of root causes is closed');
    }
  }
  return fail(notCaughtUp);
}
