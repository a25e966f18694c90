import { listSchemas } from '#contracts';
import { openGateway, type TestGateway } from '../fixtures/test-gateway.js';

describe('the schemas', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.app.close());
  const get = (url: string) => gateway.app.inject({ url });

  it('are listed with their addresses, each of which has one', async () => {
    const { data } = (await get('/v1/schemas')).json();
    expect(data).toHaveLength(listSchemas().length);
    for (const { type, version, href } of data) {
      const answer = await get(href);
      expect(answer.headers['content-type']).toBe('application/schema+json; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('public, max-age=3600');
      expect(answer.json()).toMatchObject({ $id: `/v1/schemas/${type}/${String(version)}` });
    }
  });

  it.each([
    '/touchpoint.nothing/1',
    '/touchpoint/0',
    '/touchpoint/2',
    '/touchpoint/01',
    '/touchpoint/1.0',
    '/touchpoint/x',
    '/__proto__/1',
  ])('has none at %s', async (path) => {
    const answer = await get(`/v1/schemas${path}`);
    expect([answer.statusCode, answer.json().code, answer.headers['cache-control']]).toEqual([
      404,
      'schema_not_found',
      'no-store',
    ]);
  });
});
