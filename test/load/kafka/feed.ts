import { type Bus, busFeed, openKafkaBus, watchRelayProgress } from '#platform/bus';
import { type LaneFeed } from '#platform/consumers';
import { type KafkaPlace } from '../harness/jobs.js';
import { type OpenTimeline, openTimeline } from '../projection/open-timeline.js';

export interface KafkaFeed {
  readonly parts: OpenTimeline;
  readonly bus: Bus;
  readonly feed: LaneFeed;
  close(): Promise<void>;
}

/** What a projector over Kafka is made of, for the timeline alone. */
export async function openKafkaFeed(url: string, { brokers, topic }: KafkaPlace): Promise<KafkaFeed> {
  const parts = await openTimeline(url);
  const bus = await openKafkaBus({ brokers, clientId: 'safar-bench' });
  const progress = watchRelayProgress(parts.pool, topic);
  return {
    ...{ parts, bus },
    feed: busFeed({ bus, topic, source: parts.source, progress }),
    close: async () => {
      await progress.close();
      await bus.close();
      await parts.close();
    },
  };
}
