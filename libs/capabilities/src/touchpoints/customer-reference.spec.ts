import { parseCustomerReference } from './customer-reference.js';

const uuid = (...parts: readonly string[]): string => parts.join('|');
const parse = (reference: string) => parseCustomerReference(reference, uuid, 'IR');

describe('a reference to a customer', () => {
  it('is the id of a persona', () => {
    const id = '018F0000-0000-8000-8000-00000000000A';
    expect(parse(id)).toEqual({ ok: true, value: { personaId: id.toLowerCase() } });
  });

  it.each([
    ['customer_number:12347', 'persona|customer_number|12347'],
    ['phone:۰۹۱۲ ۳۴۵ ۶۷۸۹', 'persona|phone|+989123456789'],
    ['email:Ada@Example.com', 'persona|email|ada@example.com'],
    ['device_id:ios:44:1', 'persona|device_id|ios:44:1'],
  ])('%s is any spelling of an identifier', (reference, personaId) => {
    expect(parse(reference)).toEqual({ ok: true, value: { personaId } });
  });

  it.each([
    ['', 'not_a_reference'],
    ['12347', 'not_a_reference'],
    [':12347', 'not_a_reference'],
    ['Customer Number:1', 'not_a_reference'],
    [`telegram:${'a'.repeat(300)}`, 'not_a_reference'],
    ['customer_number:', 'blocked_value'],
    ['customer_number:null', 'blocked_value'],
    ['email:ada', 'not_an_email'],
  ])('is not “%s”', (reference, reason) => {
    expect(parse(reference)).toEqual({ ok: false, reason });
  });
});
