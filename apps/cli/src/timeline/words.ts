import { type Channel, type TouchpointKind } from '#contracts';
import { codeWords } from './code-words.js';

/** What a timeline says in one language. Both catalogues have the same keys: the compiler sees to it. */
export interface TimelineWords {
  readonly kinds: Readonly<Record<TouchpointKind, string>>;
  readonly channels: Readonly<Record<Channel, string>>;
  /** Of closed lists in the details. */
  readonly codes: Readonly<Record<string, string>>;
  readonly erased: string;
  readonly erasure: string;
  readonly empty: string;
  items(count: number, written: string): string;
  readonly yes: string;
  readonly no: string;
  /** BCP 47; of dates and numbers. */
  readonly locale: string;
}

export type TimelineLanguage = 'en' | 'fa';

export const timelineWords: Readonly<Record<TimelineLanguage, TimelineWords>> = {
  en: {
    kinds: {
      first_contact: 'First contact',
      visit: 'Visit',
      message: 'Message',
      call: 'Call',
      purchase: 'Purchase',
      return: 'Return',
      cart_abandoned: 'Cart left',
      complaint: 'Complaint',
      follow_up: 'Follow-up',
      survey_answer: 'Survey',
      review: 'Review',
      mention: 'Mention',
      promise: 'Promise',
      service: 'Service',
      loyalty: 'Loyalty',
      subscription: 'Subscription',
      consent: 'Consent',
      custom: 'Custom',
    },
    channels: {
      web: 'web',
      email: 'e-mail',
      chat: 'chat',
      phone: 'phone',
      sms: 'SMS',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      bale: 'Bale',
      viber: 'Viber',
      instagram: 'Instagram',
      facebook: 'Facebook',
      x: 'X',
      store: 'store',
      app: 'app',
      letter: 'letter',
      fax: 'fax',
      referral: 'referral',
      other: 'other',
    },
    codes: codeWords.en,
    erased: 'personal data erased',
    erasure: 'Customer erased',
    empty: 'Nothing to show.',
    items: (count, written) => `${written} ${count === 1 ? 'item' : 'items'}`,
    yes: 'yes',
    no: 'no',
    locale: 'en-GB',
  },
  fa: {
    kinds: {
      first_contact: 'نخستین تماس',
      visit: 'بازدید',
      message: 'پیام',
      call: 'تماس تلفنی',
      purchase: 'خرید',
      return: 'بازگرداندن کالا',
      cart_abandoned: 'سبد رهاشده',
      complaint: 'شکایت',
      follow_up: 'پیگیری',
      survey_answer: 'نظرسنجی',
      review: 'نقد',
      mention: 'یادکرد',
      promise: 'قول',
      service: 'خدمات',
      loyalty: 'باشگاه مشتریان',
      subscription: 'اشتراک',
      consent: 'رضایت',
      custom: 'سفارشی',
    },
    channels: {
      web: 'وب',
      email: 'ایمیل',
      chat: 'گفتگو',
      phone: 'تلفن',
      sms: 'پیامک',
      whatsapp: 'واتساپ',
      telegram: 'تلگرام',
      bale: 'بله',
      viber: 'وایبر',
      instagram: 'اینستاگرام',
      facebook: 'فیسبوک',
      x: 'ایکس',
      store: 'فروشگاه',
      app: 'اپلیکیشن',
      letter: 'نامه',
      fax: 'نمابر',
      referral: 'ارجاع',
      other: 'دیگر',
    },
    codes: codeWords.fa,
    erased: 'داده‌های شخصی پاک شده است',
    erasure: 'مشتری پاک شد',
    empty: 'چیزی برای نمایش نیست.',
    items: (_count, written) => `${written} قلم`,
    yes: 'بله',
    no: 'نه',
    locale: 'fa-IR',
  },
};
