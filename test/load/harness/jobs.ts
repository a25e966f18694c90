import { type Address } from '../http/requests.js';
import { type Sample } from './sample.js';

/** Where a job works. */
export interface Target {
  /** Connection string of the owner, to the contestant's own database. */
  readonly url: string;
  /** The server's first process, where its accounts can be read. */
  readonly postmasterPid?: number;
}

export const storeNames = ['safar', 'emmett', 'raw'] as const;
export type StoreName = (typeof storeNames)[number];
export type LogName = Exclude<StoreName, 'raw'>;

/** Outstanding work: how many callers wait for an append at any time, and how much each of them appends. */
export interface AppendLoad {
  readonly callers: number;
  readonly eventsPerAppend: number;
}

export interface Window {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What a child process can be asked to do, and what it answers. Everything crosses as JSON. */
export interface Jobs {
  /** Makes the contestant's schema, and fills it when asked to. */
  prepare: { input: Target & { readonly store: StoreName; readonly fill: number }; output: null };
  append: {
    input: Target & { readonly store: StoreName; readonly load: AppendLoad; readonly window: Window };
    output: Sample;
  };
  'delivery-write': { input: Target & { readonly store: LogName; readonly plan: WritePlan }; output: Written };
  'delivery-read': { input: Target & { readonly store: LogName; readonly untilStream: string }; output: Delivered };
  replay: { input: Target & { readonly way: ReplayWay }; output: Sample };
  validate: {
    input: { readonly way: ValidateWay; readonly body: ValidateBody; readonly window: Window };
    output: Sample;
  };
  'http-prepare': { input: Target; output: null };
  /** Serves, and has a process of its own drive it. */
  http: { input: Target & { readonly way: HttpWay; readonly load: HttpLoad; readonly window: Window }; output: Sample };
  'http-drive': {
    input: { readonly address: Address; readonly load: HttpLoad; readonly window: Window };
    output: Sample & { readonly acknowledged: number };
  };
  'queue-prepare': { input: Target & { readonly conversations: number }; output: null };
  queue: { input: Target & { readonly asked: QueueQuestion; readonly window: Window }; output: Sample };
  'kafka-relay': {
    input: Target & KafkaPlace & { readonly way: RelayWay; readonly limitMs: number };
    output: Sample;
  };
  /** A log in a topic, and a timeline of so many lanes that has its place there and is far behind. */
  'kafka-prepare': {
    input: Target & KafkaPlace & { readonly lanes: number; readonly events: number };
    output: null;
  };
  'kafka-project': {
    input: Target & KafkaPlace & { readonly fedFrom: 'topic' | 'store'; readonly limitMs: number };
    output: Sample;
  };
  'kafka-end-to-end-prepare': { input: Target & Brokers; output: null };
  'kafka-end-to-end': {
    input: Target & Brokers & { readonly perSecond: number; readonly window: Window };
    output: Sample;
  };
  'kafka-app': { input: Target & Brokers & { readonly app: 'relay' | 'projector' }; output: null };
  'kafka-drive': {
    input: { readonly address: Address; readonly perSecond: number; readonly window: Window };
    output: Sample;
  };
  'routing-prepare': { input: Target & { readonly waiting: number; readonly conversations: number }; output: null };
  routing: { input: Target & { readonly window: Window }; output: Sample };
  projection: { input: Target & { readonly way: ProjectionWay; readonly limitMs: number }; output: Sample };
}

export interface WritePlan {
  /** One writer for each: whose events it appends. */
  readonly personaIds: readonly string[];
  /** Each writer appends at least once. */
  readonly durationMs: number;
  /** Longest append, in events; each has 1 to so many. */
  readonly eventsPerAppend: number;
  /** Longest pause between two appends of a writer. */
  readonly jitterMs: number;
}

/** Events that were acknowledged: the last version of each stream. Streams are dense, so that says all. */
export type Written = readonly (readonly [stream: string, lastVersion: number])[];

/** What the consumer was given, in its order. */
export type Delivered = readonly (readonly [stream: string, version: number])[];

export const replayWays = ['safar', 'pages', 'copy'] as const;
export type ReplayWay = (typeof replayWays)[number];

export interface Brokers {
  readonly brokers: readonly string[];
}

export interface KafkaPlace extends Brokers {
  readonly topic: string;
}

/** `kafkajs`: its producer alone, with the records in memory. */
export const relayWays = ['safar', 'kafkajs'] as const;
export type RelayWay = (typeof relayWays)[number];

export const projectionWays = ['safar', 'safar-rebuild', 'emmett', 'raw'] as const;
export type ProjectionWay = (typeof projectionWays)[number];

/** `safar`: read and checked. `safar-decided`: its event, too, with its ids and what the hash of the request is made of. */
export const validateWays = ['safar', 'safar-decided', 'class-validator', 'json-parse'] as const;
export type ValidateWay = (typeof validateWays)[number];
export type ValidateBody = 'single' | 'batch' | 'orders';

/** What agents ask of the queue. */
export const queueQuestions = ['page', 'filters', 'counts', 'past'] as const;
export type QueueQuestion = (typeof queueQuestions)[number];

/** `safar` and `node-http` store nothing; the others are the same gateway on either store. */
export type HttpWay = 'safar' | 'node-http' | 'safar-stored' | 'emmett-stored';

export interface HttpLoad {
  /** Each waits for its answer before it asks again. */
  readonly connections: number;
  readonly eventsPerRequest: 1 | 100;
}

export type JobName = keyof Jobs;
export type InputOf<Name extends JobName> = Jobs[Name]['input'];
export type OutputOf<Name extends JobName> = Jobs[Name]['output'];

/** Runs in the child. `ready` says that everything is set up and waits until everybody may start. */
export type Handler<Name extends JobName> = (
  input: InputOf<Name>,
  ready: () => Promise<void>,
) => Promise<OutputOf<Name>>;

/** From child to parent. */
export type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: string };
