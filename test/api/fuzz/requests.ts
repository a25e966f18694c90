import fc from 'fast-check';
import { exampleTouchpoint, touchpointKinds } from '#contracts';
import { type Documented, type DocumentedParameter, operations } from '../support/documented.js';

export interface FuzzRequest {
  readonly operation: Documented;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

type Values = fc.Arbitrary<unknown>;

/** What breaks readers: empty, long, bidirectional, invisible, unpaired, and what means something elsewhere. */
const strangeTexts = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      '0',
      '-1',
      '1e400',
      'NaN',
      'null',
      'true',
      '٣',
      '۱۲۳',
      'ي',
      'ی\u200cک',
      '\u202e\u2066x',
      '\ufeff',
      '👩‍👩‍👧‍👦',
      'ﷺ',
    ],
    ...[
      '\0',
      '\ud800',
      'a\r\nb: c',
      "' OR 1=1 --",
      '${7*7}',
      '../../etc/passwd',
      '%00',
      '%',
      '%zz',
      '__proto__',
      'constructor',
    ],
    ...[
      '9'.repeat(400),
      'x'.repeat(513),
      'é'.repeat(5_000),
      'Z\u0300'.repeat(300),
      '1970-01-01',
      '9999-12-31T23:59:60Z',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const strangeValues: Values = fc.oneof(
  strangeTexts,
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e-308, [], {}, [[]], [null], {
    a: { b: {} },
  }),
  fc.constant(undefined),
  fc.constantFrom(40, 2_000).map((depth) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
    return value;
  }),
  fc.constant('x'.repeat(40_000)),
  fc
    .constantFrom('__proto__', 'constructor', 'toJSON', '')
    .map((name) => JSON.parse(`{${JSON.stringify(name)}:{"x":1}}`) as unknown),
);

/** What a parameter's schema allows. */
function ofParameter({ schema, example }: DocumentedParameter): fc.Arbitrary<string> {
  const examples = example === undefined ? [] : [fc.constant(String(example))];
  const { enum: values, minimum, maximum, format, pattern } = schema;
  if (Array.isArray(values)) return fc.constantFrom(...values.map(String));
  if (typeof minimum === 'number' && typeof maximum === 'number')
    return fc.integer({ min: minimum, max: maximum }).map(String);
  if (format === 'date-time')
    return fc.date({ min: new Date(0), noInvalidDate: true }).map((date) => date.toISOString());
  const byPattern =
    typeof pattern === 'string' && !pattern.includes('\\u') ? [fc.stringMatching(new RegExp(pattern))] : [];
  return fc.oneof(...examples, ...byPattern, fc.string({ maxLength: 20 }));
}

const customers = [
  'customer_number:12347',
  'phone:+989123456789',
  'email:ada.larsen@example.com',
  'email:nobody@example.com',
];

let sent = 0;
/** A new id each time, so that valid ones are stored and not duplicates; one in ten is sent again. */
const touchpoints: Values = fc
  .tuple(fc.constantFrom(...touchpointKinds), fc.constantFrom('en' as const, 'fa' as const), fc.nat(9))
  .map(([kind, language, again]) => {
    if (again > 0) sent += 1;
    return { ...exampleTouchpoint(kind, language), id: `fuzz-${String(sent)}` };
  });
const cloudEvents = touchpoints.map((data) => {
  sent += 1;
  return { specversion: '1.0', id: `fuzz-event-${String(sent)}`, source: '/fuzz', type: 'com.example.fuzz', data };
});
const messages = fc.constantFrom('track', 'identify', 'page', 'nonsense').map((type) => {
  sent += 1;
  return {
    type,
    messageId: `fuzz-${String(sent)}`,
    userId: '12347',
    anonymousId: '7d0a1f6e-52c3-4b8e-9a41-0c5d6e7f8a9b',
    event: 'Looked',
    timestamp: '2026-03-02T10:15:00Z',
    properties: {},
  };
});

