import { type InjectOptions } from 'fastify';
import {
  OPERATION,
  type OperationDescription,
  type OperationExample,
} from '../../apps/gateway/src/documents/operation.js';
import { routesOf } from './document/routes.js';
import { openRealGateway, type RealGateway } from './support/real-gateway.js';
import { type Answered, operations, undocumented } from './support/documented.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
});
afterAll(() => gateway.close());

/** As it is sent: an address, headers and a body. */
function requestOf(method: string, route: string, example: OperationExample, key: string): InjectOptions {
  const { path = {}, query = {}, headers = {}, body, type = 'application/json' } = example;
  const address = route.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(path[name] ?? 'any'));
  const parameters = new URLSearchParams(query).toString();
  return {
    method: method.toUpperCase() as 'GET',
    url: parameters === '' ? address : `${address}?${parameters}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...headers,
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

async function send(request: InjectOptions): Promise<Answered> {
  const { method = '', url } = request;
  // Streams do not end by themselves: the first piece, or the whole of an answer that is none.
  const answer = await gateway.app.inject({ ...request, payloadAsStream: true });
  const { 'content-type': type } = answer.headers;
  let body = '';
  const stream = answer.stream();
  if (String(type).startsWith('text/event-stream')) stream.destroy();
  else for await (const piece of stream) body += String(piece);
  return { method, url: String(url), status: answer.statusCode, type: type as string | undefined, body };
}

/** What depends on what was before: the order of a first visit, and teams before what goes to them. */
const order = ['recordTouchpoints', 'takeCloudEvents', 'configureTeam'];
const rank = (id: string): number => (order.includes(id) ? order.indexOf(id) : id === 'eraseCustomer' ? 99 : 50);

it('every example of the document is answered as it says', async () => {
  const described = routesOf(gateway.app)
    .map((route) => ({ ...route, operation: route.metadata(OPERATION) as OperationDescription }))
    .filter(({ path }) => !path.includes('*'))
    .sort((one, other) => rank(one.operation.id) - rank(other.operation.id));
  const wrong: unknown[] = [];
  let position = '0';
  for (const { method, path, operation } of described) {
    // Whatever was written is to be read by whoever comes after.
    if (rank(operation.id) === 50)
      for (const model of [
        'customers',
        'canned-replies',
        'conversations',
        'conversation-messages',
        'queue',
        'service-clocks',
      ])
        await gateway.installation.readModels.waitUntil(model, BigInt(position), 5_000);
    for (const example of operation.examples) {
      const answer = await send(requestOf(method, path, example, gateway.key));
      const problem = undocumented(answer);
      if (answer.status !== example.status || problem !== undefined)
        wrong.push({ operation: operation.id, example: example.summary, problem, ...answer });
      position = String(await gateway.installation.store.head());
    }
  }
  expect(wrong).toEqual([]);
  expect(described.every(({ operation }) => operation.examples.length > 0)).toBe(true);
});

it('an answer that is not documented is noticed', () => {
  const answer = { method: 'GET', url: '/livez', status: 200, type: 'application/json; charset=utf-8' };
  expect(undocumented({ ...answer, body: '{"status":"alive"}' })).toBeUndefined();
  expect(undocumented({ ...answer, body: '{"status":"dead"}' })).toContain('must be equal to constant');
  expect(undocumented({ ...answer, body: '{"status":"alive","secret":1}' })).toContain('additional');
  expect(undocumented({ ...answer, status: 201, body: '{}' })).toBe('GET /livez 201 is not documented');
});

it('every documented parameter is one that the route knows', async () => {
  const unknown: string[] = [];
  for (const { method, path, parameters = [] } of operations)
    for (const parameter of parameters.filter((each) => each.in === 'query')) {
      const url = `${path.replace(/\{\w+\}/g, 'email:nobody@example.com')}?${parameter.name}=`;
      const answer = await send({ method: method as 'GET', url, headers: { authorization: `Bearer ${gateway.key}` } });
      if (answer.body.includes('unknown_parameter')) unknown.push(`${method} ${path} ${parameter.name}`);
    }
  expect(unknown).toEqual([]);
});
