import {
  CloudEventDto,
  type JsonSchema,
  listSchemas,
  NATIVE_TOUCHPOINT,
  schemaFor,
  schemaOf,
  toCloudEvent,
} from '#contracts';
import { type RecordedEvent } from '#kernel';
import { withSharedLists } from './openapi.js';
import { type TypeSchemas } from './type-schemas.js';

type Json = Readonly<Record<string, unknown>>;

/** Every version of every event, with the name of its schema. */
export const eventNames = (): readonly EventName[] =>
  listSchemas()
    .filter(({ type }) => type !== NATIVE_TOUCHPOINT)
    .map(({ type, version }) => ({ name: `${type}.${String(version)}`, type, version }));

/** What the live streams send beside events. */
const streamed = [
  'TimelineEntryView',
  'DebuggerEntryView',
  'LiveCountsView',
  'QueueChangeView',
  'ConversationMovedView',
  'PresenceView',
] as const;

/** The AsyncAPI 3.0 document: the events of the store as CloudEvents, and what the live streams send. */
export function asyncApiOf(types: TypeSchemas): Json {
  for (const view of streamed) types.named(view);
  const events = eventNames();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Safar events',
      version: '1',
      description:
        'Every event of the store as CloudEvents 1.0, in commit order by `position`. Personal members are sealed under the key of their ' +
        'customer; readers without it get the public ones. Generated from the code.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: {
      events: {
        address: null,
        description: 'The log. `safar export` writes it, one event in each line.',
        messages: Object.fromEntries(events.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
      },
      timeline: {
        address: '/v1/customers/{id}/timeline/stream',
        description: 'The live timeline of one customer: server-sent events, whose ids are positions.',
        parameters: { id: { description: 'UUID of the customer, or `kind:value`.' } },
        messages: { entry: { $ref: '#/components/messages/entry' } },
      },
      debugger: {
        address: '/v1/debugger/stream',
        description: 'What arrives, and what became of it: server-sent events, named by the outcome.',
        messages: { noted: { $ref: '#/components/messages/noted' } },
      },
      queue: {
        address: '/v1/queue/stream',
        description:
          'The queue, live: server-sent events, whose ids are positions but for `presence` and `counts`, which have none.',
        messages: messagesNamed('shown', 'gone', 'presence', 'counts'),
      },
      conversation: {
        address: '/v1/conversations/{id}/stream',
        description:
          'One conversation, live: server-sent events, whose ids are positions but for `presence`, which has none.',
        parameters: { id: { description: 'UUID of the conversation.' } },
        messages: messagesNamed('changed', 'presence'),
      },
    },
    operations: Object.fromEntries(
      ['events', 'timeline', 'debugger', 'queue', 'conversation'].map((channel) => [
        `send.${channel}`,
        { action: 'send', channel: { $ref: `#/channels/${channel}` } },
      ]),
    ),
    components: {
      messages: {
        ...Object.fromEntries(events.map((event) => [event.name, messageOf(event)])),
        entry: message('Something was recorded of the customer', { $ref: '#/components/schemas/TimelineEntryView' }),
        noted: message('Something arrived', { $ref: '#/components/schemas/DebuggerEntryView' }),
        shown: message('A conversation of the view, as it is now', { $ref: '#/components/schemas/QueueChangeView' }),
        gone: message('A conversation that is not in the view', { $ref: '#/components/schemas/QueueChangeView' }),
        changed: message('The conversation is at another version', {
          $ref: '#/components/schemas/ConversationMovedView',
        }),
        counts: message('How many conversations each view has', { $ref: '#/components/schemas/LiveCountsView' }),
        presence: message('Who has a conversation open', { $ref: '#/components/schemas/PresenceView' }),
      },
      schemas: {
        CloudEvent: schemaOf(CloudEventDto),
        ...withSharedLists(
          Object.fromEntries(events.map(({ name, type, version }) => [name, dataSchema(type, version)])),
        ),
        ...referredTo(types, streamed),
      },
    },
  };
}

const messagesNamed = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

const message = (title: string, payload: JsonSchema): Json => ({ title, contentType: 'application/json', payload });

export interface EventName {
  readonly name: string;
  readonly type: string;
  readonly version: number;
}

function messageOf({ name, type, version }: EventName): Json {
  return {
    name: type,
    title: `${type}, version ${String(version)}`,
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CloudEvent' },
        {
          type: 'object',
          properties: { type: { const: type }, data: { $ref: `#/components/schemas/${name}` } },
        },
      ],
    },
    examples: [{ name: 'opened', payload: toCloudEvent(exampleRecorded(type, version, exampleData(type, version))) }],
  };
}

/** The schemas of events carry examples of their data. */
export const exampleData = (type: string, version: number): object | undefined =>
  (schemaFor(type, version)?.['examples'] as readonly object[])[0];

const id = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50';

export const exampleRecorded = (type: string, schemaVersion: number, data: object | undefined): RecordedEvent => ({
  ...{ id, type, schemaVersion, key: id, data, stream: `persona-${id}`, version: 1, position: 1n },
  occurredAt: Date.UTC(2026, 2, 2, 10, 15),
  recordedAt: Date.UTC(2026, 2, 2, 10, 15, 1),
  meta: { source: 'web-shop', correlationId: '4bf92f3577b34da6a3ce929d0e0e4736', causationId: 'web-shop' },
});

/** The documents refer to it by its place, not by its address. */
export function dataSchema(type: string, version: number): JsonSchema {
  const { $schema, $id, examples, ...schema } = schemaFor(type, version) ?? {};
  return schema;
}

/** Those components, and what they refer to. */
function referredTo(types: TypeSchemas, names: readonly string[]): Json {
  const found = new Set(names);
  // A set hands out what is added while it is walked.
  for (const name of found)
    for (const [, other] of JSON.stringify(types.components.get(name)).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      found.add(other ?? '');
  return Object.fromEntries([...found].sort().map((name) => [name, types.components.get(name)]));
}
