import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A span as OTLP/HTTP carries it in JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Collector {
  /** Base address: what `SAFAR_OTEL_ENDPOINT` takes. */
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** Everything that came, as text. */
  readonly text: () => string;
  /** Until there is such a span. */
  find(matches: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
  close(): Promise<void>;
}

/** Takes traces over OTLP/HTTP, in this process. */
export async function openCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  let text = '';
  let arrived = (): void => undefined;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('utf8');
      text += `${JSON.stringify(request.headers)}\n${body}\n`;
      if (request.url === '/v1/traces') spans.push(...spansIn(JSON.parse(body)));
      response.setHeader('content-type', 'application/json').end('{}');
      arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    spans,
    text: () => text,
    find: async (matches) => {
      for (;;) {
        const found = spans.find(matches);
        if (found) return found;
        await new Promise<void>((resolve) => (arrived = resolve));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface OtlpSpan extends Omit<ReceivedSpan, 'attributes' | 'links'> {
  readonly attributes?: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: ReceivedSpan['links'];
}

/** Of a test's own exporter, so that its shape is taken as it is. */
function spansIn(body: unknown): ReceivedSpan[] {
  const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ attributes = [], links = [], ...span }) => ({
      ...span,
      links,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}
