import { Readable } from 'node:stream';
import { Controller, Get, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type UploadedAttachmentView } from '#contracts';
import { GetAttachment, UploadAttachment } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { Bodies } from '../intake/bodies.js';
import { refuseEncoded } from '../intake/forms.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, ifNoneMatch, isKnown } from '../server/entity-tags.js';
import { attachmentIdIn, declaredType } from './attachment-request.js';
import { getAttachment, uploadAttachment } from './attachment-operations.js';
import { savedAs, sentFileName } from './content-disposition.js';
import { Downloads } from './downloads.js';

@Controller('v1/attachments')
export class AttachmentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly bodies: Bodies,
    private readonly downloads: Downloads,
  ) {}

  @Post()
  @Operation(uploadAttachment)
  @RequireAbility('create', 'Attachment')
  async upload(
    @Req() { raw, headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<UploadedAttachmentView> {
    const asked = commandRequest(caller, headers);
    refuseEncoded(headers);
    const named = { name: sentFileName(headers['content-disposition']), declared: declaredType(headers) };
    const uploaded = await this.bodies.readFile(raw, async (bytes) =>
      answered(await this.commands.execute(new UploadAttachment({ ...named, bytes }, asked))),
    );
    void reply.header('location', `/v1/attachments/${uploaded.id}`);
    return uploaded;
  }

  @Get(':id')
  @Operation(getAttachment)
  @RequireAbility('read', 'Attachment')
  async get(
    @Param() parameters: Readonly<Record<string, unknown>>,
    @Req() { headers, method }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() { principal }: Caller,
  ): Promise<StreamableFile | undefined> {
    const known = ifNoneMatch(headers);
    const file = answered(await this.queries.execute(new GetAttachment(attachmentIdIn(parameters), principal)));
    void reply.headers({
      etag: entityTag(file.sha256),
      // It may be erased at any time: whoever keeps it asks whether it is still there.
      'cache-control': 'private, no-cache',
      'accept-ranges': 'none',
    });
    if (isKnown(known, file.sha256)) {
      void reply.code(304);
      return undefined;
    }
    void reply.headers({
      'content-type': file.mediaType,
      'content-length': file.sizeBytes,
      'content-disposition': savedAs(file.name),
      'x-content-type-options': 'nosniff',
      // Whoever opens it all the same opens it in an origin of its own, where nothing runs.
      'content-security-policy': "default-src 'none'; sandbox",
    });
    // Of no body at all, Fastify would say that it has no length.
    return new StreamableFile(method === 'HEAD' ? Readable.from([]) : this.downloads.begin(principal, file.bytes));
  }
}
