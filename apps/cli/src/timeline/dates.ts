import { type TimelineLanguage } from './words.js';

/** Days and times of day in one language, calendar and zone. */
export interface DateWriter {
  /** `Tuesday, 7 December 2010` or `سه‌شنبه ۱۶ آذر ۱۳۸۹`. */
  day(at: Date): string;
  /** `14:57` or `۱۴:۵۷`. */
  time(at: Date): string;
}

const locales: Readonly<Record<TimelineLanguage, string>> = { en: 'en-GB', fa: 'fa-IR-u-ca-persian' };

export function dateWriter(language: TimelineLanguage, zone: string): DateWriter {
  const locale = locales[language];
  const dayFormat = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const timeFormat = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return {
    day(at) {
      // From parts: for fa, `dateStyle: 'full'` puts the year first and the weekday last.
      const parts = new Map(dayFormat.formatToParts(at).map(({ type, value }) => [type, value]));
      const [weekday, day, month, year] = (['weekday', 'day', 'month', 'year'] as const).map(
        (type) => parts.get(type) ?? '',
      );
      return language === 'fa'
        ? `${weekday ?? ''} ${day ?? ''} ${month ?? ''} ${year ?? ''}`
        : `${weekday ?? ''}, ${day ?? ''} ${month ?? ''} ${year ?? ''}`;
    },
    time: (at) => timeFormat.format(at),
  };
}
