import { type Admin } from 'kafkajs';
import { BusGuardError, type Bus, type PartitionEnds } from '../bus.port.js';
import { openTopicReader } from './topic-reader.js';
import { kafkaClient } from './kafka-client.js';
import { type KafkaSettings } from './kafka-settings.js';
import { settingsOf } from './topic-settings.js';
import { openVerifiedWriter } from './verified-writer.js';

export function kafkaBus(settings: KafkaSettings): Bus {
  const kafka = kafkaClient(settings);
  const admin = new SharedAdmin(() => kafka.admin({ retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 } }));
  return {
    ends: async (topic) => {
      const ends = await admin
        .use((connected) => connected.fetchTopicOffsets(topic))
        .catch((error: unknown) => {
          throw isUnknownTopic(error) ? noSuchTopic(topic) : error;
        });
      return new Map(
        ends.map(({ partition, low, high }): [number, PartitionEnds] => [
          partition,
          { first: BigInt(low), next: BigInt(high) },
        ]),
      );
    },
    settings: (topic, names) => admin.use((connected) => settingsOf(connected, topic, names)),
    openWriter: (topic) => openVerifiedWriter(kafka, topic),
    openReader: (topic, from, form = 'own') => openTopicReader(kafka, topic, { from, form }),
    close: () => admin.close(),
  };
}

export const noSuchTopic = (topic: string): BusGuardError =>
  new BusGuardError(`Kafka has no topic ${topic}.`, 'Make it with: safar kafka init.');

/** Behind tries of its own, kafkajs has what the broker said as the cause. */
const isUnknownTopic = (error: unknown): boolean =>
  error instanceof Error &&
  (('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') || isUnknownTopic(error.cause));

/** One connection for the questions, made anew after each failure: kafkajs does not mend a broken one. */
class SharedAdmin {
  #connected: Promise<Admin> | undefined;

  constructor(private readonly open: () => Admin) {}

  async use<Answer>(work: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const connected = (this.#connected ??= this.#connect());
    try {
      return await work(await connected);
    } catch (error) {
      if (this.#connected === connected) this.#connected = undefined;
      await connected.then((admin) => admin.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    await connected?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  async #connect(): Promise<Admin> {
    const admin = this.open();
    await admin.connect();
    return admin;
  }
}
