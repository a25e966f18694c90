import { eventTypes } from './event-types.js';
import { Personal, Public } from './fields/field-class.js';
import { fieldsOf } from './fields/fields-of.js';
import { List, Nested } from './fields/structure.js';
import { Line } from './fields/text.js';
import { planOf } from './personal-plan.js';
import { mergePersonal, splitPersonal } from './split-personal.js';
import { IsEmail } from 'class-validator';

const order = {
  kind: 'purchase',
  channel: 'web',
  source: 'web-shop',
  personas: [{ id: '018f0000-0000-8000-8000-000000000001', kind: 'email' }],
  touchpointId: 'o-1',
  identifiers: [{ kind: 'email', value: 'ada@example.com' }],
  profile: { name: 'Ada', country: 'GB' },
  details: { orderId: '536365', amount: { amount: '12.30', currency: 'GBP' }, items: [{ sku: '22423', quantity: 1 }] },
};

describe('personal members of an event', () => {
  it('are taken out of every level, and public ones stay', () => {
    expect(splitPersonal('touchpoint.purchase', 1, order)).toEqual({
      open: {
        kind: 'purchase',
        channel: 'web',
        source: 'web-shop',
        personas: order.personas,
        profile: { country: 'GB' },
        details: { amount: { amount: '12.30', currency: 'GBP' }, items: [{ sku: '22423', quantity: 1 }] },
      },
      personal: {
        touchpointId: 'o-1',
        identifiers: order.identifiers,
        profile: { name: 'Ada' },
        details: { orderId: '536365' },
      },
    });
  });

  it('come back where they were', () => {
    const { open, personal } = splitPersonal('touchpoint.purchase', 1, order);
    expect(mergePersonal(open, personal)).toEqual(order);
  });

  it('are a whole list as soon as its items hold anything personal', () => {
    const details = { author: 'customer', attachments: [{ name: 'me.jpg', mediaType: 'image/jpeg' }] };
    expect(splitPersonal('touchpoint.message', 1, { ...order, details })).toMatchObject({
      open: { details: { author: 'customer' } },
      personal: { details: { attachments: details.attachments } },
    });
  });

  it('are everything that a custom touchpoint says', () => {
    const custom = { ...order, kind: 'custom:open_day', details: { guests: 2, of: { whom: 'Ada' } } };
    const { open, personal } = splitPersonal('touchpoint.custom', 1, custom);
    expect(open['details']).toEqual({});
    expect(personal).toMatchObject({ details: { guests: 2, of: { whom: 'Ada' } } });
    expect(mergePersonal(open, personal)).toEqual(custom);
  });

  it('are members that nobody has classed', () => {
    const { open, personal } = splitPersonal('touchpoint.visit', 1, {
      ...order,
      details: { pagesViewed: 3, extra: 'x' },
      note: 'y',
    });
    expect(open).not.toHaveProperty('note');
    expect(open['details']).toEqual({ pagesViewed: 3 });
    expect(personal).toMatchObject({ note: 'y', details: { extra: 'x' } });
  });

  it('are none where there are none', () => {
    expect(splitPersonal('persona.erased', 1, { reason: 'retention' })).toEqual({
      open: { reason: 'retention' },
      personal: undefined,
    });
  });

  it('keep an event of an unknown type or version out of the store', () => {
    expect(() => splitPersonal('touchpoint.wave', 1, {})).toThrow('no field classes');
    expect(() => splitPersonal('touchpoint.visit', 2, {})).toThrow('no field classes');
  });
});

describe('the classing of fields', () => {
  it.each(eventTypes)('covers every field of $type', ({ data, parts }) => {
    expect(() => planOf(data, parts)).not.toThrow();
  });

  it('fails for a field without a class', () => {
    class ForgetfulDto {
      @Public()
      @Line()
      kept!: string;

      @Line()
      forgotten!: string;
    }
    expect(() => planOf(ForgetfulDto)).toThrow('ForgetfulDto.forgotten is neither @Public() nor @Personal()');
  });

  it('fails for a field without any decorator', () => {
    class BareDto {
      bare!: string;
    }
    expect(() => planOf(BareDto)).toThrow('BareDto.bare is neither');
  });

  it('fails for a field without a class in a nested object or list', () => {
    class InnerDto {
      @Line()
      forgotten!: string;
    }
    class OuterDto {
      @Public()
      @Nested(InnerDto)
      one!: InnerDto;
    }
    class ListDto {
      @Public()
      @List(InnerDto, 3)
      many!: InnerDto[];
    }
    expect(() => planOf(OuterDto)).toThrow('InnerDto.forgotten');
    expect(() => planOf(ListDto)).toThrow('InnerDto.forgotten');
  });

  it('fails for a rule that has no JSON Schema', () => {
    class MailDto {
      @Personal()
      @IsEmail()
      address!: string;
    }
    expect(() => fieldsOf(MailDto)).toThrow('isEmail');
  });
});
