import { type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type FastifyRequest } from 'fastify';
import { type SegmentCall } from '#capabilities';
import { type MessageResult, type Principal, RecordMessages } from '#wiring';
import { isBrowser, traceOf } from '../access/caller.js';
import { Debugger } from '../debugger/debugger.js';
import { Bodies } from '../intake/bodies.js';
import { withBody } from '../intake/read-body.js';
import { type Item } from '../intake/read-item.js';
import { strictRefusal, wantsStrict } from '../intake/strict-mode.js';
import { allowanceOf } from '../limits/allowance.js';
import { type Language } from '../problems/language.js';
import { correlationIdOf } from '../server/correlation-id.js';
import { withInflated } from './inflate.js';
import { openSdkBody, type SdkRequest } from './sdk-body.js';
import { writeKeyOf, WriteKeys } from './write-key.js';

/** Of a body that must be read to know whose it is. Browsers send less: 500 KB is the most that the SDKs put into one batch. */
const STRANGERS_BYTES = 524_288;

export interface SdkCallRequest {
  readonly call: SegmentCall | 'batch';
  readonly language: Language;
  /** Of the address; `navigator.sendBeacon` cannot send headers. */
  readonly queryKey: string | undefined;
}

/** SDKs read only the status; a person with a network tab reads this. */
export interface SdkAnswer {
  readonly success: true;
  readonly accepted: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly refused: number;
}

/** What the SDKs of Segment and RudderStack send, as it comes in. */
@Injectable()
export class SdkIntake {
  constructor(
    private readonly commands: CommandBus,
    private readonly writeKeys: WriteKeys,
    private readonly bodies: Bodies,
    private readonly entries: Debugger,
  ) {}

  async take(request: FastifyRequest, { call, language, queryKey }: SdkCallRequest): Promise<SdkAnswer> {
    const { raw, headers } = request;
    // Whoever says early who they are is asked early: nothing of a body is read for a stranger who had the choice.
    const early = writeKeyOf(headers) ?? queryKey;
    const known = early === undefined ? undefined : await this.writeKeys.admit(request, early);
    if (known === undefined) await this.writeKeys.countStranger(request);
    const limitBytes = known ? this.bodies.limitBytes : Math.min(STRANGERS_BYTES, this.bodies.limitBytes);
    const limits = { limitBytes, budget: this.bodies.budget };
    return withBody(raw, limits, (body) =>
      withInflated(body, headers, limits, async (bytes) => {
        const { writeKey, ...sent } = openSdkBody(bytes, call);
        const principal = known ?? (await this.writeKeys.admit(request, writeKey));
        allowanceOf(raw)?.take(sent.messages.count - 1);
        return this.#record(raw, sent, { principal, language });
      }),
    );
  }

  async #record(
    message: IncomingMessage,
    { messages, sentAt }: Pick<SdkRequest, 'messages' | 'sentAt'>,
    caller: { readonly principal: Principal; readonly language: Language },
  ): Promise<SdkAnswer> {
    const source = sourceOf(caller.principal);
    const strict = wantsStrict(message.headers);
    const read = await messages.read(caller.language);
    // All or nothing: what can be seen to be refused needs nobody to judge the rest.
    const judged = strict && read.some(({ ok }) => !ok) ? [] : read.flatMap((item) => (item.ok ? [item.value] : []));
    const isClaimed = isBrowser(caller.principal);
    const request = {
      ...caller,
      isClaimed,
      ...traceOf(message),
      correlationId: correlationIdOf(message),
      source,
      sentAt,
      strict,
    };
    const recorded =
      judged.length === 0 && read.length > 0
        ? []
        : await this.commands.execute(new RecordMessages(judged, { ...request, receivedAt: Date.now() }));
    const results = inTheirOrder(read, recorded);
    for (const result of results) this.entries.note('sdk', source, result);
    if (strict && results.some(({ status }) => status === 'refused')) throw strictRefusal(results, 'invalid_messages');
    return answerOf(results);
  }
}

const notStored: MessageResult = { status: 'refused', code: 'not_stored', errors: [] };

/** The results of those that could be read, between those that could not. */
function inTheirOrder(read: readonly Item[], recorded: readonly MessageResult[]): readonly MessageResult[] {
  let next = 0;
  return read.map((item) => (item.ok ? (recorded[next++] ?? notStored) : item.reason));
}

/**
 * A source is a key: by its name where that can be one, and else by its id, which no rotation changes. A key for browsers always by its id: whoever has it
 * must not use up the ids of things that another source of this name will send.
 */
export const sourceOf = (principal: Principal): string =>
  !isBrowser(principal) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(principal.name)
    ? principal.name
    : `key-${principal.id}`;

function answerOf(results: readonly MessageResult[]): SdkAnswer {
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, refused: 0 };
  for (const { status } of results) counts[status] += 1;
  return { success: true, ...counts };
}
