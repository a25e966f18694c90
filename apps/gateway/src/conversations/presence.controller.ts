import { Controller, Delete, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { type OwnPresenceView, type Permission, PresenceDto, type PresenceView } from '#contracts';
import { PRESENCE, type PresencePort } from '#wiring';
import { Authenticator } from '../access/authenticator.js';
import { NoSignOfLife, RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseBody } from '../intake/parse-body.js';
import { Asked, type Asking } from './asking.js';
import { enterConversation, getPresence, leaveConversation } from './presence-operations.js';

const toAnswer: Permission = { action: 'update', subject: 'Conversation' };

@Controller('v1/conversations')
export class PresenceController {
  constructor(
    private readonly authenticator: Authenticator,
    @Inject(PRESENCE) private readonly presence: PresencePort,
  ) {}

  @Put(':id/presence')
  @NoSignOfLife()
  @Operation(enterConversation)
  @RequireAbility('update', 'Conversation')
  async enter(@Asked() { id, request, caller }: Asking): Promise<OwnPresenceView> {
    const { state } = await parseBody(PresenceDto, request);
    // Whoever writes is there; a page that says every few seconds that it is open may have been left.
    if (state === 'typing') await this.authenticator.authorize(request, toAnswer, { activity: true });
    return answered(await this.presence.enter(id, caller.principal, state));
  }

  @Delete(':id/presence')
  @HttpCode(204)
  @NoSignOfLife()
  @Operation(leaveConversation)
  @RequireAbility('update', 'Conversation')
  leave(@Asked() { id, caller }: Asking): Promise<void> {
    return this.presence.leave(id, caller.principal);
  }

  @Get(':id/presence')
  @NoSignOfLife()
  @Operation(getPresence)
  @RequireAbility('read', 'Conversation')
  async get(@Asked() { id }: Asking): Promise<PresenceView> {
    return answered(await this.presence.inConversation(id));
  }
}
