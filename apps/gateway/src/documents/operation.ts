import { SetMetadata } from '@nestjs/common';
import { type JsonSchema } from '#contracts';
import { type ProblemCode } from '../problems/problem-codes.js';

/** Where the schema of a body comes from: nothing is written twice. */
export type Shape =
  /** Name of an exported type of the contracts or the gateway. */
  | { readonly view: string }
  /** A class whose members carry the rules that they are read with. */
  | { readonly dto: new () => object }
  | { readonly schema: JsonSchema };

/** By media type. */
export type Content = Readonly<Record<string, Shape>>;

export interface ParameterDescription {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly required?: true;
}

export interface AnswerDescription {
  readonly description: string;
  /** Without it, what the controller's method returns, as JSON. */
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as somebody would send it. The tests send each to a real server and compare the status. */
export interface OperationExample {
  readonly summary: string;
  /** Of parameters in the path, and of the query and headers. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or a value that is sent as JSON. */
  readonly body?: unknown;
  /** `application/json` unless it says otherwise. */
  readonly type?: string;
  readonly status: number;
}

export const tags = {
  touchpoints: 'What passed between the company and a customer, on its way in.',
  customers: 'Who it was, what happened with them, and how they are forgotten.',
  conversations: 'What is said with customers, and how it stands: recorded and decided here, delivered by channels.',
  attachments: 'Files that go with what is said.',
  replies: 'What is written once and said often.',
  rules: 'What is done together or by itself, and what is asked for before a conversation is resolved.',
  complaints: 'What customers are dissatisfied with, and how it is dealt with.',
  teams: 'Who answers: teams, what agents can do, and whether they are there.',
  'service-clocks': 'How long customers wait, and by what that is measured: policies and calendars.',
  schemas: 'JSON Schemas of touchpoints and events.',
  sessions: 'Signing in, for people.',
  keys: 'API keys, for programs.',
  sources: 'What arrives from a source, and what became of it.',
  sdks: 'Addresses of the Segment and RudderStack SDKs, which are used unmodified.',
  operations: 'For those who keep it running.',
} as const;

/** A route as integrators see it. Who may call it is not said here: the guard's own metadata says it. */
export interface OperationDescription {
  /** Stable: clients name their functions by it. */
  readonly id: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  readonly path?: Readonly<Record<string, ParameterDescription>>;
  readonly query?: Readonly<Record<string, ParameterDescription>>;
  readonly headers?: Readonly<Record<string, ParameterDescription>>;
  readonly body?: Content;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** What it may refuse, beside what the guards do and what any request may meet. */
  readonly problems?: readonly ProblemCode[];
  /** The key stands where SDKs put it, and the handler looks for it. */
  readonly security?: 'writeKey';
  readonly examples: readonly OperationExample[];
}

export const OPERATION = 'safar:operation';

/** Describes the route to the OpenAPI document; a route without it fails the tests. */
export const Operation = (description: OperationDescription): MethodDecorator => SetMetadata(OPERATION, description);
