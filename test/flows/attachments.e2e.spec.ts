import { createHash } from 'node:crypto';
import { type AttachmentView, type ConversationView, type UploadedAttachmentView } from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
});
afterAll(() => gateway.close());
afterEach(() => {
  expect(gateway.errors()).toEqual([]);
});

type Headers = Readonly<Record<string, string>>;
interface Done {
  readonly conversationId: string;
  readonly version: string;
  readonly position: string;
}

const as = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const upload = (bytes: Uint8Array | string, headers: Headers = {}, key = gateway.key) =>
  gateway.app.inject({
    ...{ method: 'POST', url: '/v1/attachments', payload: Buffer.from(bytes) },
    headers: { ...as(key), ...headers },
  });
const fetched = (id: string, headers: Headers = {}, method: 'GET' | 'HEAD' = 'GET') =>
  gateway.app.inject({ method, url: `/v1/attachments/${id}`, headers: { ...as(gateway.key), ...headers } });
const post = (url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method: 'POST', url: `/v1/${url}` },
    headers: { ...as(gateway.key), 'content-type': 'application/json', ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
const keyFor = async (...scopes: ('conversations:read' | 'customers:read' | 'touchpoints:write')[]) =>
  (await gateway.installation.access.apiKeys.create({ name: 'some', scopes }, { kind: 'operator', id: 'cli:test' }))
    .key;

const persianName = 'عکس چراغ شکسته.png';
const png = (size = 400_000): Buffer =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(size, 7)]);
const named = (name: string): Headers => ({
  'content-type': 'image/png',
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
});
const uploaded = async (...of: Parameters<typeof upload>): Promise<UploadedAttachmentView> => {
  const answer = await upload(...of);
  expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
  return answer.json();
};

let told = 0;
async function says(customer: string, attachments: readonly object[]): Promise<Done> {
  told += 1;
  const answer = await post('touchpoints', {
    ...{ id: `m-${String(told)}`, source: 'shop', kind: 'message', channel: 'chat' },
    ...{ occurredAt: '2026-03-21T10:00:00Z', identifiers: [{ kind: 'customer_number', value: customer }] },
    data: { author: 'customer', text: 'It arrived cracked.', ...(attachments.length > 0 && { attachments }) },
  });
  const { position } = answer.json<{ position: string }>();
  return (await post(`touchpoints/${position}/take-up`)).json();
}
const view = async ({ conversationId, position }: Done): Promise<ConversationView> =>
  (
    await gateway.app.inject({
      url: `/v1/conversations/${conversationId}?minPosition=${position}`,
      headers: as(gateway.key),
    })
  ).json();
const attachmentsOf = async (done: Done): Promise<readonly (readonly AttachmentView[])[]> =>
  (await view(done)).messages.map(({ attachments }) => attachments);
const sent = (id: string) => ({ id, name: persianName, mediaType: 'image/png' });

