import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  AssignDto,
  ChangeStatusDto,
  type ConversationCommandView,
  LinkDto,
  MergeDto,
  NoteDto,
  PrioritiseDto,
  ReplyDto,
  SnoozeDto,
  SpamDto,
  SplitDto,
  TagDto,
  TransferDto,
} from '#contracts';
import { ChangeConversation, type ConversationChange } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseBody, parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import * as operations from './conversation-command-operations.js';
import { Asked, type Asking } from './asking.js';

/** What is done to one conversation: each method says what is asked for, and all of them are done in the same way. */
@Controller('v1/conversations')
export class ConversationCommandsController {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/reply')
  @HttpCode(200)
  @Operation(operations.reply)
  @RequireAbility('update', 'Conversation')
  async reply(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Reply', body: await parseText(ReplyDto, asked.request) });
  }

  @Post(':id/note')
  @HttpCode(200)
  @Operation(operations.note)
  @RequireAbility('update', 'Conversation')
  async note(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Note', body: await parseText(NoteDto, asked.request) });
  }

  @Post(':id/take')
  @HttpCode(200)
  @Operation(operations.take)
  @RequireAbility('update', 'Conversation')
  take(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Take' });
  }

  @Post(':id/see-mention')
  @HttpCode(200)
  @Operation(operations.seeMention)
  @RequireAbility('update', 'Conversation')
  seeMention(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'SeeMention' });
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Operation(operations.assign)
  @RequireAbility('assign', 'Conversation')
  async assign(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Assign', body: await parseBody(AssignDto, asked.request) });
  }

  @Post(':id/transfer')
  @HttpCode(200)
  @Operation(operations.transfer)
  @RequireAbility('update', 'Conversation')
  async transfer(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Transfer', body: await parseBody(TransferDto, asked.request) });
  }

  @Post(':id/prioritise')
  @HttpCode(200)
  @Operation(operations.prioritise)
  @RequireAbility('update', 'Conversation')
  async prioritise(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Prioritise', body: await parseBody(PrioritiseDto, asked.request) });
  }

  @Post(':id/tag')
  @HttpCode(200)
  @Operation(operations.tag)
  @RequireAbility('update', 'Conversation')
  async tag(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Tag', body: await parseBody(TagDto, asked.request) });
  }

  @Post(':id/status')
  @HttpCode(200)
  @Operation(operations.changeStatus)
  @RequireAbility('update', 'Conversation')
  async changeStatus(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'ChangeStatus', body: await parseBody(ChangeStatusDto, asked.request) });
  }

  @Post(':id/snooze')
  @HttpCode(200)
  @Operation(operations.snooze)
  @RequireAbility('update', 'Conversation')
  async snooze(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Snooze', body: await parseBody(SnoozeDto, asked.request) });
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Operation(operations.merge)
  @RequireAbility('update', 'Conversation')
  async merge(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Merge', body: await parseBody(MergeDto, asked.request) });
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  @Operation(operations.unmerge)
  @RequireAbility('update', 'Conversation')
  unmerge(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Unmerge' });
  }

  @Post(':id/split')
  @HttpCode(200)
  @Operation(operations.split)
  @RequireAbility('update', 'Conversation')
  async split(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Split', body: await parseBody(SplitDto, asked.request) });
  }

  @Post(':id/spam')
  @HttpCode(200)
  @Operation(operations.spam)
  @RequireAbility('update', 'Conversation')
  async spam(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Spam', body: await parseBody(SpamDto, asked.request) });
  }

  @Post(':id/link')
  @HttpCode(200)
  @Operation(operations.link)
  @RequireAbility('update', 'Conversation')
  async link(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'Link', body: await parseBody(LinkDto, asked.request) });
  }

  async #change({ id, request, reply, caller }: Asking, change: ConversationChange): Promise<ConversationCommandView> {
    const command = new ChangeConversation(id, change, commandRequest(caller, request.headers));
    const changed = answered(await this.commands.execute(command));
    void reply.header('etag', entityTag(changed.version));
    return changed;
  }
}
