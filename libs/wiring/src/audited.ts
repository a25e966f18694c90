import { type AuditActor, type AuditDetails, type AuditLog, type NewAuditEntry } from '#platform/audit';
import { type ProjectionAdmin } from '#platform/projections';
import { type ReactionAdmin } from '#platform/reactions';
import { type Quarantine } from '#platform/quarantine';
import { type Redriven } from './redriven.js';

/** On whose behalf something is done. */
export interface OnBehalfOf {
  readonly actor: AuditActor;
  /** Of the request that asked for it: the `traceId` of its answer and of the log. */
  readonly requestId?: string | undefined;
}

export type Act = Omit<NewAuditEntry, 'outcome'>;

/** What is told of an act after it, beyond what was known before. */
export type Told = Partial<Pick<NewAuditEntry, 'subject' | 'outcome' | 'details'>>;

/**
 * Does something and records how it ended; of what throws, by which kind of error.
 * @param work says with `soFar` what is done already: it is told of an act that breaks off
 */
export async function audited<Value>(
  audit: AuditLog,
  act: Act,
  work: (soFar: (details: AuditDetails) => void) => Promise<Value>,
  tell: (value: Value) => Told = () => ({}),
): Promise<Value> {
  let value: Value;
  let done: AuditDetails = {};
  try {
    value = await work((details) => (done = details));
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    // Whoever asked learns why it failed, not that this could not be written down either.
    const details = { ...act.details, ...done, reason };
    await audit.record({ ...act, outcome: 'failed', details }).catch(() => undefined);
    throw error;
  }
  await audit.record({ outcome: 'succeeded', ...act, ...tell(value) });
  return value;
}

/** What operators change about projections, each time with who did it; what they only look at is not recorded. */
export function auditedProjections(
  admin: ProjectionAdmin,
  audit: AuditLog,
  { actor, requestId }: OnBehalfOf,
): ProjectionAdmin {
  const act = (action: string, name: string, details: AuditDetails = {}): Act => ({
    ...{ actor, requestId, details },
    action: `projection.${action}`,
    subject: `projection:${name}`,
  });
  const built = ({ version, build }: { readonly version: number; readonly build: number }): Told => ({
    details: { version, build },
  });
  return {
    ...admin,
    rebuild: (name, options) => audited(audit, act('rebuilt', name), () => admin.rebuild(name, options), built),
    promote: (name, options) => audited(audit, act('promoted', name), () => admin.promote(name, options), built),
    rollback: (name) => audited(audit, act('rolled_back', name), () => admin.rollback(name), built),
    drop: (name, build) => audited(audit, act('dropped', name, { build }), () => admin.drop(name, build)),
    // A key is a persona's pseudonym. Why it was decided is kept with the parked event: people write what they like there.
    release: (name, key, decision) =>
      audited(
        audit,
        act('released', name, { key }),
        () => admin.release(name, key, decision),
        (released) => ({
          details: { key, count: released.reduce((sum, build) => sum + build.released, 0) },
        }),
      ),
    discard: (name, target, decision) =>
      audited(
        audit,
        act('discarded', name, { key: target.key, position: target.position }),
        () => admin.discard(name, target, decision),
        ({ discarded }) => ({
          details: { key: target.key, position: target.position, count: discarded },
        }),
      ),
  };
}

/** What operators decide about what reactions have parked; a key is the name of a stream or a pseudonym. */
export function auditedReactions(
  admin: ReactionAdmin,
  audit: AuditLog,
  { actor, requestId }: OnBehalfOf,
): ReactionAdmin {
  const act = (action: string, name: string, details: AuditDetails): Act => ({
    ...{ actor, requestId, details },
    action: `reaction.${action}`,
    subject: `reaction:${name}`,
  });
  return {
    ...admin,
    release: (name, key, decision) =>
      audited(
        audit,
        act('released', name, { key }),
        () => admin.release(name, key, decision),
        ({ triggers, commands }) => ({ details: { key, count: triggers + commands } }),
      ),
    discard: (name, target, decision) =>
      audited(
        audit,
        act('discarded', name, { key: target.key, position: target.position, timer: target.timer }),
        () => admin.discard(name, target, decision),
        ({ discarded }) => ({
          details: { key: target.key, position: target.position, timer: target.timer, count: discarded },
        }),
      ),
    resume: (name) => audited(audit, act('resumed', name, {}), () => admin.resume(name)),
  };
}

/** What operators do with quarantined messages. */
export interface QuarantineAdmin extends Pick<Quarantine, 'list' | 'get'> {
  /** Tries messages again, by their ids. */
  redrive(ids: readonly string[]): Promise<readonly Redriven[]>;
  /** @returns how many there were. They are gone for good. */
  discard(ids: readonly string[]): Promise<number>;
}

/** Each batch that is tried again or removed is an entry; reasons and ids of messages stay with the messages. */
export function auditedQuarantine(
  quarantine: Pick<Quarantine, 'list' | 'get' | 'remove'>,
  redrive: (ids: readonly string[], told: (redriven: Redriven) => void) => Promise<void>,
  audit: AuditLog,
  { actor, requestId }: OnBehalfOf,
): QuarantineAdmin {
  const act = (action: string, asked: readonly string[]): Act => ({
    ...{ actor, requestId },
    action: `quarantine.${action}`,
    subject: 'quarantine:messages',
    details: { count: asked.length },
  });
  return {
    list: (filter) => quarantine.list(filter),
    get: (ids) => quarantine.get(ids),
    redrive: async (ids) => {
      const done: Redriven[] = [];
      const changed = () => done.filter(({ status }) => status === 'accepted' || status === 'duplicate').length;
      await audited(
        audit,
        act('redriven', ids),
        (soFar) =>
          redrive(ids, (redriven) => {
            done.push(redriven);
            soFar({ changed: changed() });
          }),
        () => {
          const isThere = done.some(({ status }) => status !== 'not_there');
          return endedWith(ids, changed(), isThere ? 'still_invalid' : 'not_there');
        },
      );
      return done;
    },
    discard: (ids) =>
      audited(
        audit,
        act('discarded', ids),
        () => quarantine.remove(ids),
        (removed) => endedWith(ids, removed, 'not_there'),
      ),
  };
}

/** An act that changed nothing of what was asked for was refused, whatever it was that refused it. */
const endedWith = (ids: readonly string[], changed: number, reason: 'still_invalid' | 'not_there'): Told =>
  changed > 0 || ids.length === 0
    ? { details: { count: ids.length, changed } }
    : { outcome: 'refused', details: { count: ids.length, changed, reason } };
