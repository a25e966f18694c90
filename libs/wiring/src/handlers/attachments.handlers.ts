import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { openAttachment } from '../attachments/open-attachment.js';
import { uploadAttachment } from '../attachments/upload-attachment.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { GetAttachment, UploadAttachment } from '../messages/attachment.messages.js';

@CommandHandler(UploadAttachment)
export class UploadAttachmentHandler implements ICommandHandler<UploadAttachment> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ sent, request }: UploadAttachment): ReturnType<typeof uploadAttachment> {
    const { attachments, once } = this.installation;
    return uploadAttachment({ ...attachments, once }, sent, request);
  }
}

@QueryHandler(GetAttachment)
export class GetAttachmentHandler implements IQueryHandler<GetAttachment> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ id, principal }: GetAttachment): ReturnType<typeof openAttachment> {
    return openAttachment(this.installation.attachments, id, principal);
  }
}

export const attachmentHandlers = [UploadAttachmentHandler, GetAttachmentHandler];
