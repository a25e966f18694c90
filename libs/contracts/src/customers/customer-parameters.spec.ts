import { parseCustomerListParameters } from './customer-parameters.js';

describe('the parameters of the list of customers', () => {
  it('may all be left out', () => {
    expect(parseCustomerListParameters({})).toEqual({ ok: true, value: {} });
  });

  it('keep a search as it was typed', () => {
    const parameters = { search: ' علی‌نژاد, 50% ', limit: '20' };
    expect(parseCustomerListParameters(parameters)).toEqual({
      ok: true,
      value: { search: ' علی‌نژاد, 50% ', limit: 20 },
    });
  });

  it.each([
    [{ search: 'x'.repeat(201) }, 'too_long'],
    [{ search: 'a\0' }, 'invalid_text'],
    [{ search: '\ud800' }, 'invalid_text'],
    [{ serach: 'sara' }, 'unknown_parameter'],
  ])('refuse %j', (parameters, code) => {
    expect(parseCustomerListParameters(parameters)).toMatchObject({ ok: false, reason: [{ code }] });
  });
});
