import { kafkaUser, ownCluster, someBrokers, until, withOwnBrokers } from '#testing';
import { busConformance } from '../bus.conformance.js';
import { type BusRecord } from '../bus.port.js';
import { type KafkaSettings } from './kafka-settings.js';
import { ensureTopics, openKafkaBus } from './load-kafka.js';
import { inboundTopic, safeTopic } from './topic-declaration.js';

const { brokers, replicas, prefix } = someBrokers();
const settings = { brokers, clientId: 'conformance' };
let topics = 0;

busConformance('Kafka', async () => ({
  bus: await openKafkaBus(settings),
  newTopic: async (partitions) => {
    const name = `${prefix}conformance.${String(++topics)}`;
    await ensureTopics(settings, [safeTopic(name, partitions, replicas)]);
    return name;
  },
}));

describe('making topics', () => {
  it('makes what is missing, changes nothing of what is there, and names each setting that has drifted', async () => {
    const declared = safeTopic(`${prefix}safar.drift.v1`, 3, replicas);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: true, drifts: [] }]);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: false, drifts: [] }]);
    const other = { ...declared, partitions: 4, settings: { ...declared.settings, 'retention.ms': '1209600000' } };
    const drifts = [
      { setting: 'partitions', is: '3', should: '4' },
      { setting: 'retention.ms', is: '604800000', should: '1209600000' },
    ];
    expect(await ensureTopics(settings, [other])).toEqual([{ name: declared.name, made: false, drifts }]);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: false, drifts: [] }]);
    const bus = await openKafkaBus(settings);
    expect(await bus.settings(declared.name, ['retention.ms', 'message.timestamp.type'])).toEqual(
      new Map([
        ['message.timestamp.type', 'CreateTime'],
        ['retention.ms', '604800000'],
      ]),
    );
    await bus.close();
  });
});

describe('the times of what others write', () => {
  it('are told to be of the sender where the topic goes by its clock', async () => {
    const declared = inboundTopic(`${prefix}safar.stamped.v1`, 1, replicas);
    const own = { ...declared, name: `${prefix}safar.unstamped.v1`, settings: safeTopic('', 1, replicas).settings };
    await ensureTopics(settings, [declared, own]);
    const bus = await openKafkaBus(settings);
    for (const [{ name }, stampedBy] of [
      [declared, undefined],
      [own, 'sender'],
    ] as const) {
      const writer = await bus.openWriter(name);
      await writer.write([{ partition: 0, key: '', headers: {}, value: 'when?' }]);
      const reader = await bus.openReader(name, new Map([[0, 0n]]), 'foreign');
      const found: BusRecord[] = [];
      await until(() => found.push(...reader.take(0, 1)) > 0, 'a record');
      expect(found.map((one) => one.stampedBy)).toEqual([stampedBy]);
      await Promise.all([reader.close(), writer.close()]);
    }
    await bus.close();
  });
});

withOwnBrokers(describe)('brokers that ask who is there', () => {
  const cluster = ownCluster();
  const sasl = { mechanism: 'scram-sha-512', ...kafkaUser } as const;
  const scram = (): KafkaSettings => ({ brokers: cluster.scramBrokers, clientId: 'scram', sasl });
  const secure = (): KafkaSettings => ({
    brokers: cluster.secureBrokers,
    clientId: 'secure',
    tls: { ca: cluster.certificate },
    sasl: { mechanism: 'plain', ...kafkaUser },
  });
  const mutual = (): KafkaSettings => ({
    brokers: cluster.mutualBrokers,
    clientId: 'mutual',
    tls: { ca: cluster.certificate, ...cluster.clientCertificate },
  });
  const record = { partition: 0, key: 'k', headers: {}, value: 'سلام' };
  const ends = async (of: KafkaSettings, topic: string): Promise<unknown> => {
    const bus = await openKafkaBus(of);
    return bus.ends(topic).finally(() => bus.close());
  };
  /** A topic that is there: nobody is turned away because of what they ask for. */
  const there = 'guarded.there';
  beforeAll(async () => {
    await ensureTopics(scram(), [safeTopic(there, 1, 3)]);
    const found = new Map([[0, { first: 0n, next: 0n }]]);
    for (const known of [scram(), secure(), mutual()]) expect(await ends(known, there)).toEqual(found);
  });

  it.each([
    ['a password by SCRAM', scram],
    ['a password, over TLS under their own authority', secure],
    ['a certificate of the client', mutual],
  ])('get %s', async (name, of) => {
    const topic = `guarded.${String(++topics)}`;
    expect(await ensureTopics(of(), [safeTopic(topic, 1, 3)])).toMatchObject([{ made: true }]);
    const bus = await openKafkaBus(of());
    const writer = await bus.openWriter(topic);
    await writer.write([record]);
    const reader = await bus.openReader(topic, new Map([[0, 0n]]));
    const found: BusRecord[] = [];
    await until(() => found.push(...reader.take(0, 1)) > 0, `a record over ${name}`);
    expect(found).toMatchObject([record]);
    await Promise.all([reader.close(), writer.close()]);
    await bus.close();
  });

  it.each<[string, () => KafkaSettings]>([
    ['another password', () => ({ ...scram(), sasl: { ...sasl, password: 'another' } })],
    ['no password', () => ({ brokers: cluster.secureBrokers, clientId: 'nobody', tls: { ca: cluster.certificate } })],
  ])('turn %s away', async (_what, of) => {
    await expect(ends(of(), there)).rejects.toThrow();
  });

  it('are told nothing where nobody vouches for them, nor without TLS, and turn away who shows no certificate', async () => {
    const unknown: KafkaSettings = { ...secure(), tls: {} };
    const { certificate: ca, brokers } = cluster;
    const begun = performance.now();
    // The client tries each for ten seconds: all at once.
    await Promise.all([
      expect(ends(unknown, there)).rejects.toThrow(/self.signed certificate/),
      expect(ends({ ...secure(), tls: undefined }, there)).rejects.toThrow(),
      expect(ends({ brokers, clientId: 'secure', tls: { ca } }, there)).rejects.toThrow(),
      expect(ends({ ...mutual(), tls: { ca } }, there)).rejects.toThrow(),
      expect(ensureTopics(unknown, [safeTopic('anything', 1, 3)])).rejects.toThrow(/self.signed certificate/),
    ]);
    // Where it may pass, making topics is tried for half a minute.
    expect(performance.now() - begun).toBeLessThan(25_000);
  });
});
