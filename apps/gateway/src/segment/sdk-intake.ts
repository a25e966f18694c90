import { type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type FastifyRequest } from 'fastify';
import { type SegmentCall } from '#capabilities';
import { type MessageResult, type Principal, RecordMessages } from '#wiring';
import { traceOf } from '../access/caller.js';
import { Debugger } from '../debugger/debugger.js';
import { Bodies } from '../intake/bodies.js';
import { strictRefusal, wantsStrict } from '../intake/strict-mode.js';
import { allowanceOf } from '../limits/allowance.js';
import { type Language } from '../problems/language.js';
import { correlationIdOf } from '../server/correlation-id.js';
import { withInflated } from './inflate.js';
import { readSdkBody, type SdkRequest } from './sdk-body.js';
import { writeKeyOf, WriteKeys } from './write-key.js';

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
    return this.bodies.read(raw, (body) =>
      withInflated(body, headers, this.bodies, async (bytes) => {
        const { writeKey, ...sent } = readSdkBody(bytes, call);
        const principal = known ?? (await this.writeKeys.admit(request, writeKey));
        allowanceOf(raw)?.take(sent.messages.length - 1);
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
    const request = { ...caller, ...traceOf(message), correlationId: correlationIdOf(message), source, sentAt, strict };
    const results = await this.commands.execute(new RecordMessages(messages, { ...request, receivedAt: Date.now() }));
    for (const result of results) this.entries.note('sdk', source, result);
    if (strict && results.some(({ status }) => status === 'refused')) throw strictRefusal(results, 'invalid_messages');
    return answerOf(results);
  }
}

/** A source is a key: by its name where that can be one, and else by its id, which no rotation changes. */
export const sourceOf = ({ id, name }: Principal): string =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ? name : `key-${id}`;

function answerOf(results: readonly MessageResult[]): SdkAnswer {
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, refused: 0 };
  for (const { status } of results) counts[status] += 1;
  return { success: true, ...counts };
}
