import { type Command, type CommandBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type RuleSettingsCommandView } from '#contracts';
import { type CommandRequest, type RuleSettingsSaved } from '#wiring';
import { type Caller } from '../access/caller.js';
import { answered } from '../customers/answered.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';

interface Saving<Dto extends object> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly dto: new () => Dto;
  readonly command: new (settings: Dto, asked: CommandRequest) => Command<RuleSettingsSaved>;
}

/** Sets a list that is set as a whole, and answers with its version as its tag. */
export async function saveSettings<Dto extends object>(
  commands: CommandBus,
  { request, reply, caller, dto, command }: Saving<Dto>,
): Promise<RuleSettingsCommandView> {
  const asked = commandRequest(caller, request.headers);
  const settings = await parseText(dto, request);
  const saved = answered(await commands.execute(new command(settings, asked)));
  void reply.header('etag', entityTag(saved.version));
  return saved;
}
