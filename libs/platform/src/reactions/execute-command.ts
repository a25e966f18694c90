import type { Reaction } from '#kernel';
import { type OutgoingCommand } from './run-key.js';

/** A command whose turn has come. */
export interface IssuedCommand<Command = unknown> extends Omit<OutgoingCommand, 'askedAt' | 'command'> {
  readonly reaction: string;
  readonly command: Command;
}

/**
 * Does a command. It may be asked for the same one again, by another process too: its id is the id of the append, so that what was
 * stored before is not stored twice.
 * @throws CommandRefusedError when trying again is of no use, CommandTooEarlyError when it cannot be done yet; anything else is tried
 * again
 */
export type ExecuteCommand<Command = unknown> = {
  execute(issued: IssuedCommand<Command>): Promise<void>;
}['execute'];

/** A command that was decided against: it is parked at once. */
export class CommandRefusedError extends Error {
  override readonly name = 'CommandRefusedError';
}

/** What it needs is not there yet, such as a read model that is behind: it is tried again soon, for as long as that takes, and others go on. */
export class CommandTooEarlyError extends Error {
  override readonly name = 'CommandTooEarlyError';
}

/** A reaction and what does its commands. */
export interface RunnableReaction {
  readonly reaction: Reaction;
  readonly execute: ExecuteCommand;
}

/** Sees to it that a reaction's commands are those that are done. */
export const runnable = <State, Command, E extends Parameters<Reaction['key']>[0]>(
  reaction: Reaction<State, Command, E>,
  execute: ExecuteCommand<Command>,
): RunnableReaction => ({ reaction, execute });
