import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus } from '../bus.port.js';
import { driftsIn, type TopicDeclaration, type TopicDrift } from '../kafka/topic-declaration.js';

export interface TopicWatch {
  /** Settings that are not as they have to be; nothing while they cannot be asked for. */
  drifts(): readonly TopicDrift[] | undefined;
  stop(): Promise<void>;
}

export interface TopicWatchParts {
  readonly bus: Pick<Bus, 'settings'>;
  readonly topic: Pick<TopicDeclaration, 'name' | 'settings'>;
  readonly everyMs?: number;
  /** Told when other settings than before are not as they have to be, and when all are again. */
  readonly onChanged: (drifts: readonly TopicDrift[]) => void;
}

const EVERY_MS = 60_000;
/** Who could not be asked is asked again sooner: until then nobody knows whether the topic is as it has to be. */
const AGAIN_MS = 2_000;

/** Compares a topic with what it has to be, now and from time to time: anybody may change it while it is read. */
export function watchTopic({ bus, topic, everyMs = EVERY_MS, onChanged }: TopicWatchParts): TopicWatch {
  const stopping = new AbortController();
  const names = Object.keys(topic.settings);
  let drifts: readonly TopicDrift[] | undefined;
  let told = '[]';
  const look = async (): Promise<void> => {
    const found = await bus.settings(topic.name, names).catch(() => undefined);
    drifts = found && driftsIn(topic.settings, found);
    const text = JSON.stringify(drifts);
    if (drifts === undefined || text === told) return;
    told = text;
    onChanged(drifts);
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(drifts === undefined ? Math.min(AGAIN_MS, everyMs) : everyMs, undefined, {
        signal: stopping.signal,
        ref: false,
      }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    drifts: () => drifts,
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}
