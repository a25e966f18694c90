/** How a topic has to be. */
export interface TopicDeclaration {
  readonly name: string;
  /** Never changed on a live topic: the order of its keys hangs on it. */
  readonly partitions: number;
  readonly replicas: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TopicDrift {
  readonly setting: string;
  readonly is: string;
  readonly should: string;
}

export interface EnsuredTopic {
  readonly name: string;
  readonly made: boolean;
  /** Where a topic that was there already is not as it has to be. Nothing was changed. */
  readonly drifts: readonly TopicDrift[];
}

/** What may be more than it has to be: who raises it keeps longer what was not read yet. -1 is without end. */
const AT_LEAST: ReadonlySet<string> = new Set(['retention.ms']);

const holds = (setting: string, is: string, should: string): boolean =>
  is === should || (AT_LEAST.has(setting) && (is === '-1' || (should !== '-1' && Number(is) > Number(should))));

/** Settings that are not as they have to be. */
export const driftsIn = (
  settings: TopicDeclaration['settings'],
  found: ReadonlyMap<string, string>,
): readonly TopicDrift[] =>
  Object.entries(settings)
    .map(([setting, should]) => ({ setting, is: found.get(setting) ?? '', should }))
    .filter(({ setting, is, should }) => !holds(setting, is, should));

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** A topic that may not lose what was acknowledged: two of three replicas have it, and no other replica becomes the leader. */
export function safeTopic(name: string, partitions: number, replicas: number): TopicDeclaration {
  return {
    ...{ name, partitions, replicas },
    settings: {
      'min.insync.replicas': String(Math.max(1, replicas - 1)),
      'unclean.leader.election.enable': 'false',
      'cleanup.policy': 'delete',
      // Who was away for longer goes on from the store, which keeps everything.
      'retention.ms': String(WEEK_MS),
      'retention.bytes': '-1',
      // A touchpoint of a file may have a megabyte, and a third more when it is sealed.
      'max.message.bytes': '4194304',
    },
  };
}

/** What is kept for a week has to go after a week: the broker deletes whole segments only, and would begin a new one every week. */
const segments = { 'segment.ms': String(DAY_MS) };

/** Whose clock a record is stamped with. */
export const TIMESTAMP_SETTING = 'message.timestamp.type';

/** A topic that others write to. */
export function inboundTopic(name: string, partitions: number, replicas: number): TopicDeclaration {
  const safe = safeTopic(name, partitions, replicas);
  return {
    ...safe,
    settings: {
      ...safe.settings,
      ...segments,
      // Whatever producers compress with, the broker writes it plainly: our client knows gzip only, and a small batch that becomes a
      // large one is seen by the limit below.
      'compression.type': 'uncompressed',
      // A touchpoint has 32 KB; what is larger than a batch may be is refused while its sender still listens.
      'max.message.bytes': '1048576',
      // By the clock of the brokers, not that of senders: what was sent before somebody was erased has to be known by it.
      [TIMESTAMP_SETTING]: 'LogAppendTime',
    },
  };
}

/** One partition: refusals in their order, for a person to read. What was refused is in the quarantine. */
export function deadLetterTopic(name: string, replicas: number): TopicDeclaration {
  const safe = safeTopic(name, 1, replicas);
  return { ...safe, settings: { ...safe.settings, ...segments } };
}
