import type { EpochMs, RecordedEvent } from '#kernel';
import {
  type DeclinedDto,
  type ItemChangedDto,
  type ItemLeftDto,
  type NotDoneDto,
  type OfferedDto,
  type ReturnedDto,
  type RoutedDto,
} from './routing-events.dto.js';

export interface RoutingData {
  readonly 'routing.assigned': RoutedDto;
  readonly 'routing.declined': DeclinedDto;
  readonly 'routing.item_changed': ItemChangedDto;
  readonly 'routing.item_left': ItemLeftDto;
  readonly 'routing.not_done': NotDoneDto;
  readonly 'routing.offered': OfferedDto;
  readonly 'routing.returned': ReturnedDto;
}

export type RoutingEventType = keyof RoutingData;

/** As the store has it. Its key is the customer; its stream `routing-<id of the conversation>`. */
export type RoutingEvent = { [T in RoutingEventType]: RecordedEvent<T, Readonly<RoutingData[T]>> }[RoutingEventType];

/** Until when somebody is asked: as long as anybody, however long after it was decided the offer was made. */
export const offerEndsAt = ({ seconds, until }: Pick<OfferedDto, 'seconds' | 'until'>, recordedAt: EpochMs): EpochMs =>
  seconds === undefined ? Date.parse(until ?? '') || recordedAt : recordedAt + seconds * 1_000;

const STREAM = 'routing-';
export const routingStream = (conversationId: string): string => `${STREAM}${conversationId}`;
export const routedConversationOf = (stream: string): string => stream.slice(STREAM.length);

export const isRoutingEvent = (event: RecordedEvent): event is RoutingEvent => event.type.startsWith('routing.');