it('a picture goes with a message, is seen in the conversation, fetched by an agent, and erased with its customer', async () => {
  const bytes = png();
  const sender = await keyFor('touchpoints:write');
  const file = await uploaded(bytes, named(persianName), sender);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(file).toMatchObject({ name: persianName, mediaType: 'image/png', sizeBytes: bytes.length, sha256 });
  // Nothing refers to it: nobody else's business yet.
  expect((await fetched(file.id)).statusCode).toBe(404);

  const stranger = '018f0000-0000-8000-8000-000000000000';
  const taken = await says('1', [
    sent(file.id),
    sent(stranger),
    { name: 'elsewhere.pdf', mediaType: 'application/pdf' },
  ]);
  const missing = { name: null, mediaType: null, sizeBytes: null, available: false };
  expect(await attachmentsOf(taken)).toEqual([
    [
      { id: file.id, name: persianName, mediaType: 'image/png', sizeBytes: bytes.length, available: true },
      { id: stranger, ...missing },
      { id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...missing },
    ],
  ]);

  const reader = await keyFor('conversations:read');
  const got = await fetched(file.id, as(reader));
  expect(got.statusCode).toBe(200);
  expect(got.rawPayload.equals(bytes)).toBe(true);
  const headers = {
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'content-disposition': `attachment; filename="___ ____ _____.png"; filename*=UTF-8''${encodeURIComponent(persianName)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-cache',
    etag: `"${sha256}"`,
  };
  expect(got.headers).toMatchObject(headers);
  const head = await fetched(file.id, {}, 'HEAD');
  expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0]);
  expect(head.headers).toMatchObject(headers);
  const known = await fetched(file.id, { 'if-none-match': `"${sha256}"` });
  expect([known.statusCode, known.rawPayload.length]).toEqual([304, 0]);
  expect((await fetched(file.id, as(await keyFor('customers:read')))).statusCode).toBe(403);
  expect((await upload(bytes, named('a.png'), reader)).statusCode).toBe(403);

  const erased = await gateway.app.inject({
    ...{ method: 'POST', url: '/v1/customers/customer_number:1/erase' },
    headers: { ...as(gateway.key), 'content-type': 'application/json' },
    payload: JSON.stringify({ reason: 'customer_request' }),
  });
  expect([erased.statusCode, erased.body]).toEqual([200, expect.any(String)]);
  const gone = await fetched(file.id, { 'accept-language': 'fa' });
  expect([gone.statusCode, gone.json<{ title: string }>().title]).toEqual([404, 'پیوست یافت نشد']);
  for (const table of ['files', 'pieces'])
    expect((await gateway.database.owner.query(`SELECT FROM attachments.${table}`)).rowCount).toBe(0);
});

it('a reply takes what was uploaded, of this customer alone, and names what it cannot', async () => {
  const taken = await says('2', []);
  const file = await uploaded(png(10), named('offer.png'));
  const answer = { text: 'Like this one?', sinceVersion: taken.version, attachments: [file.id] };
  const replied = await post(`conversations/${taken.conversationId}/reply`, answer);
  expect([replied.statusCode, replied.json()]).toMatchObject([200, { conversationId: taken.conversationId }]);
  const done = replied.json<Done>();
  expect((await attachmentsOf(done))[1]).toMatchObject([{ id: file.id, name: 'offer.png', available: true }]);

  // What one customer was sent is not another's, whoever has its id.
  const other = await says('3', [sent(file.id)]);
  expect(await attachmentsOf(other)).toMatchObject([[{ id: file.id, name: null, available: false }]]);
  const refused = await post(
    `conversations/${other.conversationId}/reply`,
    { ...answer, sinceVersion: other.version },
    { 'accept-language': 'fa' },
  );
  expect([refused.statusCode, refused.json()]).toMatchObject([
    409,
    {
      ...{ code: 'conversation_refused', reason: 'unknown-attachment', version: other.version },
      unknown: { kind: 'attachment', name: file.id },
      detail: expect.stringContaining(`«${file.id}»`),
    },
  ]);
  expect((await view(other)).messageCount).toBe(1);
});

it('a note keeps what was uploaded for it, among colleagues', async () => {
  const taken = await says('4', []);
  const file = await uploaded(png(10), named('damage.png'));
  const noted = await post(`conversations/${taken.conversationId}/note`, {
    ...{ text: 'As the driver saw it.', attachments: [file.id] },
  });
  expect([noted.statusCode, noted.body]).toEqual([200, expect.any(String)]);
  const shown = (await view(noted.json<Done>())).messages[1];
  expect(shown).toMatchObject({ kind: 'note', attachments: [{ id: file.id, name: 'damage.png', available: true }] });
  expect((await fetched(file.id, as(await keyFor('conversations:read')))).statusCode).toBe(200);
  const unknown = await post(`conversations/${taken.conversationId}/note`, {
    ...{ text: 'Nobody has it.', attachments: ['018f0000-0000-8000-8000-000000000000'] },
  });
  expect([unknown.statusCode, unknown.json()]).toMatchObject([409, { reason: 'unknown-attachment' }]);
});

it('an upload is refused where it is not what it says, too large, or one too many; and is done once', async () => {
  const lying = await upload('It arrived cracked.', named('photo.png'));
  expect([lying.statusCode, lying.json()]).toMatchObject([
    422,
    { code: 'attachment_refused', reason: 'type-disagrees' },
  ]);
  for (const page of ['text/html', 'image/svg+xml', 'application/x-msdownload'])
    expect((await upload('<svg/>', { 'content-type': page })).json()).toMatchObject({ reason: 'type-not-allowed' });
  expect((await upload(png(10_485_760), named('large.png'))).statusCode).toBe(413);
  const named2 = await upload('a', { 'content-type': 'text/plain', 'content-disposition': "x; filename*=UTF-8''%F" });
  expect([named2.statusCode, named2.json()]).toMatchObject([
    400,
    { errors: [{ pointer: '/Content-Disposition', code: 'invalid_file_name' }] },
  ]);

  const key = { 'idempotency-key': 'upload-1' };
  const once = await uploaded(png(20), { ...named('a.png'), ...key });
  expect(await uploaded(png(20), { ...named('a.png'), ...key })).toEqual(once);
  expect((await upload(png(21), { ...named('a.png'), ...key })).json()).toMatchObject({
    code: 'idempotency_key_reused',
  });

  const limits = { ...gateway.installation.config.attachments };
  const { attachments } = gateway.installation;
  Object.assign(attachments, { unusedLimits: { ...limits, filesOfUploader: 2 } });
  const sender = await keyFor('touchpoints:write');
  const statuses = await Promise.all(
    Array.from({ length: 6 }, async () => (await upload(png(30), named('a.png'), sender)).statusCode),
  );
  expect(statuses.sort()).toEqual([201, 201, 429, 429, 429, 429]);
  const full = await upload(png(30), named('a.png'), sender);
  expect(Number(full.headers['retry-after'])).toBeGreaterThan(3_600);
  Object.assign(attachments, { unusedLimits: limits });
});
