import { complaint, type Complaint, type ComplaintCommand, MAX_COMPLAINT_EVENTS } from './complaint.decider.js';
import { checkRootCauses } from './root-causes.js';

const at = Date.UTC(2026, 2, 21, 12);
const by = 'user:ada';
const receive: ComplaintCommand = {
  ...{ type: 'Receive', at, by },
  data: {
    ...{ customerId: 'c', incarnation: 1, conversationId: 'k', channel: 'email', reference: 'C-0000-0000-0000' },
    description: 'Late again',
  },
};
const steps = {
  acknowledge: { type: 'Acknowledge', at, by },
  assess: {
    ...{ type: 'Assess', at, by },
    body: { severity: 'high', safety: true, complexity: 'simple', impact: 'one_customer' },
  },
  investigate: {
    ...{ type: 'Investigate', at, by, rootCausesVersion: 2 },
    body: { findings: 'The driver was ill', rootCause: 'carrier' },
  },
  respond: { type: 'Respond', at, by, body: { text: 'We are sorry', offered: 'apology' } },
  decide: { type: 'Decide', at, by, body: { outcome: 'partly_upheld', reasons: 'Late, but by an hour' } },
  close: { type: 'Close', at, by, body: { how: 'final_decision' } },
} as const satisfies Readonly<Record<string, ComplaintCommand>>;
const all: readonly ComplaintCommand[] = [receive, ...Object.values(steps)];

const after = (...commands: readonly ComplaintCommand[]): Complaint =>
  commands.reduce((state, command) => {
    const decision = complaint.decide(state, command);
    if (!decision.accepted) throw new Error(decision.reason);
    return decision.events.reduce(complaint.evolve, state);
  }, complaint.initial);

const refusalOf = (command: ComplaintCommand, ...before: readonly ComplaintCommand[]): string | undefined => {
  const decision = complaint.decide(after(...before), command);
  return decision.accepted ? undefined : decision.reason;
};

describe('a complaint', () => {
  it('goes from being received to being closed, a step at a time', () => {
    const stages = all.map((_, index) => after(...all.slice(0, index + 1)).stage);
    expect(stages).toEqual([
      ...['received', 'acknowledged', 'assessed', 'investigated', 'responded', 'decided', 'closed'],
    ]);
  });

  it('takes no step before the one that it rests on', () => {
    for (const [index, step] of Object.values(steps).entries())
      expect(index === 0 || refusalOf(step, ...all.slice(0, index)) === 'too-early').toBe(true);
    expect(refusalOf(steps.close, receive)).toBe('too-early');
    expect(refusalOf(steps.acknowledge)).toBe('never-received');
    expect(refusalOf(receive, receive)).toBe('already-received');
  });

  it('is acknowledged, decided and closed once', () => {
    expect(refusalOf(steps.acknowledge, receive, steps.acknowledge)).toBe('already-acknowledged');
    expect(refusalOf(steps.decide, ...all.slice(0, 6))).toBe('already-decided');
    expect(refusalOf(steps.close, ...all)).toBe('already-closed');
  });

  it('is assessed, investigated and answered again until it is decided, which takes nothing back', () => {
    const answered = all.slice(0, 5);
    for (const step of [steps.assess, steps.investigate, steps.respond]) {
      expect(refusalOf(step, ...answered)).toBeUndefined();
      expect(after(...answered, step).stage).toBe('responded');
      expect(refusalOf(step, ...all.slice(0, 6))).toBe('too-late');
    }
  });

  it('names the version of the list that its root cause was found in, and none without a root cause', () => {
    const data = (command: ComplaintCommand) => {
      const decision = complaint.decide(after(...all.slice(0, 3)), command);
      return decision.accepted ? decision.events[0]?.data : decision.reason;
    };
    expect(data(steps.investigate)).toMatchObject({ rootCause: 'carrier', rootCausesVersion: 2 });
    expect(data({ ...steps.investigate, body: { findings: 'Nothing yet' } })).toEqual({ by, findings: 'Nothing yet' });
  });

  it('is given the root cause that it lacks also when it was decided or closed, once', () => {
    const unexplained = { ...steps.investigate, body: { findings: 'Nothing yet' } };
    const decided = all.slice(0, 6).map((step) => (step === steps.investigate ? unexplained : step));
    for (const ended of [decided, [...decided, steps.close]]) {
      expect(refusalOf(unexplained, ...ended)).toBe('too-late');
      expect(refusalOf(steps.investigate, ...ended)).toBeUndefined();
      expect(after(...ended, steps.investigate).stage).toBe(after(...ended).stage);
      expect(refusalOf(steps.investigate, ...ended, steps.investigate)).toBe('too-late');
    }
  });

  it('keeps its root cause when a further investigation names none', () => {
    const further = { ...steps.investigate, body: { findings: 'The depot says the same' } };
    // A second cause is not taken after the decision: it still has one.
    expect(refusalOf(steps.investigate, ...all.slice(0, 4), further, ...all.slice(4, 6))).toBe('too-late');
  });

  it('has an end, and can always come to it', () => {
    const long = Array.from({ length: MAX_COMPLAINT_EVENTS - 5 }, () => steps.assess);
    const full = [...all.slice(0, 5), ...long];
    expect(refusalOf(steps.assess, ...full)).toBe('too-long');
    expect(refusalOf(steps.decide, ...full)).toBeUndefined();
    const assessed = [...all.slice(0, 3), ...long, ...long.slice(0, 2)];
    expect(refusalOf(steps.assess, ...assessed)).toBe('too-long');
    expect(refusalOf({ ...steps.investigate, body: { findings: 'Nothing' } }, ...assessed)).toBeUndefined();
    const investigated = [...assessed, { ...steps.investigate, body: { findings: 'Nothing' } }];
    expect(refusalOf(steps.respond, ...investigated)).toBeUndefined();
    expect(refusalOf(steps.investigate, ...investigated)).toBeUndefined();
    expect(refusalOf(steps.investigate, ...investigated, steps.investigate)).toBe('too-long');
  });
});

describe('a list of root causes', () => {
  const cause = (code: string, within?: string) => ({ code, name: code, ...(within !== undefined && { within }) });

  it('keeps what it had: findings name it', () => {
    expect(checkRootCauses([cause('a')], [cause('a'), cause('b')])).toBe('removed');
    expect(checkRootCauses([cause('a'), { ...cause('b'), retired: true }], [cause('b')])).toBeUndefined();
  });

  it('has each once, within others of the list and never within itself', () => {
    expect(checkRootCauses([cause('a'), cause('a')], [])).toBe('listed-twice');
    expect(checkRootCauses([cause('a', 'b'), cause('b', 'c'), cause('c')], [])).toBeUndefined();
    expect(checkRootCauses([cause('a', 'b')], [])).toBe('within-nothing');
    expect(checkRootCauses([cause('a', 'b'), cause('b', 'a')], [])).toBe('within-nothing');
  });
});
