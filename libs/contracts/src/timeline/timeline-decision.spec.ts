import { eventTypes } from '../events/event-types.js';
import { splitPersonal } from '../events/split-personal.js';
import {
  isTimelineDecisionType,
  personalMemberOf,
  shownMembersOf,
  timelineDecisionTypes,
} from './timeline-decision.js';

const declared = timelineDecisionTypes.map((type) => {
  const found = eventTypes.find((each) => each.type === type);
  if (found === undefined) throw new Error(`${type} is no event`);
  return { type, version: found.version, example: found.examples[0] };
});

describe('the decisions that a timeline shows', () => {
  it.each(declared)('of $type tell by one member whether they were erased', ({ type, version, example }) => {
    const { personal } = splitPersonal(type, version, example);
    // Where nothing is personal nothing is sealed, and nobody asks.
    if (personal !== undefined) expect(personal).toHaveProperty(personalMemberOf(type));
  });

  it.each(declared)('of $type show members that there are', ({ type, example }) => {
    expect(Object.keys(example ?? {})).toEqual(expect.arrayContaining([...shownMembersOf(type)]));
  });

  it('are none of what colleagues say among themselves, nor names that every object has', () => {
    for (const type of ['conversation.noted', 'conversation.mention_seen', 'toString', 'constructor'])
      expect(isTimelineDecisionType(type)).toBe(false);
  });

  it('are told by the caller’s id where they are no decisions', () => {
    expect(personalMemberOf('touchpoint.visit')).toBe('touchpointId');
  });
});
