import { Personal, Public } from '../../events/fields/field-class.js';
import { Flag, Seconds } from '../../events/fields/number.js';
import { Nested, Optional } from '../../events/fields/structure.js';
import { FreeText, Instant, Line, OneOf, Reference } from '../../events/fields/text.js';
import { MoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const services = ['warranty', 'repair', 'installation', 'training'] as const;
export const serviceStages = ['requested', 'scheduled', 'started', 'completed', 'cancelled'] as const;

/** Something done for a product after it was sold. */
export class ServiceDto {
  @Public()
  @OneOf(services)
  service!: (typeof services)[number];

  @Public()
  @OneOf(serviceStages)
  stage!: (typeof serviceStages)[number];

  @Public()
  @Optional()
  @Line()
  product?: string;

  @Personal()
  @Optional()
  @Reference()
  serialNumber?: string;

  @Personal()
  @Optional()
  @Reference()
  ticketId?: string;

  @Public()
  @Optional()
  @Instant()
  scheduledAt?: string;

  @Public()
  @Optional()
  @Seconds()
  durationSeconds?: number;

  @Public()
  @Optional()
  @Flag()
  underWarranty?: boolean;

  /** What the customer pays for it. */
  @Public()
  @Optional()
  @Nested(MoneyDto)
  cost?: MoneyDto;

  @Personal()
  @Optional()
  @Line(128)
  technician?: string;

  @Personal()
  @Optional()
  @FreeText()
  notes?: string;
}

export const service: Kind<ServiceDto> = {
  kind: 'service',
  version: 1,
  details: ServiceDto,
  examples: {
    en: {
      service: 'repair',
      stage: 'completed',
      product: 'Espresso machine E20',
      serialNumber: 'E20-0093311',
      ticketId: 'RMA-4471',
      durationSeconds: 5400,
      underWarranty: true,
      cost: { amount: '0.00', currency: 'EUR' },
      notes: 'Pump replaced, tested with ten cups.',
    },
    fa: {
      service: 'installation',
      stage: 'scheduled',
      product: 'یخچال ساید',
      scheduledAt: '2026-03-10T06:30:00.000Z',
      technician: 'کیان',
      notes: 'طبقه‌ی سوم، بدون آسانسور',
    },
  },
};
