import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#testing';
import { Compose } from './support/compose.js';
import { type DockerEngine, openDocker, root, run } from './support/docker.js';
import { openImages } from './support/images.js';
import { alertExpressions, namesIn, panelExpressions, unknownIn } from './support/metric-names.js';

jest.setTimeout(600_000);

const IMAGE = 'safar-test/safar';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe('docker-compose.yml', () => {
  let engine: DockerEngine;
  let compose: Compose;
  let url: string;
  let key: string;
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-deploy-'));

  beforeAll(async () => {
    engine = await openDocker();
    const images = await openImages(engine);
    await engine.docker([
      ...['build', '--quiet', '--network', 'host', '--build-arg', `NODE_IMAGE=${images.node}`],
      ...['--file', path.join(root, 'deploy/Dockerfile'), '--tag', IMAGE, root],
    ]);
    const port = await freePort();
    url = `http://127.0.0.1:${String(port)}`;
    await run('sh', [path.join(root, 'deploy/make-secrets.sh'), folder]);
    compose = await Compose.open(engine, `safar-test-${String(process.pid)}`, {
      ...{ SAFAR_IMAGE: IMAGE, SAFAR_POSTGRES_IMAGE: images.postgres, SAFAR_KAFKA_IMAGE: images.kafka },
      ...{ SAFAR_PORT: String(port), SAFAR_SECRETS_DIR: folder },
      ...{ COMPOSE_PROFILES: 'kafka', SAFAR_KAFKA_BROKERS: 'kafka:9092', SAFAR_KAFKA_INBOUND: 'true' },
      SAFAR_KAFKA_TOPIC_PREFIX: 'shop-1.',
    });
    await compose.run('up', '--detach', '--no-build');
    await compose.healthy('postgres', 'gateway', 'kafka', 'relay', 'projector', 'reactor');
    const made = await compose.safar('keys', 'create', '--name', 'test', '--scope', 'admin', '--json');
    ({ key } = JSON.parse(made) as { key: string });
  });
  afterAll(async () => {
    await compose?.run('down', '--volumes');
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(route: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${url}${route}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  }
  const send = async (text: string): Promise<string> => {
    const { status, body } = await ask('/v1/touchpoints', {
      ...{ id: text, source: 'test', kind: 'message', channel: 'chat', occurredAt: '2026-03-21T10:15:00+03:30' },
      identifiers: [{ kind: 'customer_number', value: '12347' }],
      data: { author: 'customer', text },
    });
    expect([status, body]).toEqual([201, expect.objectContaining({ status: 'accepted' })]);
    return (body as { position: string }).position;
  };
  const timeline = async (minPosition: string): Promise<readonly string[]> => {
    const route = `/v1/customers/customer_number:12347/timeline?category=touchpoint&minPosition=${minPosition}`;
    for (let tries = 0; ; tries++) {
      const { status, body } = await ask(route);
      if (status === 200)
        return (body as { data: { details: { text: string } }[] }).data.map((row) => row.details.text);
      if (tries === 20) throw new Error(JSON.stringify(body));
      await sleep(500);
    }
  };

  it('runs the programs as an ordinary user who can write nothing but their data', async () => {
    for (const app of ['gateway', 'projector']) {
      expect(await compose.inspectService(app, '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}')).toBe('true node');
      const look = 'id -un; touch /safar/x /home/node/x 2>&1; touch /data/x /tmp/x && rm /data/x && echo written';
      const said = await compose.run('exec', '-T', app, 'sh', '-c', look);
      expect(said).toMatch(/^node\n.*\/safar\/x.*Read-only file system\n.*\/home\/node\/x.*Read-only.*\nwritten\n$/);
    }
  });

  it('has no secret in the environment of a container, nor sources or tests in the image', async () => {
    const environment = await compose.inspectService('gateway', '{{json .Config.Env}}');
    expect(environment).toContain('SAFAR_MASTER_KEY_FILE');
    expect(environment).not.toMatch(/SAFAR_MASTER_KEY=|postgres:\/\//);
    const files = await compose.run('exec', '-T', 'gateway', 'find', '/safar', '-not', '-path', '*/node_modules/*');
    expect(files).toContain('/safar/dist/apps/gateway/src/main.js');
    expect(files).not.toMatch(/\.spec\.|\/libs\/testing\/|\.git\b|\/deploy\/|(?<!\.d)\.ts$/m);
  });

  it('brings a touchpoint from the gateway through Kafka to the timeline, and keeps it over stop and start', async () => {
    const before = await send('before');
    expect(await timeline(before)).toEqual(['before']);
    await compose.run('stop');
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    await compose.run('start');
    await compose.healthy('postgres', 'gateway', 'kafka', 'relay', 'projector', 'reactor');
    const after = await send('after');
    expect(BigInt(after)).toBeGreaterThan(BigInt(before));
    expect(new Set(await timeline(after))).toEqual(new Set(['before', 'after']));
  });

  const metricsOf = (app: string): Promise<string> => {
    const read = `fetch('http://127.0.0.1:9000/metrics').then((a) => a.text()).then((text) => process.stdout.write(text))`;
    return compose.run('exec', '-T', app, 'node', '-e', read);
  };

  it('feeds the timeline through Kafka: without a relay nothing new comes to it', async () => {
    await compose.run('stop', 'relay');
    const position = await send('through Kafka');
    const route = `/v1/customers/customer_number:12347/timeline?category=touchpoint&minPosition=${position}`;
    expect((await ask(route)).status).toBe(503);
    await compose.run('start', 'relay');
    expect(await timeline(position)).toContain('through Kafka');
    await compose.healthy('relay', 'projector');
    expect(await metricsOf('relay')).toMatch(/^safar_relay_lag_events\{topic="shop-1\.safar\.events\.v1"\} 0$/m);
  });

  it('exports every metric that the alert rules and the dashboard ask for', async () => {
    const [gateway, projector, relay] = [
      await metricsOf('gateway'),
      await metricsOf('projector'),
      await metricsOf('relay'),
    ];
    expect(unknownIn(alertExpressions(), [gateway, relay])).toEqual([]);
    expect(unknownIn(panelExpressions(), [gateway, relay])).toEqual([]);
    // What is told of the read models and of processes, a projector tells as well.
    expect(namesIn(projector)).toEqual(
      expect.arrayContaining(['safar_projection_lag_seconds', 'process_cpu_seconds_total']),
    );
  });

  it('gives no metrics to who has no key, and those of a projector to nobody outside', async () => {
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect(await compose.inspectService('projector', '{{json .NetworkSettings.Ports}}')).toBe('{"3000/tcp":null}');
  });
});
