import { type IncomingMessage } from 'node:http';

/** How long somebody may go on sending a body that was answered before it was read. */
const LINGER_MS = 5_000;

/**
 * Reads on for a while after an early answer, and throws it away: closing at once would reset the connection, and a sender who is still
 * writing would never see why.
 */
export function lingerOn(raw: IncomingMessage): void {
  if (raw.complete || raw.destroyed) return;
  const { socket } = raw;
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('close', stop);
  };
  const timer = setTimeout(() => {
    raw.destroy();
  }, LINGER_MS).unref();
  socket.once('close', stop);
  raw.once('end', stop).resume();
}
