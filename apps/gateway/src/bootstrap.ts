import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { createAdapter } from './server/fastify-adapter.js';
import { addHooks } from './server/hooks.js';
import { NestLog } from './server/nest-log.js';
import { Draining } from './server/draining.js';
import { OtherMethods } from './server/other-methods.js';
import { LiveStreams } from './timeline/live-streams.js';

/**
 * The front door, ready for `listen(config.port, config.host)` or `inject`. `close()` ends it gracefully; the modules in `imports` are
 * destroyed after the last request.
 */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.with(parts), createAdapter(), {
    // Controllers read bodies themselves, after the guard.
    bodyParser: false,
    logger: new NestLog(parts.logger),
    abortOnError: false,
  });
  const instance = app.getHttpAdapter().getInstance();
  const draining = app.get(Draining);
  draining.onBegun(() => {
    app.get(LiveStreams).closeAll();
  });
  addHooks(instance, { draining, logger: parts.logger });
  instance.setGenReqId(() => randomUUID());
  const otherMethods = new OtherMethods();
  otherMethods.collect(instance);
  await app.init();
  otherMethods.answer(instance);
  await instance.ready();
  return app;
}
