import { type EpochMs } from '#kernel';

/** [from, until) */
export interface Span {
  readonly from: EpochMs;
  readonly until: EpochMs;
}

/** The same moments in order, each once; empty spans are left out. */
export function union(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.filter(({ from, until }) => from < until).toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || span.from > last.until) merged.push(span);
    else merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, span.until) };
  }
  return merged;
}

export interface Part extends Span {
  /** Whether the part lies in one of the spans that it was cut by. */
  readonly inside: boolean;
}

/** A span in order, cut where others (a union) begin and end. */
export function cut(span: Span, by: readonly Span[]): readonly Part[] {
  const parts: Part[] = [];
  let at = span.from;
  for (const { from, until } of by) {
    if (until <= at) continue;
    if (from >= span.until) break;
    if (from > at) parts.push({ from: at, until: from, inside: false });
    const end = Math.min(until, span.until);
    parts.push({ from: Math.max(from, at), until: end, inside: true });
    at = end;
  }
  if (at < span.until) parts.push({ from: at, until: span.until, inside: false });
  return parts;
}
