import { Controller, Get, HttpCode, Inject, Options, Param, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Operation } from '../documents/operation.js';
import { sdkCall, sdkMetrics, sdkPreflight, sdkSettings, sdkSourceConfig } from './sdk-operations.js';
import { PublicRoute } from '../access/required-access.js';
import { Unlimited } from '../limits/rate-limit.guard.js';
import { languageOf } from '../problems/language.js';
import { type HttpConfig } from '#wiring';
import { HTTP_CONFIG } from '../server/tokens.js';
import { preflightHeaders } from './browser-origins.js';
import { METRICS, methodOf, sdkCalls, SETTINGS, SOURCE_CONFIGS } from './sdk-routes.js';
import { type SdkAnswer, SdkIntake, sourceOf } from './sdk-intake.js';
import { segmentSettings, sourceConfig } from './sdk-settings.js';
import { writeKeyOf, WriteKeys } from './write-key.js';

type Query = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * The addresses of Segment's and RudderStack's SDKs. Public to the guard, because the key may stand in the body; the intake lets nobody
 * through without one.
 */
@Controller()
export class SdkController {
  constructor(
    private readonly intake: SdkIntake,
    private readonly writeKeys: WriteKeys,
    @Inject(HTTP_CONFIG) private readonly http: HttpConfig,
  ) {}

  @Post(Object.keys(sdkCalls))
  @HttpCode(200)
  @Operation(sdkCall)
  @PublicRoute()
  // Not by the guard, who cannot know yet whose it is.
  @Unlimited()
  async take(@Req() request: FastifyRequest, @Query() query: Query): Promise<SdkAnswer> {
    const call = sdkCalls[request.routeOptions.url ?? ''];
    if (call === undefined) throw new Error('a route of the SDKs has no call');
    const language = languageOf(request.headers['accept-language']);
    return this.intake.take(request, { call, language, queryKey: text(query['writeKey']) });
  }

  @Post(METRICS)
  @HttpCode(200)
  @Operation(sdkMetrics)
  @PublicRoute()
  metrics(): { readonly success: true } {
    return { success: true };
  }

  /** What `analytics.js` asks before it sends anything. */
  @Get(SETTINGS)
  @Operation(sdkSettings)
  @PublicRoute()
  async settings(@Req() request: FastifyRequest, @Param('key') key: string): Promise<object> {
    await this.writeKeys.authorize(key, request.headers);
    return segmentSettings(key, request.host);
  }

  /** What RudderStack's SDKs ask their control plane. */
  @Get([...SOURCE_CONFIGS])
  @Operation(sdkSourceConfig)
  @PublicRoute()
  async config(@Req() request: FastifyRequest, @Query() query: Query): Promise<object> {
    const key = writeKeyOf(request.headers) ?? text(query['writeKey']) ?? '';
    const principal = await this.writeKeys.authorize(key, request.headers);
    return sourceConfig(key, { id: principal.id, name: sourceOf(principal) });
  }

  /** Browsers ask first when a request has headers of its own. 200, because SDKs know nothing else. */
  @Options([...Object.keys(sdkCalls), METRICS, SETTINGS, ...SOURCE_CONFIGS])
  @HttpCode(200)
  @Operation(sdkPreflight)
  @PublicRoute()
  preflight(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const method = methodOf(request.routeOptions.url);
    void reply.headers({ allow: `${method}, OPTIONS` });
    void reply.headers(preflightHeaders(request.headers, method, this.http.browserOrigins));
    return '';
  }
}
