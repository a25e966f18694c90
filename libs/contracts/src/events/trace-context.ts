/** W3C Trace Context of a request: https://www.w3.org/TR/trace-context-1/ (Recommendation of 2021-11-23). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** As it was sent. */
  readonly traceparent: string;
  /** Without white space and empty members, at most 512 characters; absent when there was none, or one that cannot be read. */
  readonly tracestate?: string;
}

/** §3.2: version, trace id, parent id, flags. Ids of zeros only, and the version ff, are invalid. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]*)?$/;
/** §3.3.1.3.1: a simple key, or a tenant at a system. */
const KEY = /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})$/;
/** §3.3.1.3.2: printable ASCII without comma and equals sign, not ending in a space. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

const MEMBERS = 32;
/** §3.3.1.5: what is passed on at least; we keep no more. */
const STATE_LENGTH = 512;
const LONG_MEMBER = 128;
/** As much as eight times what must be passed on. Longer ones are left before they are looked at: anybody can send them, to any route. */
const MOST_READ = 4_096;
/** Longer ones of later versions mean nothing to us, and would be stored with each event. */
const PARENT_LENGTH = 128;

/**
 * The trace that the sender of a request is in. `undefined` when they are in none, or in one that the recommendation tells us to leave.
 * A tracestate that cannot be read is left out alone.
 */
export function parseTraceContext(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > PARENT_LENGTH) return undefined;
  const [, version, traceId, rest] = TRACEPARENT.exec(traceparent) ?? [];
  // Version 00 ends with the flags; later ones may go on behind a dash (§4.3).
  if (traceId === undefined || (version === '00' && rest !== undefined)) return undefined;
  const state = parseTracestate(tracestate);
  return { traceId, traceparent, ...(state !== undefined && { tracestate: state }) };
}

function parseTracestate(header: unknown): string | undefined {
  // Several headers are one list, in their order.
  const text = Array.isArray(header) ? header.join(',') : header;
  if (typeof text !== 'string' || text.length > MOST_READ) return undefined;
  const members = text
    .split(',', MEMBERS * 4)
    .map(withoutSpace)
    .filter((member) => member !== '');
  if (members.length > MEMBERS || !members.every(isMember)) return undefined;
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  if (keys.size < members.length) return undefined;
  return shortened(members) || undefined;
}

const isSpace = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';

/** By index: a pattern for white space at the end tries again at each white space within. `trim` would take more than the two. */
function withoutSpace(member: string): string {
  let start = 0;
  let end = member.length;
  while (start < end && isSpace(member, start)) start += 1;
  while (end > start && isSpace(member, end - 1)) end -= 1;
  return member.slice(start, end);
}

function isMember(member: string): boolean {
  const equals = member.indexOf('=');
  return equals > 0 && KEY.test(member.slice(0, equals)) && VALUE.test(member.slice(equals + 1));
}

/** §3.3.1.5: whole members go, first those of more than 128 characters, then from the end. */
function shortened(members: readonly string[]): string {
  const whole = members.join(',');
  if (whole.length <= STATE_LENGTH) return whole;
  const kept = members.filter((member) => member.length <= LONG_MEMBER);
  while (kept.join(',').length > STATE_LENGTH) kept.pop();
  return kept.join(',');
}
