import {
  CloudEventDto,
  exampleTouchpoint,
  type JsonSchema,
  NATIVE_TOUCHPOINT,
  schemaOf,
  splitPersonal,
} from '#contracts';
import { DEAD_LETTER_HEADERS, deadLetterOf, recordOf, SEQUENCE_HEADER, type TopicDeclaration } from '#platform/bus';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC, INBOUND_TOPIC, topics } from '#wiring';
import { dataSchema, type EventName, eventNames, exampleData, exampleRecorded } from './asyncapi.js';
import { touchpointSchemas, withSharedLists } from './openapi.js';

type Json = Readonly<Record<string, unknown>>;

const BINDING = '0.5.0';
const refTo = (part: string, name: string): Json => ({ $ref: `#/components/${part}/${name}` });

/** The AsyncAPI 3.0 document of what is in Kafka: the topics as `safar kafka init` makes them, and their records. */
export function kafkaAsyncApi(): Json {
  const names = eventNames();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Safar on Kafka',
      version: '1',
      description:
        'The topics of an installation with `SAFAR_KAFKA_BROKERS`, with the numbers of partitions and replicas that they get unless the ' +
        'configuration says otherwise. `SAFAR_KAFKA_TOPIC_PREFIX`, where it is set, stands before each address. Generated from the code.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{broker}',
        protocol: 'kafka',
        description: 'TLS and SASL as the brokers ask for them.',
        variables: { broker: { description: 'One of SAFAR_KAFKA_BROKERS.', default: 'kafka:9092' } },
      },
    },
    channels: Object.fromEntries(
      topics({ topicPrefix: '', partitions: 12, replicas: 3 }).map((topic) => [
        channelNames[topic.name],
        channelOf(topic, names),
      ]),
    ),
    operations: {
      'send.events': { action: 'send', channel: { $ref: '#/channels/events' } },
      'receive.touchpoints': { action: 'receive', channel: { $ref: '#/channels/touchpoints' } },
      'send.deadLetters': { action: 'send', channel: { $ref: '#/channels/deadLetters' } },
    },
    components: {
      messages: {
        ...Object.fromEntries(names.map((event) => [event.name, eventMessage(event)])),
        ...foreignMessages(),
      },
      messageTraits: { record: eventTrait },
      schemas: {
        EventHeaders: eventHeaders(),
        DeadLetterHeaders: deadLetterHeaders(),
        ...withSharedLists(
          Object.fromEntries(names.map(({ name, type, version }) => [name, dataSchema(type, version)])),
        ),
        ...touchpointSchemas(),
      },
    },
  };
}

const channelNames: Readonly<Record<string, string>> = {
  [EVENTS_TOPIC]: 'events',
  [INBOUND_TOPIC]: 'touchpoints',
  [DEAD_LETTERS_TOPIC]: 'deadLetters',
};

const descriptions: Readonly<Record<string, string>> = {
  [EVENTS_TOPIC]:
    'Every event of the store. A record may be there more than once, always with the same number in `relay-seq`: one more than the last ' +
    'is the next record of its partition, less is a duplicate, and anything else means that a record was lost.',
  [INBOUND_TOPIC]:
    'Touchpoints that others write, taken where `SAFAR_KAFKA_INBOUND=true`; the same source and id once, for ever.',
  [DEAD_LETTERS_TOPIC]:
    'That a record could not be taken, why, and where it was. What was sent is in the quarantine, sealed: `safar quarantine redrive`.',
};

const messagesOf = (topic: string, names: readonly EventName[]): readonly string[] =>
  topic === EVENTS_TOPIC
    ? names.map(({ name }) => name)
    : topic === INBOUND_TOPIC
      ? ['touchpoint', 'cloudEvent']
      : ['deadLetter'];

const channelOf = ({ name, partitions, replicas, settings }: TopicDeclaration, names: readonly EventName[]): Json => ({
  address: name,
  description: descriptions[name],
  messages: Object.fromEntries(messagesOf(name, names).map((each) => [each, refTo('messages', each)])),
  bindings: {
    kafka: { topic: name, partitions, replicas, topicConfiguration: typed(settings), bindingVersion: BINDING },
  },
});

/** As the binding writes them: numbers as numbers, policies as a list. */
const typed = (settings: TopicDeclaration['settings']): Json =>
  Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [
      setting,
      setting === 'cleanup.policy' ? value.split(',') : /^-?\d+$/.test(value) ? Number(value) : value,
    ]),
  );

const eventTrait: Json = {
  headers: refTo('schemas', 'EventHeaders'),
  bindings: {
    kafka: {
      key: {
        type: 'string',
        format: 'uuid',
        description: 'The persona. Its partition is that of Java’s client (murmur2).',
      },
      bindingVersion: BINDING,
    },
  },
};

/** In the binary mode of the Kafka binding of CloudEvents: attributes are headers, the data is the value. */
function eventMessage({ name, type, version }: EventName): Json {
  const { headers, value } = exampleRecord(type, version);
  return {
    name: type,
    title: `${type}, version ${String(version)}`,
    traits: [refTo('messageTraits', 'record')],
    payload: refTo('schemas', name),
    examples: [{ name: 'sealed', headers, payload: JSON.parse(value) as unknown }],
  };
}

