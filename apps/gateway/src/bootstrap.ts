import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { prepareReading } from '#contracts';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CommandBus } from '@nestjs/cqrs';
import { type Metrics } from '#platform/telemetry';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { Authenticator } from './access/authenticator.js';
import { Bodies } from './intake/bodies.js';
import { TouchpointIntake } from './intake/touchpoint-intake.js';
import { Admission } from './limits/admission.js';
import { RateLimits } from './limits/rate-limits.js';
import { shedBeforeRouting, type TakesShortPath } from './limits/shed.js';
import { observeGateway } from './metrics/observe-gateway.js';
import { createAdapter } from './server/fastify-adapter.js';
import { addHooks } from './server/hooks.js';
import { NestLog } from './server/nest-log.js';
import { Draining } from './server/draining.js';
import { securityHeaderLines, securityHeaders } from './server/security-headers.js';
import { ShortPath } from './short-path/short-path.js';
import { METRICS } from './server/tokens.js';
import { addTracing } from './server/tracing.js';
import { OtherMethods } from './server/other-methods.js';
import { LiveStreams } from './timeline/live-streams.js';

/**
 * The front door, ready for `listen(config.port, config.host)` or `inject`. `close()` ends it gracefully; the modules in `imports` are
 * destroyed after the last request.
 */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  // Compiling validators takes 0.1 s: not from the first caller's time.
  prepareReading();
  const admission = new Admission(parts.config);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.with(parts, admission),
    createAdapter(parts.config),
    {
      // Controllers read bodies themselves, after the guard.
      bodyParser: false,
      logger: new NestLog(parts.logger),
      abortOnError: false,
    },
  );
  const instance = app.getHttpAdapter().getInstance();
  const metrics = app.get<Metrics>(METRICS);
  const draining = app.get(Draining);
  draining.onBegun(() => {
    app.get(LiveStreams).closeAll();
  });
  await app.register(helmet, securityHeaders);
  // First, so that whatever is refused has its span too.
  if (parts.tracing) addTracing(instance, app.get(CommandBus), parts.tracing);
  addHooks(instance, { draining, logger: parts.logger, strangers: app.get(RateLimits), metrics, http: parts.config });
  observeGateway(metrics, { admission, streams: app.get(LiveStreams), bodies: app.get(Bodies) });
  instance.addHook('onClose', (_instance, done) => {
    admission.close();
    done();
  });
  instance.setGenReqId(() => randomUUID());
  const otherMethods = new OtherMethods();
  otherMethods.collect(instance);
  await app.init();
  otherMethods.answer(instance);
  await instance.ready();
  const shortPath = await shortPathOf(app, parts, admission);
  // Not where traces are taken: spans are made by hooks of the framework.
  shedBeforeRouting(instance.server, {
    admission,
    browserOrigins: parts.config.browserOrigins,
    shortPath: parts.tracing ? undefined : shortPath,
    isLeaving: () => draining.leaving,
  });
  return app;
}

const shortPathOf = async (
  app: NestFastifyApplication,
  { logger }: GatewayParts,
  admission: Admission,
): Promise<TakesShortPath> =>
  new ShortPath({
    intake: app.get(TouchpointIntake),
    bodies: app.get(Bodies),
    authenticator: app.get(Authenticator),
    limits: app.get(RateLimits),
    draining: app.get(Draining),
    metrics: app.get<Metrics>(METRICS),
    admission,
    logger,
    fixedHeaders: await securityHeaderLines(),
  });