function bodiesOf({ operationId, requestBody }: Documented): Values {
  const few = (of: Values) => fc.array(of, { maxLength: 5 });
  if (operationId === 'recordTouchpoints') return fc.oneof(touchpoints, touchpoints, few(touchpoints));
  if (operationId === 'takeCloudEvents') return fc.oneof(cloudEvents, few(cloudEvents));
  if (operationId.startsWith('sdk'))
    return fc.oneof(
      messages,
      few(messages).map((batch) => ({ batch })),
    );
  const examples = Object.values(requestBody?.content ?? {}).flatMap((content) =>
    Object.values(content.examples ?? {}),
  );
  return examples.length > 0 ? fc.constantFrom(...examples.map(({ value }) => value)) : strangeValues;
}

type Path = readonly (string | number)[];
const DEEPEST = 6;
const pathsIn = (value: unknown, path: Path = []): readonly Path[] =>
  typeof value !== 'object' || value === null || path.length > DEEPEST
    ? [path]
    : [path, ...Object.entries(value).flatMap(([name, member]) => pathsIn(member, [...path, name]))];

function changed(value: unknown, [name, ...rest]: Path, to: unknown): unknown {
  if (name === undefined) return to;
  const copy: object = Array.isArray(value) ? [...(value as readonly unknown[])] : { ...(value as object) };
  Reflect.set(copy, name, changed(Reflect.get(copy, name), rest, to));
  return copy;
}

const mutated = (bodies: Values): Values =>
  fc.tuple(bodies, fc.nat(), strangeValues).map(([body, at, to]) => {
    const paths = pathsIn(body);
    return changed(body, paths[at % paths.length] ?? [], to);
  });

const json = (value: unknown): string => JSON.stringify(value) ?? '';
/** JSON that is broken, doubled, of other encodings, or none. */
const brokenTexts = (texts: fc.Arbitrary<string>): fc.Arbitrary<string | Buffer> =>
  fc.tuple(texts, fc.nat(9), fc.nat()).map(([text, how, at]) => {
    const cut = at % (text.length + 1);
    const forms: readonly (string | Buffer)[] = [
      ...[
        text.slice(0, cut),
        `${text}${text}`,
        `\ufeff${text}`,
        text.replace(/"/g, "'"),
        `${text.slice(0, cut)}\0${text.slice(cut)}`,
      ],
      ...[
        Buffer.from(text, 'utf16le'),
        Buffer.concat([Buffer.from(text.slice(0, cut)), Buffer.from([0xc3, 0x28, 0xff])]),
      ],
      ...['', '[', `[${'[1],'.repeat(500)}1]`],
    ];
    return forms[how] ?? text;
  });

const oddHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          ...[
            'accept-language',
            'prefer',
            'idempotency-key',
            'if-match',
            'if-none-match',
            'last-event-id',
            'traceparent',
            'tracestate',
          ],
          ...[
            'x-strict-mode',
            'content-encoding',
            'cookie',
            'origin',
            'x-forwarded-for',
            'x-http-method-override',
            'authorization',
          ],
          ...['ce-id', 'ce-type', 'ce-time', 'accept', 'user-agent', 'expect', 'range'],
        ),
        fc.oneof(
          fc.constantFrom(
            '1',
            '*',
            '"1"',
            'W/"x"',
            'fa',
            'fa;q=x,*;q=9',
            'gzip',
            'return=minimal',
            'Basic Og==',
            'Bearer safar_none',
            'a, b',
          ),
          strangeTexts.map((text) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').slice(0, 600)),
        ),
      )
      .map(([name, value]) => ({ [name]: value })),
  },
);

const types = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        'text/plain',
        'application/xml',
        'application/x-ndjson',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
      ],
      ...[
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
        'application/cloudevents+avro',
        '',
        ';',
        'x'.repeat(300),
      ],
    ),
  },
);

