import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { topics } from '../kafka.js';
import { loadConfig } from './config.js';
import { ConfigurationError } from './configuration-error.js';

const secret = randomBytes(32).toString('base64');
const wrong = (environment: Record<string, string>) => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({ PATH: '/bin', SAFAR_TEST_POSTGRES_URL: 'postgres://somewhere' })).toMatchObject({
      demo: false,
      databaseUrl: undefined,
      dataDir: path.resolve('.safar'),
      masterKey: undefined,
      logLevel: 'info',
      defaultRegion: 'IR',
      timeZone: 'UTC',
      http: { host: '127.0.0.1', port: 3000, bodyLimitBytes: 4_194_304, shutdownDelayMs: 0, shutdownTimeoutMs: 10_000 },
    });
  });

  it('takes what is set, and an empty variable for one that is not', () => {
    const config = loadConfig({
      SAFAR_HTTP_PORT: '0',
      SAFAR_MASTER_KEY: secret,
      SAFAR_LOG_LEVEL: '',
      SAFAR_DATABASE_URL: 'postgresql://safar:k3-wz-91@db.example:5432/safar',
    });
    expect(config.http.port).toBe(0);
    expect(config.masterKey).toBe(secret);
    expect(config.logLevel).toBe('info');
    expect(config.databaseUrl).toContain('db.example');
  });

  it('does not mind what people keep in their shell for the command line', () => {
    expect(loadConfig({ SAFAR_KEY: 'safar_0123_4567', SAFAR_DEBUG: '1' })).toEqual(loadConfig({}));
  });

  it('cannot be changed afterwards', () => {
    const config = loadConfig({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.http)).toBe(true);
  });

  it('says everything that is wrong at once, each with its remedy', () => {
    const { problems, message } = wrong({
      SAFAR_HTTP_PORT: '65536',
      SAFAR_LOG_LEVEL: 'loud',
      SAFAR_DEFAULT_REGION: 'Iran',
      SAFAR_TIME_ZONE: '+03:30',
      SAFAR_MASTER_KEY: 'short',
      SAFAR_DATABASE_URL: 'mysql://x',
      SAFAR_HTPP_HOST: 'localhost',
      SAFAR_STORE_QUEUE_LIMIT: '1e3',
    });
    const names = problems.map(({ variable }) => variable);
    expect(names.sort()).toEqual([
      'SAFAR_DATABASE_URL',
      'SAFAR_DEFAULT_REGION',
      'SAFAR_HTPP_HOST',
      'SAFAR_HTTP_PORT',
      'SAFAR_LOG_LEVEL',
      'SAFAR_MASTER_KEY',
      'SAFAR_STORE_QUEUE_LIMIT',
      'SAFAR_TIME_ZONE',
    ]);
    for (const { variable, problem, remedy } of problems) {
      expect(remedy).not.toBe('');
      expect(message).toContain(`${variable} ${problem}. ${remedy}`);
    }
  });

  it('never repeats a value', () => {
    const { message } = wrong({ SAFAR_MASTER_KEY: 'hunter2', SAFAR_DATABASE_URL: 'mysql://u:hunter2@x' });
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['SAFAR_HTPP_PORT', 'Did you mean SAFAR_HTTP_PORT?'],
    ['SAFAR_DATABASE', 'Did you mean SAFAR_DATABASE_URL?'],
    ['SAFAR_COLOUR_OF_THE_DOOR', 'The variables are SAFAR_'],
  ])('stops at %s, which it does not know', (name, remedy) => {
    expect(wrong({ [name]: '1' }).problems).toEqual([
      { variable: name, problem: 'is not a variable of Safar', remedy: expect.stringContaining(remedy) },
    ]);
  });

  it.each(['postgres', 'ChangeMe', 's%61far'])(
    'refuses %j, a password that everybody knows, outside demo mode',
    (word) => {
      const SAFAR_DATABASE_URL = `postgres://safar:${word}@localhost/safar`;
      expect(wrong({ SAFAR_DATABASE_URL }).problems).toHaveLength(1);
      expect(wrong({ SAFAR_DATABASE_URL, SAFAR_DEMO: 'false' }).problems).toHaveLength(1);
      expect(loadConfig({ SAFAR_DATABASE_URL, SAFAR_DEMO: 'true' }).demo).toBe(true);
    },
  );

  it.each([
    'postgres://safar@localhost/safar?password=postgres',
    'postgresql://safar@127.0.0.1:5435/postgres?sslmode=disable&password=ChangeMe',
    'postgres://safar:k3-wz-91@localhost/safar?password=s%61far',
  ])('refuses such a password as a parameter, too: %s', (SAFAR_DATABASE_URL) => {
    expect(wrong({ SAFAR_DATABASE_URL }).problems).toHaveLength(1);
    expect(wrong({ SAFAR_DATABASE_URL }).message).not.toContain('127.0.0.1');
  });

  it('does not refuse a password that the connection does not use', () => {
    const SAFAR_DATABASE_URL = 'postgres://safar:postgres@localhost/safar?password=k3-wz-91';
    expect(loadConfig({ SAFAR_DATABASE_URL }).databaseUrl).toBe(SAFAR_DATABASE_URL);
  });

  it.each([Buffer.alloc(32), Buffer.alloc(32, 'safar'), Buffer.from(Array.from({ length: 32 }, (_, index) => index))])(
    'refuses a master key from an example',
    (key) => {
      expect(wrong({ SAFAR_MASTER_KEY: key.toString('base64') }).problems).toHaveLength(1);
      expect(wrong({ SAFAR_MASTER_KEY: `${secret},${key.toString('base64')}` }).problems).toHaveLength(1);
    },
  );

  it('takes the pages of every site, or of the sites that are named, as browsers write them', () => {
    const originsOf = (SAFAR_BROWSER_ORIGINS: string) => loadConfig({ SAFAR_BROWSER_ORIGINS }).http.browserOrigins;
    expect([originsOf(''), originsOf('*')]).toEqual(['*', '*']);
    expect(originsOf('https://Shop.Example:443, http://localhost:5173,https://فروشگاه.example/')).toEqual([
      'https://shop.example',
      'http://localhost:5173',
      'https://xn--mgbtj4c7ad63e.example',
    ]);
  });

  it.each([
    ...['shop.example', 'null', '*,https://shop.example', 'https://*.shop.example', 'https://shop.example/path'],
    ...['https://shop.example?x', 'https://u@shop.example', 'file:///x', 'chrome-extension://abc', ',', 'https://a,,'],
    Array.from({ length: 101 }, (_, index) => `https://${String(index)}.example`).join(','),
  ])('does not take %.40j for sites', (SAFAR_BROWSER_ORIGINS) => {
    const { problems } = wrong({ SAFAR_BROWSER_ORIGINS, SAFAR_HTTP_PORT: 'x' });
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['SAFAR_BROWSER_ORIGINS', 'SAFAR_HTTP_PORT']);
  });

  it('takes several master keys after a rotation', () => {
    expect(loadConfig({ SAFAR_MASTER_KEY: `${secret}, ${secret}` }).masterKey).toBe(`${secret}, ${secret}`);
  });

  it.each(['0x10', '1e3', ' 80', '-1', '٣٠٠٠', '80.5'])('does not take %j for a port', (port) => {
    expect(wrong({ SAFAR_HTTP_PORT: port }).problems).toHaveLength(1);
  });

  describe('of Kafka', () => {
    const SAFAR_KAFKA_BROKERS = 'kafka-1:9092,kafka-2:9092';
    const password = randomBytes(12).toString('hex');
    const pem = '-----BEGIN CERTIFICATE-----';

    it('is not there unless brokers are named', () => {
      expect(loadConfig({}).kafka).toBeUndefined();
      expect(loadConfig({ SAFAR_KAFKA_BROKERS }).kafka).toEqual({
        ...{ brokers: ['kafka-1:9092', 'kafka-2:9092'], partitions: 12, replicas: 3, inbound: false },
        ...{ topicPrefix: '', tls: undefined, sasl: undefined },
      });
    });

    it('begins the names of topics as it is told, where a cluster is shared', () => {
      const prefixed = (prefix: string) => ({ SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_TOPIC_PREFIX: prefix });
      const { kafka } = loadConfig(prefixed('shop-1.'));
      expect(kafka && topics(kafka).map(({ name }) => name)).toEqual([
        'shop-1.safar.events.v1',
        'shop-1.safar.touchpoints.in.v1',
        'shop-1.safar.touchpoints.in.v1.dlq',
      ]);
      for (const prefix of ['a/b', 'فروشگاه', 'x'.repeat(41)])
        expect(wrong(prefixed(prefix)).problems).toMatchObject([{ variable: 'SAFAR_KAFKA_TOPIC_PREFIX' }]);
    });

    it('says how brokers are reached that ask for certificates and passwords', () => {
      const { kafka } = loadConfig({
        ...{ SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_TLS: 'true', SAFAR_KAFKA_TLS_CA: pem },
        ...{ SAFAR_KAFKA_SASL_MECHANISM: 'scram-sha-512', SAFAR_KAFKA_SASL_USERNAME: 'safar' },
        SAFAR_KAFKA_SASL_PASSWORD: password,
      });
      expect(kafka).toMatchObject({
        tls: { ca: pem, cert: undefined },
        sasl: { mechanism: 'scram-sha-512', username: 'safar', password },
      });
    });

    it.each<readonly [string, Record<string, string>]>([
      ['SAFAR_KAFKA_BROKERS', { SAFAR_KAFKA_BROKERS: 'kafka-1' }],
      ['SAFAR_KAFKA_TOPIC_PREFIX', { SAFAR_KAFKA_TOPIC_PREFIX: 'shop.' }],
      ['SAFAR_KAFKA_PARTITIONS', { SAFAR_KAFKA_PARTITIONS: '12' }],
      ['SAFAR_KAFKA_TLS_CA', { SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_TLS_CA: pem }],
      ['SAFAR_KAFKA_SASL_USERNAME', { SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_SASL_USERNAME: 'safar' }],
      ['SAFAR_KAFKA_SASL_MECHANISM', { SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_SASL_MECHANISM: 'plain' }],
    ])('does not take half of %s', (variable, environment) => {
      expect(wrong(environment).problems[0]).toMatchObject({ variable });
    });

    it('does not send a password in the clear', () => {
      const environment = {
        ...{ SAFAR_KAFKA_BROKERS, SAFAR_KAFKA_SASL_MECHANISM: 'plain', SAFAR_KAFKA_SASL_USERNAME: 'safar' },
        SAFAR_KAFKA_SASL_PASSWORD: password,
      };
      expect(wrong(environment).problems).toMatchObject([
        { problem: expect.stringContaining('sends the password') as string },
      ]);
      expect(loadConfig({ ...environment, SAFAR_KAFKA_TLS: 'true' }).kafka?.sasl).toBeDefined();
    });
  });

  describe('of EventStoreDB', () => {
    const password = randomBytes(12).toString('hex');
    const SAFAR_EVENTSTORE_URL = `esdb+discover://safar:${password}@esdb-1:2113,esdb-2?tlsCAFile=/ca.pem`;

    it('keeps the log there, under names of its own', () => {
      expect(loadConfig({}).eventStoreDb).toBeUndefined();
      expect(loadConfig({ SAFAR_EVENTSTORE_URL }).eventStoreDb).toEqual({
        url: SAFAR_EVENTSTORE_URL,
        namespace: 'safar',
      });
      const SAFAR_EVENTSTORE_NAMESPACE = 'shop_1';
      expect(loadConfig({ SAFAR_EVENTSTORE_URL, SAFAR_EVENTSTORE_NAMESPACE }).eventStoreDb).toMatchObject({
        namespace: 'shop_1',
      });
    });

    it.each([
      ['the connection string', 'http://esdb:2113'],
      ['the connection string', 'esdb://safar:%zz@esdb'],
      ['everybody knows', 'esdb://admin:changeit@esdb:2113'],
      ['keeps from being sent', 'esdb://safar:k3-wz-91@esdb:2113?TLS=false'],
      ['reports wrong revisions', 'esdb://esdb:2113?tls=false&throw_on_append_failure=false'],
    ])('refuses what is not right (%s), and never repeats it: %s', (problem, url) => {
      const error = wrong({ SAFAR_EVENTSTORE_URL: url, SAFAR_EVENTSTORE_NAMESPACE: 'Ü' });
      expect(error.message).toContain(problem);
      expect(error.message).toContain('SAFAR_EVENTSTORE_NAMESPACE must have');
      expect(error.message).not.toMatch(/esdb:2113|changeit|k3-wz/);
    });

    it('has no name for streams of a log that is elsewhere', () => {
      expect(wrong({ SAFAR_EVENTSTORE_NAMESPACE: 'shop' }).problems).toMatchObject([
        { problem: 'needs SAFAR_EVENTSTORE_URL beside it' },
      ]);
    });
  });
});
