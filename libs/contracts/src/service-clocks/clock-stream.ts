import { type ClockKind, clockKinds } from './service-clock.js';

/** One clock of a conversation: the first, second … of its kind. */
export interface ClockName {
  readonly conversationId: string;
  readonly kind: ClockKind;
  /** 1 and up. */
  readonly ordinal: number;
}

const STREAM = /^service_clock-([0-9a-f-]{36})-([a-z_]+)-([1-9][0-9]{0,8})$/;

/** Where a clock's facts are. Their key is the customer, as the conversation's. */
export const clockStream = ({ conversationId, kind, ordinal }: ClockName): string =>
  `service_clock-${conversationId}-${kind}-${String(ordinal)}`;

/** Whose clock a stream is; `undefined` where it is no conversation's. */
export function clockOfStream(stream: string): ClockName | undefined {
  const [, conversationId = '', named, ordinal] = STREAM.exec(stream) ?? [];
  const kind = clockKinds.find((each) => each === named);
  return kind && { conversationId, kind, ordinal: Number(ordinal) };
}
