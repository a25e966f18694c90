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

const WEEK_MS = 604_800_000;

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
