import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTouchpoint } from '#contracts';
import { touchpointOfMessage } from './touchpoint-of-message.js';

const receivedAt = Date.UTC(2026, 2, 21, 12);
const context = { source: 'web-shop', receivedAt, defaultRegion: 'IR' };
const message = (extra: Readonly<Record<string, unknown>>) => ({
  messageId: 'm-1',
  type: 'track',
  event: 'Signed Up',
  userId: '12347',
  ...extra,
});

/** The touchpoint, as it is after its own rules have judged it. */
function touchpoint(extra: Readonly<Record<string, unknown>>) {
  const read = touchpointOfMessage(message(extra), context);
  if (!read.ok) throw new Error(JSON.stringify(read.reason));
  const parsed = parseTouchpoint(read.value, receivedAt);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
}

function refusal(sent: unknown) {
  const read = touchpointOfMessage(sent, context);
  const errors = read.ok ? parseTouchpoint(read.value, receivedAt) : read;
  return errors.ok ? [] : errors.reason.map(({ pointer, code }) => `${pointer} ${code}`);
}

const products = [
  { product_id: 'p-1', sku: '85123A', name: 'Lantern', price: 2.55, quantity: 6 },
  { product_id: 'p-2', name: 'چای', price: '9.10' },
];
const order = { order_id: '536365', total: 35.64, currency: 'gbp', products };

describe('a message of any length', () => {
  const kinds = (userId: string) => {
    const read = touchpointOfMessage({ type: 'track', event: 'Looked', messageId: 'm-1', userId }, context);
    return read.ok ? read.value['identifiers'] : read.reason.map(({ code }) => code);
  };

  it('has a user id that is an address as long as an address can be, and is not searched for one beyond that', () => {
    const address = (length: number): string => `a@${'b'.repeat(length - 6)}.com`;
    expect(kinds(address(60))).toEqual([{ kind: 'email', value: address(60) }]);
    expect(kinds(address(250))).toEqual([{ kind: 'email', value: address(250) }]);
    // One that is too long for a customer's number too, and would take hours as an address.
    expect(kinds(`a@${'.'.repeat(4_000_000)}@`)).toEqual(['blocked_value']);
  });

  it('is named by the beginning of its event', () => {
    const kind = (event: string) => {
      const read = touchpointOfMessage({ type: 'track', messageId: 'm-1', userId: 'u', event }, context);
      return read.ok && read.value['kind'];
    };
    expect(kind(`Looked ${'\ufdfa'.repeat(1_000_000)}`)).toBe('custom:looked');
    expect(kind(`${'!'.repeat(1_000)}looked`)).toBe('custom:track');
  });
});

describe('an event of the e-commerce specification', () => {
  it('is a purchase when an order is completed', () => {
    const properties = { ...order, discount: 0.1 + 0.2, coupon: 'spring-26', payment_method: 'credit_card' };
    expect(touchpoint({ event: 'Order Completed', properties })).toMatchObject({
      id: 'm-1',
      source: 'web-shop',
      kind: 'purchase',
      data: {
        orderId: '536365',
        amount: { amount: '35.64', currency: 'GBP' },
        discount: { amount: '0.3', currency: 'GBP' },
        coupon: 'spring-26',
        paymentMethod: 'card',
        items: [
          { sku: '85123A', description: 'Lantern', quantity: 6, unitPrice: { amount: '2.55', currency: 'GBP' } },
          { sku: 'p-2', description: 'چای', quantity: 1, unitPrice: { amount: '9.10', currency: 'GBP' } },
        ],
      },
    });
  });

  it('is a return when it is refunded or cancelled', () => {
    for (const event of ['Order Refunded', 'Order Cancelled'])
      expect(touchpoint({ event, properties: order })).toMatchObject({
        kind: 'return',
        data: { orderId: '536365', amount: { amount: '35.64', currency: 'GBP' } },
      });
  });

  it('is a cart that was left', () => {
    const properties = { cart_id: 'c-9', value: '12.5', currency: 'EUR', products };
    for (const event of ['Cart abandoned', 'Abandoned Cart'])
      expect(touchpoint({ event, properties })).toMatchObject({
        kind: 'cart_abandoned',
        data: { cartId: 'c-9', amount: { amount: '12.5', currency: 'EUR' } },
      });
  });

  it.each([
    ['an order number', { total: 1, currency: 'EUR' }],
    ['an amount', { order_id: '1', currency: 'EUR' }],
    ['an amount above zero', { order_id: '1', total: 0, currency: 'EUR' }],
    ['a currency', { order_id: '1', total: 1 }],
  ])('without %s is kept as it is: nothing is guessed', (_, properties) => {
    const read = touchpoint({ event: 'Order Completed', properties });
    expect(read).toMatchObject({ kind: 'custom:order_completed', data: { event: 'Order Completed', properties } });
  });

  it.each([
    ['/data/amount/amount not_an_amount', { ...order, total: -5 }],
    ['/data/amount/currency unknown_currency', { ...order, products: [], currency: 'dollars' }],
    ['/data/items/0/quantity not_a_whole_number', { ...order, products: [{ ...products[0], quantity: 1.5 }] }],
    ['/data/items/0/sku required', { ...order, products: [{ name: 'nameless' }] }],
    ['/data/items not_an_object', { ...order, products: ['85123A'] }],
  ])('with something wrong in it is refused: %s', (expected, properties) => {
    expect(refusal(message({ event: 'Order Completed', properties }))).toEqual([expected]);
  });
});