/** Stands for what only the key of the persona opens. */
const SEALED = 'c2VhbGVkLXVuZGVyLXRoZS1rZXktb2YtdGhlLXBlcnNvbmE';

function exampleRecord(type: string, version: number) {
  const data = exampleData(type, version);
  const { open, personal } = splitPersonal(type, version, data);
  return recordOf(exampleRecorded(type, version, personal === undefined ? data : { ...open, sealed: SEALED }), 0, 1n);
}

function eventHeaders(): JsonSchema {
  const { properties, required } = schemaOf(CloudEventDto) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
  };
  const elsewhere = new Set(['data', 'datacontenttype']);
  const attributes = Object.entries(properties).filter(([name]) => !elsewhere.has(name));
  return {
    type: 'object',
    properties: {
      'content-type': { const: 'application/json' },
      [SEQUENCE_HEADER]: {
        type: 'string',
        pattern: '^[1-9][0-9]{0,18}$',
        description: 'Number of the record in its partition: 1 and up, without holes.',
      },
      ...Object.fromEntries(attributes.map(([name, schema]) => [`ce_${name}`, schema])),
    },
    required: [
      'content-type',
      SEQUENCE_HEADER,
      ...required.filter((name) => !elsewhere.has(name)).map((name) => `ce_${name}`),
    ],
  };
}

const { id, source, occurredAt, ...said } = exampleTouchpoint('visit', 'en');

/** Stands for the id of a message in the quarantine. */
const KEPT = '0f7b5c1e-1111-8222-8333-444455556666';

const someText = { type: 'string', minLength: 1 };

function foreignMessages(): Json {
  const touchpoint = { id, source, occurredAt, ...said };
  const event = {
    specversion: '1.0',
    id,
    source: `/sources/${String(source)}`,
    time: occurredAt,
    type: NATIVE_TOUCHPOINT,
  };
  const refused = { status: 'refused', reason: 'invalid', errors: [{ pointer: '/kind', code: 'required' }] } as const;
  const from = { topic: INBOUND_TOPIC, at: Date.UTC(2026, 2, 2, 10, 15), partitions: 1 };
  const record = { partition: 4, offset: 1_207n, key: '12347', headers: {}, value: '', writtenAt: from.at };
  return {
    touchpoint: {
      name: 'touchpoint',
      title: 'A touchpoint, as POST /v1/touchpoints takes it',
      payload: refTo('schemas', 'Touchpoint'),
      bindings: anyKey,
      examples: [{ name: 'visit', payload: touchpoint }],
    },
    cloudEvent: {
      name: 'cloudEvent',
      title:
        'A CloudEvent 1.0 in structured mode; in binary mode its attributes are headers `ce_…` and its data is the value',
      contentType: 'application/cloudevents+json',
      payload: {
        type: 'object',
        properties: { specversion: { const: '1.0' }, id: someText, source: someText, type: someText },
        required: ['specversion', 'id', 'source', 'type'],
      },
      bindings: anyKey,
      examples: [{ name: 'visit', payload: { ...event, data: said } }],
    },
    deadLetter: {
      name: 'deadLetter',
      title: 'That a record was refused',
      contentType: 'application/octet-stream',
      headers: refTo('schemas', 'DeadLetterHeaders'),
      payload: { description: 'Nothing: the headers say all. There is no key either.' },
      examples: [{ name: 'refused', headers: deadLetterOf({ record, outcome: refused }, { as: KEPT }, from).headers }],
    },
  };
}

const anyKey: Json = {
  kafka: { key: { type: 'string', description: 'As the sender likes.' }, bindingVersion: BINDING },
};

function deadLetterHeaders(): JsonSchema {
  const names = DEAD_LETTER_HEADERS;
  const number = { type: 'string', pattern: '^[0-9]+$' };
  const reasons = ['invalid', 'id_reused', 'too_large_for_store', 'erased', 'failed'];
  return {
    type: 'object',
    description:
      'Of the headers of the sender only content-type, ce_specversion, ce_type and traceparent stay beside these.',
    properties: {
      [names.id]: { type: 'string', description: 'The same each time that the same record is refused.' },
      [names.reason]: { type: 'string', enum: reasons },
      [names.errors]: { type: 'string', description: 'JSON: `[{"pointer": …, "code": …}]`.' },
      [names.topic]: { const: INBOUND_TOPIC },
      [names.partition]: number,
      [names.offset]: number,
      [names.refusedAt]: { type: 'string', format: 'date-time' },
      [names.writtenAt]: { type: 'string', format: 'date-time' },
      [names.sendAgainTo]: { const: INBOUND_TOPIC },
      [names.kept]: {
        type: 'string',
        enum: ['quarantine', 'erased', 'too_large', 'no_room'],
        description: 'Where what was sent is, or why it is not kept.',
      },
      [names.quarantineId]: {
        type: 'string',
        format: 'uuid',
        description: 'Where it is kept: for `safar quarantine redrive` and `discard`.',
      },
    },
    required: Object.values(names).filter((name) => name !== names.quarantineId),
  };
}
