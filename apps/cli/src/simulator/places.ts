import { type Weighted } from './chance.js';
import { type Zone } from './calendar.js';

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** As people there write it. */
  readonly city: string;
  readonly cityEn: string;
  readonly zone: Zone;
  readonly currency: string;
  /** Which names people have and how they write. */
  readonly culture: 'iranian' | 'anglo' | 'german' | 'french' | 'arabic' | 'turkish';
  /** Who brings the parcels, in shares. */
  readonly partners: Weighted<string>;
  /** Working days from the order to the door. */
  readonly transitDays: readonly [number, number];
  /** One of our own showrooms. */
  readonly branch?: string;
}

export const TONDAR = 'Tondar Express';
const CARAVAN = 'Caravan Post';
const NORD = 'NordParcel';

const iranian = (
  city: string,
  cityEn: string,
  transitDays: readonly [number, number],
  more: Partial<Place> = {},
): Place => ({
  ...{ country: 'IR', city, cityEn, zone: 'tehran', currency: 'IRR', culture: 'iranian', transitDays },
  partners: [[CARAVAN, 1]],
  ...more,
});

type Abroad = Pick<Place, 'country' | 'cityEn' | 'zone' | 'currency' | 'culture' | 'branch'>;
const abroad = (place: Abroad, transitDays: readonly [number, number]): Place => ({
  ...place,
  city: place.cityEn,
  partners: [[NORD, 1]],
  transitDays,
});

export const isfahan = iranian('اصفهان', 'Isfahan', [2, 3], {
  partners: [
    [TONDAR, 8],
    [CARAVAN, 2],
  ],
  branch: 'isfahan-chaharbagh',
});
export const tehran = iranian('تهران', 'Tehran', [1, 2], { branch: 'tehran-valiasr' });
const shiraz = iranian('شیراز', 'Shiraz', [2, 4], {
  partners: [
    [TONDAR, 1],
    [CARAVAN, 1],
  ],
});
const germany = { country: 'DE', zone: 'berlin', currency: 'EUR', culture: 'german' } as const;
const britain = { country: 'GB', zone: 'london', currency: 'GBP', culture: 'anglo' } as const;

export const berlin = abroad({ ...germany, cityEn: 'Berlin', branch: 'berlin-mitte' }, [2, 4]);
export const london = abroad({ ...britain, cityEn: 'London' }, [3, 5]);
export const toronto = abroad(
  { country: 'CA', cityEn: 'Toronto', zone: 'new_york', currency: 'CAD', culture: 'anglo' },
  [6, 9],
);

/** Where customers live, in shares: two thirds in Iran. */
export const places: Weighted<Place> = [
  [tehran, 26],
  [isfahan, 20],
  [shiraz, 7],
  [iranian('مشهد', 'Mashhad', [2, 4]), 8],
  [iranian('تبریز', 'Tabriz', [2, 4]), 6],
  [iranian('رشت', 'Rasht', [2, 3]), 4],
  [iranian('اهواز', 'Ahvaz', [3, 5]), 4],
  [berlin, 6],
  [abroad({ ...germany, cityEn: 'Hamburg' }, [2, 4]), 3],
  [abroad({ country: 'FR', cityEn: 'Lyon', zone: 'berlin', currency: 'EUR', culture: 'french' }, [3, 5]), 4],
  [london, 6],
  [abroad({ ...britain, cityEn: 'Leeds' }, [3, 5]), 3],
  [
    abroad({ country: 'US', cityEn: 'Los Angeles', zone: 'los_angeles', currency: 'USD', culture: 'anglo' }, [6, 10]),
    4,
  ],
  [toronto, 3],
  [abroad({ country: 'AE', cityEn: 'Dubai', zone: 'dubai', currency: 'AED', culture: 'arabic' }, [2, 4]), 3],
  [abroad({ country: 'TR', cityEn: 'Istanbul', zone: 'istanbul', currency: 'TRY', culture: 'turkish' }, [3, 5]), 3],
];