describe('any other message', () => {
  it('is of a kind of its own name, with everything in it', () => {
    const properties = { plan: 'gold', nested: { yes: [1, 2] } };
    expect(touchpoint({ event: 'Plan Upgraded!', properties })).toMatchObject({
      kind: 'custom:plan_upgraded',
      data: { event: 'Plan Upgraded!', properties },
    });
  });

  it('has its name in its data when no letters a to z are in it', () => {
    expect(touchpoint({ event: 'ثبت نام' })).toMatchObject({ kind: 'custom:track', data: { event: 'ثبت نام' } });
  });

  it.each([
    ['page', { name: 'Pricing', properties: { url: 'https://shop.example/pricing' } }, 'https://shop.example/pricing'],
    ['page', { context: { page: { url: 'https://shop.example/a' } } }, 'https://shop.example/a'],
    ['page', { properties: { url: 'javascript:alert(1)', path: '/b' } }, '/b'],
    ['screen', { name: 'Order history' }, '/Order%20history'],
    ['page', {}, undefined],
  ])('is a visit when it is a %s: %j', (type, extra, page) => {
    const read = touchpoint({ type, event: undefined, ...extra });
    expect(read).toMatchObject({ kind: 'visit', channel: type === 'page' ? 'web' : 'app' });
    expect(read.data['page']).toBe(page);
  });

  it('tells of the customer when it identifies one', () => {
    const traits = {
      ...{ firstName: 'Ada', lastName: 'Larsen', email: 'Ada@Example.com', phone: '0912 345 6789' },
      address: { city: 'Kirkwall', country: 'GB' },
    };
    const read = touchpoint({ type: 'identify', anonymousId: 'a-1', traits, context: { locale: 'en_GB' } });
    expect(read).toMatchObject({
      kind: 'custom:identify',
      profile: { name: 'Ada Larsen', city: 'Kirkwall', country: 'GB', language: 'en-GB' },
      identifiers: [
        { kind: 'customer_number', value: '12347' },
        { kind: 'email', value: 'ada@example.com' },
        { kind: 'phone', value: '+989123456789' },
        { kind: 'anonymous_id', value: 'a-1' },
      ],
      data: { traits },
    });
  });

  it('names both sides of an alias', () => {
    expect(touchpoint({ type: 'alias', userId: 'new', previousId: 'old' })).toMatchObject({
      kind: 'custom:alias',
      identifiers: [{ value: 'new' }, { value: 'old' }],
      data: { previousId: 'old' },
    });
  });
});

describe('who a message is about', () => {
  it('is found under the e-mail address when that is the user id', () => {
    expect(touchpoint({ userId: 'Ada@Example.com' }).identifiers).toEqual([
      { kind: 'email', value: 'ada@example.com' },
    ]);
  });

  it('is whoever is left when a name stands for nobody or cannot be read', () => {
    const extra = { userId: 'null', traits: { email: 'none', phone: '12' }, anonymousId: 'a-1' };
    expect(touchpoint(extra).identifiers).toEqual([{ kind: 'anonymous_id', value: 'a-1' }]);
  });

  it.each([
    [{ userId: undefined }, '/userId required'],
    [{ userId: 'undefined', anonymousId: '0' }, '/userId blocked_value'],
  ])('has to be said: %j', (extra, expected) => {
    expect(refusal(message(extra))).toEqual([expected]);
  });
});

