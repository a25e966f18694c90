import { KafkaCluster } from '#testing';
import { busConformance } from '../bus.conformance.js';
import { ensureTopics, openKafkaBus } from './load-kafka.js';
import { safeTopic } from './topic-declaration.js';

const cluster = KafkaCluster.at(process.env['SAFAR_TEST_KAFKA'] ?? '');
const settings = { brokers: cluster.brokers, clientId: 'conformance' };
let topics = 0;

busConformance('Kafka', async () => ({
  bus: await openKafkaBus(settings),
  newTopic: async (partitions) => {
    const name = `conformance.${String(++topics)}`;
    await ensureTopics(settings, [safeTopic(name, partitions, 3)]);
    return name;
  },
}));

describe('making topics', () => {
  it('makes what is missing, changes nothing of what is there, and names each setting that has drifted', async () => {
    const declared = safeTopic('safar.drift.v1', 3, 3);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: true, drifts: [] }]);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: false, drifts: [] }]);
    const other = { ...declared, partitions: 4, settings: { ...declared.settings, 'retention.ms': '1000' } };
    const drifts = [
      { setting: 'partitions', is: '3', should: '4' },
      { setting: 'retention.ms', is: '604800000', should: '1000' },
    ];
    expect(await ensureTopics(settings, [other])).toEqual([{ name: declared.name, made: false, drifts }]);
    expect(await ensureTopics(settings, [declared])).toEqual([{ name: declared.name, made: false, drifts: [] }]);
  });
});
