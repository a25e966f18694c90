import { setTimeout as pause } from 'node:timers/promises';
import { canonicalJson, fail, type Result, succeed } from '#kernel';
import { type Attempt, type CommandAnswers, type RepeatableCommand } from '#platform/command-answers';
import { type Pseudonyms } from '#platform/vault';
import { type CommandRequest } from './messages/command-request.js';
import { type KeyFailure } from './messages/failures.js';

/** Who sends a command twice at once waits for the first one's answer this long. */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export interface OncePorts {
  readonly answers: CommandAnswers;
  readonly vault: Pseudonyms;
  /** Longest wait for another attempt of the same command. */
  readonly patienceMs?: number;
}

/**
 * Does a command at most once for each key of a caller, however often it is sent, over restarts and by any process; without a key, each
 * time. What succeeded is answered again, for at least 30 days; what was refused left nothing behind, and is tried again.
 *
 * `work` must be able to stand being begun again after a crash: the events that it appends take their append ids from
 * `attempt.commandId` or from what they are about.
 * @param command its name and what it asks for, as JSON: the same key with anything else is refused
 */
export type Once = <Value, Failure>(
  request: CommandRequest,
  command: Readonly<Record<string, unknown>>,
  work: (attempt: CommandAttempt) => Promise<Result<Value, Failure>>,
) => Promise<Result<Value, Failure | KeyFailure>>;

export interface CommandAttempt {
  /** UUID; the same for each attempt of a command with a key. */
  readonly commandId: string | undefined;
  /** When an earlier attempt began that nobody knows the end of. */
  readonly begunBefore: number | undefined;
}

export function createOnce(ports: OncePorts): Once {
  return async (request, command, work) => {
    const { idempotencyKey, principal } = request;
    if (idempotencyKey === undefined) return work({ commandId: undefined, begunBefore: undefined });
    const repeatable: RepeatableCommand = {
      commandId: ports.vault.uuid('command', principal.kind, principal.id, idempotencyKey),
      requestHash: ports.vault.digest('command', canonicalJson(command)),
    };
    return repeat(ports, repeatable, work);
  };
}

async function repeat<Value, Failure>(
  { answers, patienceMs = PATIENCE_MS }: OncePorts,
  command: RepeatableCommand,
  work: (attempt: CommandAttempt) => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure | KeyFailure>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const claim = await answers.claim(command);
    switch (claim.status) {
      case 'mine':
        return attemptOf(answers, command, claim.attempt, work);
      case 'answered':
        // What `keep` was given under this key, and the key stands for this command alone.
        return succeed(claim.answer as Value);
      case 'reused':
        return fail({ code: 'idempotency_key_reused' });
      case 'running':
        if (performance.now() > deadline) return fail({ code: 'command_running', retryAfterMs: 1_000 });
        await pause(LOOK_AGAIN_MS);
    }
  }
}

async function attemptOf<Value, Failure>(
  answers: CommandAnswers,
  command: RepeatableCommand,
  attempt: Attempt,
  work: (attempt: CommandAttempt) => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  try {
    const result = await work({
      commandId: command.commandId,
      begunBefore: attempt.number > 1 ? attempt.since : undefined,
    });
    // As above: the answer of this command, ours or that of an attempt that was faster.
    if (result.ok) return succeed((await answers.keep(command, result.value)) as Value);
    await answers.forget(command, attempt);
    return result;
  } catch (error) {
    // What went wrong matters more than that this cannot be written down: the lease runs out by itself.
    await answers.giveUp(command, attempt).catch(() => undefined);
    throw error;
  }
}
