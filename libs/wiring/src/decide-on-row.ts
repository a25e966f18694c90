import { randomUUID } from 'node:crypto';
import { canonicalJson, type Clock, type Decision, type EpochMs, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';
import { caughtUp, type DirectoryPorts, notCaughtUp } from './customer-directory.js';
import { type CommandRequest } from './messages/command-request.js';
import { type CommandFailure } from './messages/failures.js';
import { type CommandAttempt } from './once.js';

export interface RowPorts {
  readonly store: Pick<EventStore, 'append' | 'head'>;
  readonly vault: Pseudonyms;
  readonly clock: Clock;
  readonly directory: DirectoryPorts;
}

export interface RowAsked {
  readonly at: EpochMs;
  readonly by: string;
}

export interface RowDecided {
  readonly id: string;
  readonly stream: string;
  readonly row: { readonly version: number; readonly last_position: bigint } | undefined;
  readonly decision: Decision<{ readonly type: string; readonly at: EpochMs; readonly data: object }, string> & {
    readonly accepted: true;
  };
}

export interface RowCommand {
  readonly request: CommandRequest;
  readonly attempt: CommandAttempt;
  readonly change: object;
  /** The read model that has the rows, one for each stream. */
  readonly model: string;
  /** What the commands are about, as the ids of their events are named by. */
  readonly about: string;
}

/** What was changed, and the version that it has now. */
export interface RowChanged {
  readonly id: string;
  readonly version: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}

/** Each time somebody else was faster; after these the sender is asked to come again. */
const TRIES = 5;

/**
 * Decides on the row of a read model that has come to the end of the log, and appends at the version of the row: what happened in
 * between is seen there, and decided on anew.
 */
export async function decideOnRow<Failure>(
  ports: RowPorts,
  { request, attempt, change, model, about }: RowCommand,
  decide: (asked: RowAsked) => Promise<Result<RowDecided, Failure>>,
): Promise<Result<RowChanged, Failure | CommandFailure>> {
  const { store, vault, clock, directory } = ports;
  const { principal, correlationId, trace, expectedVersions = 'any' } = request;
  const commandId = attempt.commandId ?? randomUUID();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const late = await caughtUp(directory, await store.head(), [model]);
    if (late) return fail(late);
    const decided = await decide({ at: clock.now(), by: actorText(actorOf(principal)) });
    if (!decided.ok) return decided;
    const { id, stream, row, decision } = decided.value;
    const version = String(row?.version ?? 0);
    // Of an attempt before that got as far as the append, nothing is left to decide.
    const isNew = decision.events.length > 0;
    if (
      expectedVersions !== 'any' &&
      !expectedVersions.includes(version) &&
      (isNew || attempt.begunBefore === undefined)
    )
      return fail({ code: 'version_mismatch', version });
    if (!isNew) return succeed({ id, version, position: (row?.last_position ?? 0n).toString() });
    const outcome = await store.append({
      appendId: commandId,
      requestHash: vault.digest(`${about}s`, canonicalJson(change)),
      streams: [
        {
          stream,
          expect: row === undefined ? 'none' : { version: row.version },
          events: decision.events.map(({ type, at, data }, index) => ({
            ...{ id: vault.uuid(`${about}-event`, commandId, String(index)), type, schemaVersion: 1, key: stream },
            ...{ occurredAt: at, data, meta: { source: '/safar', correlationId, causationId: commandId, ...trace } },
          })),
        },
      ],
    });
    switch (outcome.status) {
      case 'appended':
      case 'repeated': {
        const [after = 0] = outcome.versions;
        return succeed({ id, version: String(after), position: outcome.lastPosition.toString() });
      }
      case 'conflict':
        continue;
      // The key's answer is not kept any more, and it stood for something else.
      case 'id-reused':
        return fail({ code: 'idempotency_key_reused' });
      case 'closed':
        throw new Error(`the stream ${stream} is closed`);
    }
  }
  return fail(notCaughtUp);
}
