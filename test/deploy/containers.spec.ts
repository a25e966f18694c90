import { ensureTopics, openKafkaBus, safeTopic } from '#platform/bus';
import { startEventStoreDbContainer, startKafkaContainer } from '#testing';
import { type DockerEngine, openDocker } from './support/docker.js';
import { type Images, openImages } from './support/images.js';

jest.setTimeout(600_000);

describe('servers that tests have from images', () => {
  let engine: DockerEngine;
  let images: Images;

  beforeAll(async () => {
    engine = await openDocker();
    images = await openImages(engine);
    Object.assign(process.env, engine.environment);
    // What removes containers of tests that died is an image, too, and there may be no registry to have it from.
    if (!engine.isThere) process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  });
  afterAll(() => engine?.stop());

  const left = (): Promise<string> =>
    engine.docker(['ps', '--all', '--format', '{{.Image}}', '--filter', 'label=org.testcontainers=true']);

  it('are a broker that takes records, and is gone when it is stopped', async () => {
    const server = await startKafkaContainer(images.kafka);
    try {
      const settings = { brokers: [server.address], clientId: 'test' };
      await ensureTopics(settings, [safeTopic('contained', 1, 1)]);
      const bus = await openKafkaBus(settings);
      const writer = await bus.openWriter('contained');
      await writer.write([{ partition: 0, key: 'k', headers: {}, value: 'سلام' }]);
      expect(await bus.ends('contained')).toEqual(new Map([[0, { first: 0n, next: 1n }]]));
      await writer.close();
      await bus.close();
    } finally {
      await server.stop();
    }
    expect(await left()).not.toContain(images.kafka);
  });

  it('are an EventStoreDB that is ready, and is gone when it is stopped', async () => {
    const server = await startEventStoreDbContainer(images.eventStoreDb);
    try {
      expect(server.address).toMatch(/^esdb:\/\/.+:\d+\?tls=false$/);
      const health = server.address.replace('esdb://', 'http://').replace('?tls=false', '/health/live');
      expect((await fetch(health)).status).toBe(204);
    } finally {
      await server.stop();
    }
    expect(await left()).not.toContain(images.eventStoreDb);
  });
});
