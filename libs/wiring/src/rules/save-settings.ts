import { randomUUID } from 'node:crypto';
import { type RuleSettingsCommandView } from '#contracts';
import { canonicalJson, type Clock, fail, type RecordedEvent, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';
import { type CommandRequest } from '../messages/command-request.js';
import { type KeyFailure, type VersionMismatch } from '../messages/failures.js';
import { type CommandAttempt } from '../once.js';
import { MAX_SETTINGS_VERSIONS, type SettingsBook } from './settings-book.js';

export interface SettingsPorts {
  readonly store: Pick<EventStore, 'append'>;
  readonly vault: Pseudonyms;
  readonly clock: Clock;
}

export interface Saving<E extends RecordedEvent> {
  readonly book: SettingsBook<E>;
  readonly type: E['type'];
  readonly settings: object;
  readonly request: CommandRequest;
  readonly attempt: CommandAttempt;
}

export type SettingsFailure = KeyFailure | VersionMismatch | { readonly code: 'too_many_versions' };

/** Each time somebody else was faster; after these the sender is told so. */
const TRIES = 5;

/** Saves the whole of some settings at the version that was before. */
export async function saveSettings<E extends RecordedEvent>(
  ports: SettingsPorts,
  saving: Saving<E>,
): Promise<Result<RuleSettingsCommandView, SettingsFailure>> {
  const commandId = saving.attempt.commandId ?? randomUUID();
  for (let tries = 1; ; tries += 1) {
    const saved = await trySave(ports, saving, commandId);
    if ('ok' in saved) return saved;
    if (tries === TRIES) return fail({ code: 'version_mismatch', version: saved.overtakenBy });
  }
}

const NEVER = MAX_SETTINGS_VERSIONS + 1;
const asLoaded = (present: RecordedEvent | undefined) =>
  present === undefined ? ('none' as const) : { version: present.version };

/** Who saved it is not what was saved. */
const isSame = (saved: unknown, settings: object): boolean =>
  typeof saved === 'object' && canonicalJson({ ...saved, by: null }) === canonicalJson({ ...settings, by: null });

type Tried = Result<RuleSettingsCommandView, SettingsFailure> | { readonly overtakenBy: string };

async function trySave<E extends RecordedEvent>(
  { store, vault, clock }: SettingsPorts,
  { book, type, settings, request, attempt }: Saving<E>,
  commandId: string,
): Promise<Tried> {
  const { principal, correlationId, trace, expectedVersions = 'any' } = request;
  const present = await book.last();
  const version = String(present?.version ?? 0);
  const isExpected = expectedVersions === 'any' || expectedVersions.includes(version);
  if (!isExpected && attempt.begunBefore === undefined) return fail({ code: 'version_mismatch', version });
  // Whoever saves what is saved changes nothing, however often.
  if (present !== undefined && isExpected && isSame(present.data, settings))
    return succeed({ version, position: present.position.toString() });
  if (present !== undefined && present.version >= MAX_SETTINGS_VERSIONS) return fail({ code: 'too_many_versions' });
  const { stream } = book;
  const outcome = await store.append({
    appendId: vault.uuid('rule-settings', commandId),
    requestHash: vault.digest('rule-settings', canonicalJson({ stream, settings })),
    streams: [
      {
        // An attempt before may have got as far as the append: then the store answers what it did, whatever is expected now.
        ...{ stream, expect: isExpected ? asLoaded(present) : { version: NEVER } },
        events: [
          {
            ...{ id: vault.uuid('rule-settings-event', commandId), type, schemaVersion: 1, key: stream },
            ...{ occurredAt: clock.now(), data: { by: actorText(actorOf(principal)), ...settings } },
            meta: { source: '/safar', correlationId, causationId: commandId, ...trace },
          },
        ],
      },
    ],
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return succeed({ version: String(outcome.versions[0] ?? 0), position: outcome.lastPosition.toString() });
    case 'conflict':
      if (!isExpected) return fail({ code: 'version_mismatch', version });
      return { overtakenBy: String((present?.version ?? 0) + 1) };
    // The key's answer is not kept any more, and it stood for something else.
    case 'id-reused':
      return fail({ code: 'idempotency_key_reused' });
    case 'closed':
      throw new Error(`the stream ${stream} is closed`);
  }
}
