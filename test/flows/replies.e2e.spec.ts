import { type CannedReplyPage, type RenderedReplyView } from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
let agentKey: string;
beforeAll(async () => {
  gateway = await openRealGateway();
  const tester = { kind: 'operator', id: 'cli:test' } as const;
  const scopes = ['conversations:write', 'touchpoints:write'] as const;
  agentKey = (await gateway.installation.access.apiKeys.create({ name: 'agent', scopes }, tester)).key;
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method, url: `/v1/${encodeURI(url)}` },
    headers: {
      authorization: `Bearer ${gateway.key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { payload: JSON.stringify(body) }),
  });
const asAgent = (): Headers => ({ authorization: `Bearer ${agentKey}` });

let made = 0;
/** A conversation with somebody who is known. */
async function opened(name?: string): Promise<string> {
  made += 1;
  const number = `9${String(made)}`;
  const recorded = await send('POST', 'touchpoints', {
    ...{ id: `v-${number}`, source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z' },
    identifiers: [{ kind: 'customer_number', value: number }],
    ...(name !== undefined && { profile: { name } }),
    data: {},
  });
  const { position } = recorded.json<{ position: string }>();
  expect((await send('GET', `customers/customer_number:${number}?minPosition=${position}`)).statusCode).toBe(200);
  const body = { customer: `customer_number:${number}`, channel: 'email', subject: 'بستهٔ ۱۰۰۱' };
  return (await send('POST', 'conversations', body)).json<{ conversationId: string }>().conversationId;
}

it('canned replies are saved by leads, found however they are typed, and filled for one conversation', async () => {
  const late = {
    ...{ name: 'تأخیر در ارسال', folder: 'shipping/late', team: 'returns' },
    text: 'سلام {{customer.name|دوست عزیز}}، دربارهٔ «{{conversation.subject}}» در {{conversation.team}}.',
  };
  expect((await send('PUT', 'canned-replies/late', late, asAgent())).statusCode).toBe(403);
  expect((await send('PUT', 'canned-replies/late', late, { 'if-match': '"7"' })).statusCode).toBe(412);
  const saved = await send('PUT', 'canned-replies/late', late, { 'if-match': '"0"', 'idempotency-key': 'late-1' });
  expect([saved.statusCode, saved.headers['etag']]).toEqual([200, '"1"']);
  const again = await send('PUT', 'canned-replies/late', late, { 'if-match': '"0"', 'idempotency-key': 'late-1' });
  expect(again.json()).toEqual(saved.json());
  const misspelt = await send('PUT', 'canned-replies/late', { ...late, text: '{{customer.nmae}}' });
  expect([misspelt.statusCode, misspelt.json()]).toMatchObject([409, { reason: 'unknown-variable' }]);
  await send('PUT', 'canned-replies/refund', { name: 'Refund', text: '100% within 14 days' });
  const { position } = (await send('PUT', 'canned-replies/thanks', { name: 'Thanks', text: 'Thank you!' })).json<{
    position: string;
  }>();

  const found = async (query: string): Promise<readonly string[]> => {
    const answer = await send('GET', `canned-replies?minPosition=${position}&${query}`, undefined, asAgent());
    return answer.json<CannedReplyPage>().data.map(({ id }) => id);
  };
  // Arabic letters for Persian ones, a joiner, the other digits, and no wildcards.
  expect(await found('search=تاخير ارسال')).toEqual(['late']);
  expect(await found('search=THANK')).toEqual(['thanks']);
  expect(await found('search=۱۴')).toEqual(['refund']);
  expect(await found('search=0% w')).toEqual(['refund']);
  expect(await found('search=%')).toEqual(['refund']);
  expect(await found('folder=shipping')).toEqual(['late']);
  expect(await found('folder=ship')).toEqual([]);
  expect(await found('team=front')).toEqual(['refund', 'thanks']);
  const page = (await send('GET', 'canned-replies?limit=2')).json<CannedReplyPage>();
  const next = (await send('GET', `canned-replies?limit=2&cursor=${page.page.next ?? ''}`)).json<CannedReplyPage>();
  expect([page, next].map(({ data }) => data.map(({ id }) => id))).toEqual([['late', 'refund'], ['thanks']]);

  const rendered = async (conversation: string) =>
    (
      await send('GET', `conversations/${conversation}/canned-replies/late`, undefined, asAgent())
    ).json<RenderedReplyView>();
  expect(await rendered(await opened('{{conversation.id}}'))).toMatchObject({
    ...{
      text: 'سلام {{conversation.id}}، دربارهٔ «بستهٔ ۱۰۰۱» در {{conversation.team}}.',
      missing: ['conversation.team'],
    },
  });
  expect((await rendered(await opened())).text).toMatch(/^سلام دوست عزیز،/);

  // Removed and saved again, it goes on from its last version.
  const removed = await send('DELETE', 'canned-replies/late');
  const { position: gone } = removed.json<{ position: string }>();
  expect((await send('GET', `canned-replies/late?minPosition=${gone}`)).statusCode).toBe(404);
  expect((await send('PUT', 'canned-replies/late', late)).headers['etag']).toBe('"3"');
  const told = await gateway.installation.audit.list();
  expect(told.filter(({ action }) => action === 'canned_reply.removed')).toHaveLength(1);
});
