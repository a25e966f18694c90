import { type TakeUp } from '#capabilities';
import { CommandRefusedError, CommandTooEarlyError, type IssuedCommand } from '#platform/reactions';
import { type TakeUpPorts, takeUpTouchpoint } from './take-up-touchpoint.js';

/** Takes up what `take-ups` tells of. */
export const createTakeUpExecutor =
  (ports: TakeUpPorts) =>
  async ({ command, correlationId }: IssuedCommand<TakeUp>): Promise<void> => {
    const taken = await takeUpTouchpoint(ports, BigInt(command.position), { correlationId });
    if (taken.ok) return;
    const { reason } = taken;
    // Whoever was erased is owed no answer.
    if (reason.code === 'customer_erased') return;
    if (reason.code === 'not_caught_up')
      throw new CommandTooEarlyError('the read models of conversations are behind the log');
    if (reason.code !== 'conversation_refused') throw new CommandRefusedError(reason.code);
    // A past exchange that is told again is there; and what answers nothing stays on the timeline.
    if (reason.reason !== 'already-opened' && reason.reason !== 'nothing-to-answer')
      throw new CommandRefusedError(reason.reason);
  };
