import { randomUUID } from 'node:crypto';
import { agent, findAgent, findTeam, team } from '#capabilities';
import { type AgentCommandView, agentStream, teamStream } from '#contracts';
import { canonicalJson, type Clock, type Decision, type EpochMs, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';
import { caughtUp, type DirectoryPorts, notCaughtUp } from '../customer-directory.js';
import { type AgentFailure } from '../messages/agent-failures.js';
import { type AgentChange } from '../messages/agent.commands.js';
import { type ChangeAgent, type ConfigureTeam } from '../messages/agent.commands.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type CommandAttempt } from '../once.js';

export interface AgentPorts {
  readonly store: Pick<EventStore, 'append' | 'head'>;
  readonly vault: Pseudonyms;
  readonly clock: Clock;
  readonly directory: DirectoryPorts;
  /** Whether somebody can have conversations, by kind and id. */
  readonly isAgent: (actor: string) => Promise<boolean>;
}

export type AgentChanged = Result<AgentCommandView, AgentFailure>;

export async function configureTeam(
  ports: AgentPorts,
  { teamId, settings, request }: Pick<ConfigureTeam, 'teamId' | 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<AgentChanged> {
  for (const member of settings.members ?? [])
    if (!(await ports.isAgent(member))) return fail({ code: 'team_refused', reason: 'unknown-agent' });
  return decideOnRow(ports, { request, attempt, change: { teamId, settings } }, 'teams', async (asked) => {
    const row = await findTeam(ports.directory.readModels, teamId);
    const command = { type: 'ConfigureTeam', ...asked, self: teamId, settings } as const;
    const decision = team.decide(row ?? team.initial, command);
    if (!decision.accepted) return fail({ code: 'team_refused', reason: decision.reason });
    return succeed({ id: teamId, stream: teamStream(teamId), row, decision });
  });
}

export async function changeAgent(
  ports: AgentPorts,
  { agent: id, change, request }: Pick<ChangeAgent, 'agent' | 'change' | 'request'>,
  attempt: CommandAttempt,
): Promise<AgentChanged> {
  if (!(await ports.isAgent(id))) return fail({ code: 'agent_not_found' });
  return decideOnRow(ports, { request, attempt, change: { id, change } }, 'agents', async (asked) => {
    const row = await findAgent(ports.directory.readModels, id);
    const decision = agent.decide(row ?? agent.initial, commandOf(change, asked));
    if (!decision.accepted) return fail({ code: 'agent_refused', reason: decision.reason });
    return succeed({ id, stream: agentStream(id), row, decision });
  });
}

const commandOf = (change: AgentChange, asked: Asked): Parameters<typeof agent.decide>[1] =>
  change.type === 'ConfigureAgent'
    ? { type: change.type, ...asked, settings: change.settings }
    : { type: change.type, ...asked, availability: change.availability };

interface Asked {
  readonly at: EpochMs;
  readonly by: string;
}

interface Decided {
  readonly id: string;
  readonly stream: string;
  readonly row: { readonly version: number; readonly last_position: bigint } | undefined;
  readonly decision: Decision<{ readonly type: string; readonly at: EpochMs; readonly data: object }, string> & {
    readonly accepted: true;
  };
}

interface Command {
  readonly request: CommandRequest;
  readonly attempt: CommandAttempt;
  readonly change: object;
}

/** Each time somebody else was faster; after these the sender is asked to come again. */
const TRIES = 5;

/**
 * Decides on the row of a read model that has come to the end of the log, and appends at the version of the row: what happened in
 * between is seen there, and decided on anew.
 */
async function decideOnRow(
  ports: AgentPorts,
  { request, attempt, change }: Command,
  model: 'teams' | 'agents',
  decide: (asked: Asked) => Promise<Result<Decided, AgentFailure>>,
): Promise<AgentChanged> {
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
      requestHash: vault.digest('agents', canonicalJson(change)),
      streams: [
        {
          stream,
          expect: row === undefined ? 'none' : { version: row.version },
          events: decision.events.map(({ type, at, data }, index) => ({
            ...{ id: vault.uuid('agent-event', commandId, String(index)), type, schemaVersion: 1, key: stream },
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
      case 'closed':
      case 'id-reused':
        throw new Error(`the store refused what was decided about ${stream}: ${outcome.status}`);
    }
  }
  return fail(notCaughtUp);
}
