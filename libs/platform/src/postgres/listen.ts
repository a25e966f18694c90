import type pg from 'pg';

const RETRY_MS = 1000;

/** Hears the notifications of a channel. While the connection is away they are lost: whoever needs them polls as well. */
export function listenTo(pool: pg.Pool, channel: string, heard: (payload: string) => void): { close(): Promise<void> } {
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
    connected.on('notification', (message) => {
      if (message.channel === channel && message.payload) heard(message.payload);
    });
    connected.once('error', (error: Error) => {
      if (client === connected) again(error);
    });
    await connected.query(`LISTEN ${channel}`);
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
