import { timelineDecisionTypes, touchpointKinds, type TimelineDecision, type TouchpointEvent } from '#contracts';
import { allGone } from '#kernel';
import { timeline } from './timeline.projection.js';

const personaId = '018f0000-0000-8000-8000-000000000001';
const position = 2n ** 33n;

const event: TouchpointEvent = {
  id: '018f0000-0000-8000-9000-000000000001',
  type: 'touchpoint.custom',
  schemaVersion: 2,
  key: personaId,
  stream: `persona-${personaId}`,
  version: 7,
  position,
  occurredAt: 1000,
  recordedAt: 2000,
  meta: { source: '/sources/shop', correlationId: 'c', causationId: 'c' },
  data: { kind: 'custom:fair', channel: 'store', source: 'shop', personas: [], details: {}, sealed: 'AAAA' },
};

describe('the timeline', () => {
  it('takes touchpoints of every kind, decisions and erasures', () => {
    const touchpoints = touchpointKinds.map((kind) => `touchpoint.${kind}`);
    const types = [...touchpoints, ...timelineDecisionTypes, 'persona.erased'];
    expect(Object.keys(timeline.when).sort()).toEqual(types.sort());
  });

  it('has a row for each event, with its data as they are stored', () => {
    const [key] = timeline.keys(event);
    expect(key).toEqual([personaId, position]);
    expect(timeline.when['touchpoint.custom'](undefined, event, key ?? [], () => undefined)).toEqual({
      persona_id: personaId,
      position,
      event_id: event.id,
      version: 7,
      type: 'touchpoint.custom',
      schema_version: 2,
      kind: 'custom:fair',
      channel: 'store',
      source: 'shop',
      occurred_at: 1000,
      recorded_at: 2000,
      data: event.data,
    });
  });

  it('has a row for each decision, with the stream that says of what it is', () => {
    const { personas: _personas, ...meta } = { ...event, personas: [] };
    const reply: TimelineDecision = {
      ...meta,
      type: 'conversation.replied',
      stream: 'conversation-018f0000-0000-8000-9000-00000000000c',
      data: { by: 'user:a', messageId: event.id, channel: 'chat', direction: 'ltr', sealed: 'AAAA' } as never,
    };
    const row = timeline.when['conversation.replied'](
      undefined,
      reply as never,
      [personaId, position],
      () => undefined,
    );
    expect(row).toMatchObject({
      ...{ persona_id: personaId, position, type: 'conversation.replied', kind: 'conversation.replied' },
      ...{ channel: 'chat', source: 'safar', data: { stream: reply.stream, told: reply.data } },
    });
    // Of an answer that was given elsewhere, the touchpoint is there.
    const told = { ...reply, data: { ...reply.data, elsewhere: 'message' } };
    const key = [personaId, position] as const;
    expect(timeline.when['conversation.replied'](undefined, told as never, key, () => undefined)).toBeUndefined();
  });

  it('is gone when its customer is erased', () => {
    const erased = { ...event, type: 'persona.erased', data: { reason: 'retention' } } as const;
    expect(timeline.when['persona.erased'](undefined, erased, [personaId, position], () => undefined)).toBe(allGone);
  });
});
