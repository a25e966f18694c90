import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { may, type Page, PasswordChangeDto, type RawParameters, SignInDto } from '#contracts';
import { actorOf, type Principal } from '#platform/access';
import { type Access, ACCESS_PORT, type HttpConfig } from '#wiring';
import { Operation } from '../documents/operation.js';
import { changePassword, endSession, listSessions, signIn, signOut, whoAmI } from './session-operations.js';
import { type Caller, CalledBy } from '../access/caller.js';
import { assertOwnPage } from '../access/own-pages.js';
import { PublicRoute, RequireAbility } from '../access/required-access.js';
import { clearSessionCookie, deviceTokenOf, setDeviceCookie, setSessionCookie } from '../access/session-cookie.js';
import { parseBody } from '../intake/parse-body.js';
import { ProblemError } from '../problems/problem-error.js';
import { HTTP_CONFIG } from '../server/tokens.js';
import { onlyParameters, pageOf } from './list-page.js';
import { type MeView, meView, type SessionDocument, sessionDocument } from './session-view.js';
import { signInProblem } from './sign-in-problem.js';

/** One's own sign-in, and for admins those of others. */
@Controller('v1')
export class SessionController {
  constructor(
    @Inject(ACCESS_PORT) private readonly access: Access,
    @Inject(HTTP_CONFIG) private readonly config: HttpConfig,
  ) {}

  @Post('session')
  @Operation(signIn)
  @PublicRoute()
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDocument> {
    // A page elsewhere must not sign anybody in as somebody else, either.
    assertOwnPage(request, this.config.publicUrl);
    const { name, password } = await parseBody(SignInDto, request);
    const client = request.headers['user-agent'] ?? '';
    const from = { address: request.ip, client, device: deviceTokenOf(request.headers.cookie) };
    const begun = await this.access.signIn.withPassword({ name, password, ...from });
    if (!begun.ok) throw signInProblem(begun.reason);
    const { token, session, device } = begun.value;
    setSessionCookie(reply, token, session.expiresAt - session.createdAt);
    setDeviceCookie(reply, device);
    return sessionDocument(session, session.id);
  }

  @Delete('session')
  @HttpCode(204)
  @Operation(signOut)
  @RequireAbility('update', 'Account')
  async signOut(@CalledBy() { principal }: Caller, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { sessionId } = userOf(principal);
    await this.access.sessions.end(sessionId, actorOf(principal));
    clearSessionCookie(reply);
  }

  @Get('me')
  @Operation(whoAmI)
  @RequireAbility('read', 'Account')
  me(@CalledBy() { principal }: Caller): MeView {
    return meView(principal);
  }

  @Post('me/password')
  @HttpCode(204)
  @Operation(changePassword)
  @RequireAbility('update', 'Account')
  async changePassword(@CalledBy() { principal }: Caller, @Req() request: FastifyRequest): Promise<void> {
    const user = userOf(principal);
    const { current, next } = await parseBody(PasswordChangeDto, request);
    const changed = await this.access.signIn.changePassword(user, { current, next, address: request.ip });
    if (!changed.ok) throw signInProblem(changed.reason);
  }

  /** One's own; with `?all=true` everybody's, for whoever may see them. */
  @Get('sessions')
  @Operation(listSessions)
  @RequireAbility('read', 'Account')
  async list(@CalledBy() { principal }: Caller, @Query() query: RawParameters): Promise<Page<SessionDocument>> {
    onlyParameters(query, ['all', 'limit', 'cursor']);
    const isAll = query['all'] === 'true';
    if (isAll && !may(principal, { action: 'read', subject: 'Session' })) throw new ProblemError('forbidden');
    const sessions = await this.access.sessions.list(isAll ? undefined : principal.id);
    const current = principal.kind === 'user' ? principal.sessionId : undefined;
    const documents = sessions.map((session) => sessionDocument(session, current));
    return pageOf('sessions', documents, query);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @Operation(endSession)
  @RequireAbility('update', 'Account')
  async end(@Param('id') id: string, @CalledBy() { principal }: Caller): Promise<void> {
    const isAny = may(principal, { action: 'delete', subject: 'Session' });
    const isEnded = await this.access.sessions.end(id, actorOf(principal), isAny ? undefined : principal.id);
    // Somebody else's is not found either: whether there is one is not for everybody.
    if (!isEnded) throw new ProblemError('session_not_found');
  }
}

/** An API key of an admin may do everything that people may, but has no session and no password. */
function userOf(principal: Principal): Extract<Principal, { readonly kind: 'user' }> {
  if (principal.kind === 'user') return principal;
  throw new ProblemError('session_not_found');
}
