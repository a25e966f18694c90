import { rateLimitHeaders, type Spent } from '../limits/rate-limits.js';
import { type Language } from '../problems/language.js';

interface About {
  readonly requestId: string;
  readonly language: Language;
  readonly spent: Spent | undefined;
  readonly closing: boolean;
}

/**
 * The headers of an answer, names and values in turn, as `writeHead` takes them without looking anything up. A header of the answer
 * itself stands once, whatever else says it.
 */
export function headLines(
  fixed: readonly string[],
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { requestId, language, spent, closing }: About,
): string[] {
  const lines = [...fixed, 'x-request-id', requestId];
  if (headers['cache-control'] === undefined) lines.push('cache-control', 'no-store');
  if (headers['content-language'] === undefined) lines.push('content-language', language);
  if (headers['vary'] === undefined) lines.push('vary', 'accept-language');
  if (spent) {
    const limits = rateLimitHeaders(spent);
    lines.push('ratelimit-policy', limits['ratelimit-policy'], 'ratelimit', limits.ratelimit);
  }
  for (const name in headers) lines.push(name, headers[name] ?? '');
  lines.push('content-length', String(Buffer.byteLength(body)));
  if (closing) lines.push('connection', 'close');
  return lines;
}
