import type pg from 'pg';
import { MOVED_CHANNEL, type MovedHub } from '#platform/projections';

const RETRY_MS = 1000;

/** Passes other processes' notifications on to this one. While the connection is away, those who wait poll. */
export function listenForMoves(pool: pg.Pool, hub: MovedHub): { close(): Promise<void> } {
  let closed = false;
  let client: pg.PoolClient | undefined;
  let retry: NodeJS.Timeout | undefined;

  const again = (error: Error | undefined): void => {
    client?.removeAllListeners('notification');
    client?.release(error ?? true);
    client = undefined;
    if (!closed) retry = setTimeout(start, RETRY_MS);
  };
  const connect = async (): Promise<void> => {
    const connected = await pool.connect();
    client = connected;
    connected.on('notification', ({ channel, payload }) => {
      if (channel === MOVED_CHANNEL && payload) hub.moved(payload);
    });
    connected.once('error', (error: Error) => {
      if (client === connected) again(error);
    });
    await connected.query(`LISTEN ${MOVED_CHANNEL}`);
  };
  const start = (): void => {
    connecting = connect().catch(() => {
      if (client) again(undefined);
      else if (!closed) retry = setTimeout(start, RETRY_MS);
    });
  };
  let connecting: Promise<void>;
  start();

  return {
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await connecting;
      client?.removeAllListeners('notification');
      client?.release(true);
      client = undefined;
    },
  };
}
