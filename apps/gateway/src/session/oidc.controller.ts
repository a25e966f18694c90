import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type RawParameters } from '#contracts';
import { type OidcSignIn } from '#platform/access';
import { type Access, ACCESS_PORT } from '#wiring';
import { Operation } from '../documents/operation.js';
import { beginOidc, finishOidc } from './session-operations.js';
import { PublicRoute } from '../access/required-access.js';
import { setSessionCookie } from '../access/session-cookie.js';
import { ProblemError } from '../problems/problem-error.js';
import { clearFlowCookie, flowIn, ownPath, setFlowCookie } from './oidc-flow-cookie.js';

/** Signing in at the organisation's own provider. Pages that a browser is sent through, so they answer with redirects. */
@Controller('v1/session/oidc')
export class OidcController {
  constructor(@Inject(ACCESS_PORT) private readonly access: Access) {}

  /** `?returnTo=/path` is where the browser ends up. */
  @Get()
  @Operation(beginOidc)
  @PublicRoute()
  async begin(@Query() query: RawParameters, @Res() reply: FastifyReply): Promise<void> {
    const { url, flow } = await this.#oidc().begin();
    setFlowCookie(reply, { flow, returnTo: ownPath(query['returnTo']) });
    await reply.redirect(url, 303);
  }

  @Get('callback')
  @Operation(finishOidc)
  @PublicRoute()
  async finish(@Req() { raw, headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const oidc = this.#oidc();
    const known = flowIn(headers.cookie);
    // Begun in another browser, or long ago: signing in there would be somebody else's sign-in.
    if (!known) throw new ProblemError('sign_in_refused');
    const query = new URL(raw.url ?? '', 'http://callback').searchParams;
    const begun = await oidc.finish(query, known.flow, headers['user-agent'] ?? '');
    if (!begun.ok) throw new ProblemError(begun.reason);
    const { token, session } = begun.value;
    clearFlowCookie(reply);
    setSessionCookie(reply, token, session.expiresAt - session.createdAt);
    await reply.redirect(known.returnTo, 303);
  }

  #oidc(): OidcSignIn {
    if (this.access.oidc === undefined) throw new ProblemError('route_not_found');
    return this.access.oidc;
  }
}
