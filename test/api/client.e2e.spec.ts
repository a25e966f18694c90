import { createSafarClient } from '../../clients/typescript/index.js';
import { undocumented } from './support/documented.js';
import { openRealGateway, type RealGateway } from './support/real-gateway.js';

/** `fetch` that notices answers which are not as they are documented. */
const checked: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const { method, url } = request;
  const response = await fetch(request);
  const { pathname, search } = new URL(url);
  const type = response.headers.get('content-type') ?? undefined;
  const body = await response.clone().text();
  const problem = undocumented({ method, url: pathname + search, status: response.status, type, body });
  if (problem !== undefined) throw new Error(problem);
  return response;
};

describe('the generated client', () => {
  let gateway: RealGateway;
  let client: ReturnType<typeof createSafarClient>;
  let url: string;
  beforeAll(async () => {
    gateway = await openRealGateway();
    await gateway.app.listen(0, '127.0.0.1');
    url = await gateway.app.getUrl();
    client = createSafarClient({ url, apiKey: gateway.key, fetch: checked });
  });
  afterAll(() => gateway.close());

  it('sends a touchpoint, reads its customer and their timeline, and erases them', async () => {
    const sent = await client.POST('/v1/touchpoints', {
      body: {
        ...{ id: 'order-1', source: 'web-shop', kind: 'purchase', channel: 'web', occurredAt: '2026-03-02T10:15:00Z' },
        identifiers: [{ kind: 'customer_number', value: '12347' }],
        profile: { name: 'Ada Larsen' },
        data: { orderId: '1', amount: { amount: '12.30', currency: 'GBP' } },
      },
    });
    if (typeof sent.data !== 'object' || !('position' in sent.data)) throw new Error(JSON.stringify(sent));
    const { customerId, position } = sent.data;
    const params = { path: { id: 'customer_number:12347' } };

    const customer = await client.GET('/v1/customers/{id}', {
      params: { ...params, query: { minPosition: position } },
    });
    expect(customer.data).toMatchObject({ id: customerId, displayName: 'Ada Larsen', touchpointCount: 1 });

    const timeline = await client.GET('/v1/customers/{id}/timeline', {
      params: { ...params, query: { kind: 'purchase', minPosition: position } },
    });
    expect(timeline.data?.data.map(({ kind }) => kind)).toEqual(['purchase']);

    const erased = await client.POST('/v1/customers/{id}/erase', { params, body: { reason: 'customer_request' } });
    expect(erased.data?.customerId).toBe(customerId);
    const gone = await client.GET('/v1/customers/{id}', {
      params: { path: { id: customerId }, query: { minPosition: erased.data?.position ?? '' } },
    });
    expect(gone.error).toMatchObject({ code: 'customer_erased' });
  });

  it('says in the language of its caller why something was refused', async () => {
    const persian = createSafarClient({ url, apiKey: 'safar_none', language: 'fa', fetch: checked });
    const { error, response } = await persian.GET('/v1/customers');
    expect([response.status, error?.code]).toEqual([401, 'unauthenticated']);
    expect(error?.title).toMatch(/\p{Script=Arabic}/u);
  });
});
