export type Language = 'en' | 'fa';

/** A language range and its weight, RFC 9110 §12.5.4. */
const RANGE = /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/;

/** What the caller reads best of what there is; English for `*`, for nothing and for nonsense. */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: { readonly language: Language; readonly weight: number } = { language: 'en', weight: 0 };
  // The header is bounded by the size of all headers; ten ranges are more than any browser sends.
  for (const part of (acceptLanguage ?? '').split(',', 10)) {
    const [, range = '', q = '1'] = RANGE.exec(part) ?? [];
    const primary = range.toLowerCase().split('-')[0];
    const language = primary === 'fa' ? 'fa' : primary === 'en' || range === '*' ? 'en' : undefined;
    if (language !== undefined && Number(q) > best.weight) best = { language, weight: Number(q) };
  }
  return best.language;
}
