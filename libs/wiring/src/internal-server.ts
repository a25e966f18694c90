import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Metrics } from '#platform/telemetry';
import { checked } from './checked.js';
import { type Config } from './config/config.js';
import { type ReadinessCheck } from './messages/readiness-check.port.js';

export interface InternalServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface InternalParts {
  readonly config: Config;
  readonly metrics: Pick<Metrics, 'exposition' | 'contentType'>;
}

/** One orchestrator and one Prometheus ask: more connections than this are somebody else's. */
const MOST_CONNECTIONS = 32;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * `/livez`, `/readyz` and `/metrics` of a process that has no front door, for its orchestrator and Prometheus. No key is asked for:
 * who may reach this port is the network's business, so it is only opened where `SAFAR_INTERNAL_PORT` says so. What it answers holds
 * nothing personal; why a check fails goes to `onFailed`.
 */
export async function openInternalServer(
  { config, metrics }: InternalParts,
  checks: readonly ReadinessCheck[],
  onFailed: (check: string, error: unknown) => void,
): Promise<InternalServer | undefined> {
  if (config.internalPort === undefined) return undefined;
  const look = checked(checks, onFailed);
  const routes = new Map<string, (response: ServerResponse) => Promise<void>>([
    ['/livez', (response) => Promise.resolve(answer(response, 200, { status: 'alive' }))],
    [
      '/readyz',
      async (response) => {
        const found = await look();
        const isReady = found.every(({ ok }) => ok);
        answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable', checks: found });
      },
    ],
    [
      '/metrics',
      async (response) => {
        const text = await metrics.exposition();
        response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
      },
    ],
  ]);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const route = request.method === 'GET' ? routes.get(pathOf(request)) : undefined;
    if (route === undefined) answer(response, 404, { status: 'not_found' });
    else
      route(response).catch((error: unknown) => {
        onFailed(pathOf(request), error);
        answer(response, 500, { status: 'failed' });
      });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.internalPort, config.http.host, resolve);
  });
  return {
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
