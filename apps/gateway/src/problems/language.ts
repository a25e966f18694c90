export type Language = 'en' | 'fa';

/** A language range and its weight, RFC 9110 §12.5.4. */
const RANGE = /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/;
/** More than any browser sends. */
const RANGES = 20;

/**
 * What the caller reads best of what there is: the highest weight, and of equal ones what they named first. `*` stands for what they did
 * not name. English for nothing, for nonsense, and for whoever wants neither.
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  // Nearly every program sends none.
  if (acceptLanguage === undefined) return 'en';
  const weights = new Map<Language | '*', number>();
  // The header is bounded by the size of all headers.
  for (const part of acceptLanguage.split(',', RANGES)) {
    const [, range = '', q = '1'] = RANGE.exec(part) ?? [];
    const primary = range.toLowerCase().split('-')[0];
    const named = primary === 'fa' || primary === 'en' || primary === '*' ? primary : undefined;
    // `fa-IR;q=1, fa;q=0.1`: as much as they want of any Persian.
    if (named !== undefined) weights.set(named, Math.max(weights.get(named) ?? 0, Math.min(1, Number(q))));
  }
  const others = weights.get('*') ?? 0;
  if (!weights.has('en')) weights.set('en', others);
  if (!weights.has('fa')) weights.set('fa', others);
  weights.delete('*');
  let best: { readonly language: Language; readonly weight: number } = { language: 'en', weight: 0 };
  for (const [language, weight] of weights) if (language !== '*' && weight > best.weight) best = { language, weight };
  return best.language;
}