describe('a message with a key that everybody can read', () => {
  const browser = '7d0a1f6e-52c3-4b8e-9a41-0c5d6e7f8a9b';
  const claim = (extra: Readonly<Record<string, unknown>>) => {
    const read = touchpointOfMessage(message({ anonymousId: browser, ...extra }), { ...context, isClaimed: true });
    const parsed = read.ok ? parseTouchpoint(read.value, receivedAt) : read;
    return parsed.ok ? parsed.value : parsed.reason.map(({ pointer, code }) => `${pointer} ${code}`);
  };
  const own = [{ kind: 'anonymous_id', value: browser }];

  it.each([
    [{ type: 'identify', traits: { email: 'ada@example.com', phone: '+989121234567' } }],
    [{ type: 'identify', userId: 'ada@example.com', context: { traits: { email: 'ada@example.com' } } }],
    [{ type: 'alias', previousId: '12348' }],
    [{ type: 'group', groupId: 'g' }],
    [{ type: 'page' }],
    [{ type: 'track' }],
  ])('is nobody else’s than the browser’s, whoever it names: %j', (extra) => {
    expect(claim(extra)).toMatchObject({ identifiers: own });
  });

  it('keeps who it claims to be as something that it said', () => {
    expect(claim({ type: 'identify', traits: { plan: 'gold' } })).toMatchObject({
      kind: 'custom:browser_identify',
      data: { claimed: { userId: '12347' }, traits: { plan: 'gold' } },
    });
  });

  it('bought nothing, and is no exchange of another system', () => {
    expect(claim({ event: 'Order Completed', properties: order })).toMatchObject({
      kind: 'custom:browser_order_completed',
    });
    expect(claim({ event: 'Past Exchange' })).toMatchObject({ kind: 'custom:browser_past_exchange' });
    expect(claim({ event: 'x'.repeat(80) })).toMatchObject({ kind: `custom:browser_${'x'.repeat(42)}` });
    expect(claim({ event: 'ثبت نام' })).toMatchObject({ kind: 'custom:browser_track' });
  });

  it.each([undefined, '', '12347', 'ada@example.com', `${browser}0`, 12347, {}])(
    'is refused when %j is the browser’s: a name that others may know',
    (anonymousId) => {
      expect(claim({ anonymousId })).toEqual(['/anonymousId malformed']);
    },
  );
});

describe('when a message happened', () => {
  const sentAt = '2026-03-21T10:00:05Z';
  it.each([
    ['corrected by a clock that is two hours late', { timestamp: '2026-03-21T10:00:00Z', sentAt }, '11:59:55.000'],
    ['as RudderStack names it', { originalTimestamp: '2026-03-21T10:00:00Z', sentAt }, '11:59:55.000'],
    [
      'in milliseconds',
      { timestamp: Date.UTC(2026, 2, 21, 10), sentAt: Date.UTC(2026, 2, 21, 10, 0, 5) },
      '11:59:55.000',
    ],
    ['without sentAt, as it was told', { timestamp: '2026-03-21T10:00:00+03:30' }, '06:30:00.000'],
    ['without a zone, in UTC', { timestamp: '2026-03-21T10:00:00.5' }, '10:00:00.500'],
    ['without anything, when it arrived', {}, '12:00:00.000'],
  ])('%s', (_, extra, time) => {
    expect(touchpoint(extra).occurredAt).toBe(`2026-03-21T${time}Z`);
  });

  it.each(['lunchtime', '', '2026-13-01', {}, -1, 1e300])('is not %j', (timestamp) => {
    expect(refusal(message({ timestamp }))).toEqual(['/timestamp not_a_time']);
  });
});

describe('what is no message', () => {
  it.each([
    [null, ' not_an_object'],
    [[], ' not_an_object'],
    [{ ...message({}), type: 'delete' }, '/type not_allowed'],
    [{ ...message({}), event: undefined }, '/event required'],
    [{ ...message({}), messageId: undefined }, '/messageId required'],
    [{ ...message({}), messageId: 'x'.repeat(129) }, '/id too_long'],
    [{ ...message({}), properties: { constructor: 1 } }, '/data/properties forbidden_name'],
    [{ ...message({}), properties: { big: 2 ** 60 } }, '/data/properties/big number_out_of_range'],
    [{ ...message({}), properties: { text: '\u0000' } }, '/data/properties/text unreadable_text'],
  ])('%j is refused', (sent, expected) => {
    expect(refusal(sent)).toEqual([expected]);
  });
});

describe('payloads of other libraries', () => {
  const folder = path.resolve(__dirname, '../../../../../test/fixtures/segment');
  it.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s is read', (file) => {
    const request = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { batch: unknown[]; sentAt: unknown };
    for (const each of request.batch) {
      const read = touchpointOfMessage(each, { ...context, sentAt: request.sentAt });
      expect(read.ok && parseTouchpoint(read.value, receivedAt)).toMatchObject({
        ok: true,
        value: { id: "I'm unique" },
      });
    }
  });
});