/** Other ways to write the same address, which are to be the same route or none. */
const spellings: fc.Arbitrary<(path: string) => string> = fc.oneof(
  { weight: 9, arbitrary: fc.constant((path: string) => path) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[(path: string) => `${path}/`, (path: string) => `/${path}`, (path: string) => path.replace('/v1/', '/v1//')],
      ...[(path: string) => path.toUpperCase(), (path: string) => `${path};x=1`, (path: string) => `${path}%00`],
      ...[
        (path: string) => path.replace('/v1/', '/v1/%2e/'),
        (path: string) => path.replace('/v1/', '/livez/..%2fv1/'),
      ],
    ),
  },
);

const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));

function addressOf({ path, parameters = [] }: Documented): fc.Arbitrary<string> {
  const segments = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...customers).map(encoded) },
    { weight: 2, arbitrary: fc.uuid() },
    { weight: 2, arbitrary: strangeTexts.map((text) => encoded(text.slice(0, 700))) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%c3%28', '.', '..', 'touchpoint', '1', 'swagger-ui.css') },
  );
  const query = fc.record(
    Object.fromEntries(
      parameters
        .filter((each) => each.in === 'query')
        .map(
          (each) =>
            [
              each.name,
              fc.oneof({ weight: 4, arbitrary: ofParameter(each) }, { weight: 1, arbitrary: strangeTexts }),
            ] as const,
        ),
    ),
    { requiredKeys: [] },
  );
  const other = fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('a=1', '%=%', 'limit=1&limit=2', '[]=1', '__proto__=x') },
  );
  return fc
    .tuple(fc.array(segments, { minLength: 2, maxLength: 2 }), query, other, spellings)
    .map(([values, given, more, spell]) => {
      let next = 0;
      const address = spell(path.replace(/\{\w+\}/g, () => values[next++] ?? ''));
      const pairs = [...Object.entries(given).map(([name, value]) => `${name}=${encoded(String(value))}`), more];
      const text = pairs.filter((pair) => pair !== '').join('&');
      return text === '' ? address : `${address}?${text}`;
    });
}

export interface FuzzKeys {
  /** May do everything. */
  readonly key: string;
  /** Stands in a page. */
  readonly pageKey: string;
}

function requestsOf(operation: Documented, { key, pageKey }: FuzzKeys): fc.Arbitrary<FuzzRequest> {
  const bodies = bodiesOf(operation);
  const texts = bodies.map(json);
  const body = fc.oneof(
    { weight: 4, arbitrary: texts },
    { weight: 4, arbitrary: mutated(bodies).map(json) },
    { weight: 2, arbitrary: brokenTexts(texts) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(texts, fc.constant('{')), { maxLength: 4 }).map((lines) => lines.join('\n')),
    },
  );
  const methods = fc.oneof(
    { weight: 19, arbitrary: fc.constant(operation.method) },
    { weight: 1, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS') },
  );
  const keys = fc.oneof(
    { weight: 19, arbitrary: fc.constant({ authorization: `Bearer ${key}` }) },
    {
      weight: operation.operationId.startsWith('sdk') ? 9 : 1,
      arbitrary: fc.constant({ authorization: `Bearer ${pageKey}` }),
    },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  return fc
    .tuple(methods, addressOf(operation), keys, oddHeaders, types, body)
    .map(([method, url, ours, odd, type, payload]) => {
      const hasBody = operation.requestBody !== undefined || method === 'PUT' || method === 'PATCH';
      const declared = type ?? Object.keys(operation.requestBody?.content ?? { 'application/json': 1 })[0] ?? '';
      const headers = { ...ours, ...(hasBody && { 'content-type': declared }), ...odd };
      return { operation, method, url, headers, ...(hasBody && { body: payload }) };
    });
}

/** Hashing a password is slow because it has to be; the limits on guessing are tested elsewhere. */
const slow = new Set(['signIn', 'changePassword']);
const weightOf = ({ operationId, requestBody }: Documented): number =>
  slow.has(operationId) ? 1 : operationId.startsWith('sdk') ? 8 : requestBody === undefined ? 40 : 80;

/** Requests to every operation of the document: valid ones, nearly valid ones, and others. */
export const requests = (keys: FuzzKeys): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(...operations.map((operation) => ({ weight: weightOf(operation), arbitrary: requestsOf(operation, keys) })));
