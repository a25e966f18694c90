import { Public } from '../../events/fields/field-class.js';
import { Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { Code, Line, OneOf } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const loyaltyActions = ['joined', 'earned', 'redeemed', 'expired', 'adjusted', 'tier_changed', 'left'] as const;
const MAX_POINTS = 1_000_000_000_000;

/** Something happened in a loyalty programme. */
export class LoyaltyDto {
  @Public()
  @OneOf(loyaltyActions)
  action!: (typeof loyaltyActions)[number];

  @Public()
  @Optional()
  @Code()
  programme?: string;

  /** Change of the balance: below zero when points are spent, expire or are taken back. */
  @Public()
  @Optional()
  @Whole(-MAX_POINTS, MAX_POINTS)
  points?: number;

  /** After the change. */
  @Public()
  @Optional()
  @Whole(-MAX_POINTS, MAX_POINTS)
  balance?: number;

  @Public()
  @Optional()
  @Code()
  tier?: string;

  @Public()
  @Optional()
  @Line()
  reward?: string;
}

export const loyalty: Kind<LoyaltyDto> = {
  kind: 'loyalty',
  version: 1,
  details: LoyaltyDto,
  examples: {
    en: {
      action: 'redeemed',
      programme: 'lantern-club',
      points: -500,
      balance: 120,
      tier: 'silver',
      reward: 'Free delivery',
    },
    fa: { action: 'earned', programme: 'bashgah', points: 250, balance: 1250, reward: 'هدیه‌ی نوروزی' },
  },
};
