import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { BulkEnvelopeDto, type BulkItemDto, may } from '#contracts';
import { BeginBulk, ChangeConversation, type CommandRequest } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { allowanceOf } from '../limits/allowance.js';
import { logServerProblem } from '../problems/log-server-problem.js';
import { problemDocument, type ProblemDocument } from '../problems/problem-document.js';
import { ProblemError } from '../problems/problem-error.js';
import { toProblem } from '../problems/to-problem.js';
import { commandRequest } from '../server/command-request.js';
import { GATEWAY_LOGGER } from '../server/tokens.js';
import { changeIn, permissionFor, readItem } from './bulk-changes.js';
import { changeConversations } from './conversation-command-operations.js';

/** What became of one item: as the single command is answered, or refused. */
export type BulkResult =
  | {
      readonly status: 'done';
      readonly conversationId: string;
      readonly version: string;
      /** Decimal digits; pass it as `minPosition` to see it. */
      readonly position: string;
    }
  | {
      readonly status: 'refused';
      /** As it was sent, where it is a text. */
      readonly conversationId?: string;
      readonly problem: ProblemDocument;
    };

export interface BulkAnswer {
  /** One for each item, in its order. */
  readonly results: readonly BulkResult[];
}

/** Items that are worked on at a time: the store takes what comes together in one go. */
const AT_ONCE = 8;

/** Beside the conversations and not under them: there, its name would be the id of one. */
@Controller('v1/bulk')
export class BulkController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(GATEWAY_LOGGER) private readonly logger: Logger,
  ) {}

  @Post('conversations')
  @HttpCode(200)
  @Operation(changeConversations)
  @RequireAbility('update', 'Conversation')
  async change(@Req() request: FastifyRequest, @CalledBy() caller: Caller): Promise<BulkAnswer> {
    const asked = commandRequest(caller, request.headers);
    const { items } = await parseText(BulkEnvelopeDto, request);
    allowanceOf(request.raw)?.take(items.length - 1);
    answered(await this.commands.execute(new BeginBulk(items, asked)));
    const results: BulkResult[] = [];
    const lines = inLines(items);
    const work = async (): Promise<void> => {
      for (let line = lines.pop(); line; line = lines.pop())
        for (const index of line) {
          results[index] = await this.#changeOne(items[index], index, { asked, caller });
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { results };
  }

  async #changeOne(
    sent: unknown,
    index: number,
    { asked, caller }: { readonly asked: CommandRequest; readonly caller: Caller },
  ): Promise<BulkResult> {
    try {
      const item = readItem(sent, caller.language);
      const { conversation: conversationId, command } = item;
      if (!may(caller.principal, permissionFor(command))) throw new ProblemError('forbidden');
      const change = changeIn(item, caller.language);
      const done = answered(
        await this.commands.execute(new ChangeConversation(conversationId, change, ofItem(asked, item, index))),
      );
      return { status: 'done', conversationId, version: done.version, position: done.position };
    } catch (error) {
      const problem = toProblem(error);
      logServerProblem(this.logger, problem, caller.correlationId);
      const conversationId = conversationIn(sent);
      return {
        ...{ status: 'refused', ...(conversationId !== undefined && { conversationId }) },
        problem: problemDocument(problem, caller.correlationId, caller.language),
      };
    }
  }
}

/** Each item is a command of its own. No header holds a space, so its key is nobody's key for anything else. */
const ofItem = (
  { idempotencyKey, ...asked }: CommandRequest,
  { version }: BulkItemDto,
  index: number,
): CommandRequest => ({
  ...asked,
  expectedVersions: version === undefined ? 'any' : [version],
  ...(idempotencyKey !== undefined && { idempotencyKey: `bulk ${idempotencyKey} ${String(index)}` }),
});

/** Longer than any id. */
const SHOWN = 100;

function conversationIn(sent: unknown): string | undefined {
  const { conversation } = (sent ?? {}) as { readonly conversation?: unknown };
  return typeof conversation === 'string' ? conversation.slice(0, SHOWN) : undefined;
}

/** What concerns one conversation is done in its order. */
function inLines(items: readonly unknown[]): number[][] {
  const lines = new Map<string, number[]>();
  items.forEach((item, index) => {
    const conversation = conversationIn(item) ?? '';
    const line = lines.get(conversation);
    if (line) line.push(index);
    else lines.set(conversation, [index]);
  });
  return [...lines.values()].reverse();
}
