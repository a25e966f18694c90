import { type Position } from '#kernel';
import { type EventSource } from '#platform/consumers';
import { type Counted, type LaneMarks } from './feed-cursor.js';
import { type Place } from './merged-events.js';
import { TopicWindow, type WindowParts } from './topic-window.js';
import { type Member } from './window-members.js';

export interface SharedParts extends WindowParts {
  readonly source: Pick<EventSource, 'epoch' | 'distance'>;
}

/** Events that a lane may be ahead of a window and still wait for it. */
const AHEAD = 4_000;

/** Where a lane is, and of what topic and partitions. */
export interface Reading {
  readonly position: Position;
  /** Asked for where it matters: they have to be read from a cursor. */
  readonly marks: () => LaneMarks | undefined;
  readonly counted: Counted;
  readonly partitions: readonly number[];
}

/**
 * The windows of one process on one topic: usually one for each set of partitions, and more where lanes are too far apart. A lane
 * that has come to where more others are joins them.
 */
export class SharedWindows {
  #windows: readonly TopicWindow[] = [];

  constructor(private readonly parts: SharedParts) {}

  /** The window that a lane may begin in which most others read; the older one where they are as many. */
  find({ position, marks, counted, partitions }: Reading, own?: TopicWindow): TopicWindow | undefined {
    let best = own;
    const others = this.#windows.filter((window) => window !== own && window.isOf(partitions, counted));
    if (others.length === 0) return best;
    const isNear = (from: Position): boolean => !own && this.parts.source.distance(from, position) <= AHEAD;
    // Without itself; and between windows of one lane each somebody has to go.
    const weight = (window: TopicWindow): number => window.size - (window === own ? 0.5 : 0);
    const claimed = marks();
    for (const window of others)
      if ((!best || weight(window) > weight(best)) && window.canBegin(position, claimed, isNear)) best = window;
    return best;
  }

  open(place: Place, counted: Counted): TopicWindow {
    const window = new TopicWindow(this.parts, place, counted);
    this.#windows = [...this.#windows, window];
    return window;
  }

  async leave(window: TopicWindow, member: Member): Promise<void> {
    const closing = window.leave(member);
    if (window.size === 0) this.#windows = this.#windows.filter((one) => one !== window);
    await closing;
  }
}
