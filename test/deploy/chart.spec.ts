import path from 'node:path';
import { root, run } from './support/docker.js';
import { helm } from './support/helm.js';

jest.setTimeout(600_000);

const chart = path.join(root, 'deploy/helm/safar');
const valuesFile = (name: string): string => path.join(root, 'test/deploy/values', `${name}.json`);

/** Objects by kind and name, as text: `Deployment/safar-projector`. */
type Objects = ReadonlyMap<string, string>;

describe('the Helm chart', () => {
  let program: string;
  beforeAll(async () => {
    program = await helm();
    // Where it has to be built first.
  }, 900_000);
  const render = (...parameters: readonly string[]): Promise<string> =>
    run(program, ['template', 'safar', chart, '--kube-version', '1.31.0', ...parameters]);
  const objectsOf = async (values: string, ...parameters: readonly string[]): Promise<Objects> => {
    const text = await render('--values', valuesFile(values), ...parameters);
    const documents = text.split(/^---$/m).filter((document) => /^kind:/m.test(document));
    return new Map(
      documents.map((document) => [
        `${/^kind: (\S+)/m.exec(document)?.[1] ?? ''}/${/^ {2}name: (\S+)/m.exec(document)?.[1] ?? ''}`,
        document,
      ]),
    );
  };

  it.each(['trial', 'small', 'production'])(
    'has nothing for helm lint to say about it, with the values %s',
    async (values) => {
      const said = await run(program, ['lint', '--strict', chart, '--values', valuesFile(values)]);
      expect(said).toContain('1 chart(s) linted, 0 chart(s) failed');
      expect(said).not.toMatch(/\[(WARNING|ERROR)\]/);
    },
  );

  it('is what a trial needs, and no more', async () => {
    expect([...(await objectsOf('trial')).keys()].sort()).toEqual([
      'Deployment/safar-projector',
      'Deployment/safar-reactor',
      'Job/safar-migration',
      'NetworkPolicy/safar',
      'PodDisruptionBudget/safar-gateway',
      'PodDisruptionBudget/safar-projector',
      'PodDisruptionBudget/safar-reactor',
      'Secret/safar',
      'Service/safar-gateway',
      'Service/safar-gateway-pods',
      'StatefulSet/safar-gateway',
    ]);
  });

  it('has everything that can be asked for, and makes no secret where there is one', async () => {
    const objects = await objectsOf('production');
    expect([...objects.keys()]).toEqual(
      expect.arrayContaining([
        'HorizontalPodAutoscaler/safar-gateway',
        'ScaledObject/safar-projector',
        'Ingress/safar-gateway',
        'PodMonitor/safar-gateway',
        'PodMonitor/safar-projector',
        'PodMonitor/safar-reactor',
        'PrometheusRule/safar',
        'ConfigMap/safar-dashboard',
      ]),
    );
    expect([...objects.keys()].filter((name) => name.startsWith('Secret/'))).toEqual([]);
    expect(objects.get('PrometheusRule/safar')).toContain('alert: SafarReadModelLate');
    expect(objects.get('ConfigMap/safar-dashboard')).toContain('safar_projection_lag_seconds');
    expect(objects.get('ScaledObject/safar-projector')).toContain('query: "max(safar_projection_lag_events)"');
    // Who scales a program says how many there are; the chart must not say so as well.
    for (const scaled of ['StatefulSet/safar-gateway', 'Deployment/safar-projector'])
      expect(objects.get(scaled)).not.toMatch(/^ {2}replicas:/m);
    expect(objects.get('StatefulSet/safar-gateway')).toContain('registry.example.com/safar@sha256:4f53');
    expect(objects.get('StatefulSet/safar-gateway')).toContain(
      '{ name: SAFAR_OIDC_CLIENT_SECRET_FILE, value: /run/secrets/safar/oidc-client-secret }',
    );
  });

  it('lets no pod be anybody in particular, write anything but its data, or hold a secret in its environment', async () => {
    for (const values of ['trial', 'small', 'production'])
      for (const [name, text] of await objectsOf(values)) {
        if (!/^(StatefulSet|Deployment|Job)\//.test(name)) continue;
        for (const line of [
          ...['automountServiceAccountToken: false', 'runAsNonRoot: true', 'seccompProfile: { type: RuntimeDefault }'],
          ...['allowPrivilegeEscalation: false', 'readOnlyRootFilesystem: true', 'capabilities: { drop: [ALL] }'],
          'SAFAR_MASTER_KEY_FILE, value: /run/secrets/safar/master-key',
        ])
          expect([name, text]).toEqual([name, expect.stringContaining(line)]);
        expect([name, text]).toEqual([name, expect.not.stringMatching(/SAFAR_MASTER_KEY,|postgres:\/\//)]);
        if (!name.startsWith('Job/')) {
          expect(text).toMatch(/livenessProbe:\n +httpGet: { path: \/livez/);
          expect(text).toMatch(/readinessProbe:\n +httpGet: { path: \/readyz/);
        }
      }
  });

  it('kills no gateway before its requests had the time to finish that they have', async () => {
    const graceOf = async (...parameters: readonly string[]): Promise<readonly [graceS: number, delay: string]> => {
      const text = (await objectsOf('trial', ...parameters)).get('StatefulSet/safar-gateway') ?? '';
      return [
        Number(/terminationGracePeriodSeconds: (\d+)/.exec(text)?.[1]),
        /SAFAR_HTTP_SHUTDOWN_DELAY_MS, value: (\S+) }/.exec(text)?.[1] ?? '',
      ];
    };
    expect(await graceOf()).toEqual([30, `'5000'`]);
    const longer = ['config.SAFAR_HTTP_SHUTDOWN_DELAY_MS=20000', 'config.SAFAR_HTTP_SHUTDOWN_TIMEOUT_MS=60500'];
    expect(await graceOf(...longer.flatMap((value) => ['--set-string', value]))).toEqual([96, '"20000"']);
  });

  it('brings the schema up to date before any pod is replaced, and the secret before that', async () => {
    const objects = await objectsOf('trial');
    const weightOf = (name: string): number => Number(/hook-weight: '(-?\d+)'/.exec(objects.get(name) ?? '')?.[1]);
    for (const name of ['Job/safar-migration', 'Secret/safar'])
      expect(objects.get(name)).toContain('helm.sh/hook: pre-install,pre-upgrade');
    expect(weightOf('Secret/safar')).toBeLessThan(weightOf('Job/safar-migration'));
  });

  it('takes a program that the image will have, by its name alone', async () => {
    const worker = 'workers.connectors={"replicas":1,"resources":{}}';
    const objects = await objectsOf('trial', '--set-json', worker);
    expect(objects.get('Deployment/safar-connectors')).toContain('args: [connectors]');
  });

  it('runs the relay where there are brokers, whose topic is made before, and tells every program of them', async () => {
    const objects = await objectsOf('production');
    expect(objects.get('Deployment/safar-relay')).toContain('args: [relay]');
    expect(objects.get('Job/safar-topics')).toContain('args: [safar, kafka, init]');
    const weightOf = (name: string): number => Number(/hook-weight: '(-?\d+)'/.exec(objects.get(name) ?? '')?.[1]);
    expect(weightOf('Job/safar-migration')).toBeLessThan(weightOf('Job/safar-topics'));
    for (const name of ['Deployment/safar-projector', 'Deployment/safar-relay', 'Job/safar-topics'])
      expect(objects.get(name)).toContain('SAFAR_KAFKA_BROKERS, value: "kafka-0.kafka:9092,kafka-1.kafka:9092"');
  });

  it.each([
    ['no image', ['--set', 'image.repository=']],
    ['no secrets', ['--set', 'secrets.masterKey=']],
    ['a master key that is none', ['--set', 'secrets.masterKey=hunter2']],
    ['a secret that is named and given', ['--set', 'secrets.existingSecret=x']],
    ['a value that is misspelt', ['--set', 'gateway.replica=3']],
    ['a secret among the variables', ['--set', 'config.SAFAR_MASTER_KEY=x']],
    ['the password of the brokers among them', ['--set', 'config.SAFAR_KAFKA_SASL_PASSWORD=x']],
    ['the key of a certificate among them', ['--set', 'config.SAFAR_KAFKA_TLS_KEY=x']],
    ['a password in an address among them', ['--set', 'config.SAFAR_EVENTSTORE_URL=esdb://a:b@esdb']],
    ['scaling by lag without a Prometheus', ['--set', 'workers.projector.autoscaling.by=lag']],
    ['an ingress for no host', ['--set', 'gateway.ingress.enabled=true']],
  ])('refuses %s', async (_what, parameters) => {
    await expect(render('--values', valuesFile('trial'), ...parameters)).rejects.toThrow(/values don't meet the spec/);
  });
});
