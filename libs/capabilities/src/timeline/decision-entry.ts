import { clockOfStream, complaintIdOf, conversationIdOf, shownMembersOf, type TimelineEntryView } from '#contracts';

type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the timeline keeps of a decision, as `DecisionData` says: its event's data, as it is stored. */
export const toldOf = (kept: Data): Data => (isData(kept['told']) ? kept['told'] : {});
const streamOf = (kept: Data): string => (typeof kept['stream'] === 'string' ? kept['stream'] : '');

/** Of which conversation and which complaint a decision is. */
export function placeOfDecision(kept: Data, opened: Data): Pick<TimelineEntryView, 'conversationId' | 'complaintId'> {
  const stream = streamOf(kept);
  if (!stream.startsWith('complaint-'))
    return { conversationId: clockOfStream(stream)?.conversationId ?? conversationIdOf(stream), complaintId: null };
  const conversationId = opened['conversationId'];
  return {
    conversationId: typeof conversationId === 'string' ? conversationId : null,
    complaintId: complaintIdOf(stream),
  };
}

/** What of a decision concerns its customer. A clock is named by its stream. */
export function detailsOfDecision(
  { type, data: kept }: { readonly type: string; readonly data: Data },
  opened: Data,
): Data {
  const clock = clockOfStream(streamOf(kept));
  if (clock !== undefined) {
    const terms = isData(opened['terms']) ? opened['terms'] : {};
    return { clock: clock.kind, targetSeconds: terms['targetSeconds'], policyId: terms['policyId'] };
  }
  return Object.fromEntries(
    shownMembersOf(type).flatMap((name) => (opened[name] === undefined ? [] : [[name, opened[name]]])),
  );
}
