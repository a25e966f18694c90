import {
  type BusinessCalendar,
  type ClockEvent,
  clockEventOf,
  type ClockTerms,
  type StoredClockEvent,
  toStoredClockData,
  weekdays,
} from '#contracts';
import { type ClockCommand, serviceClock, type ServiceClock } from './service-clock.decider.js';

const calendar: BusinessCalendar = {
  id: 'office',
  versions: [
    {
      version: 1,
      inForceFrom: 0,
      timeZone: 'UTC',
      week: Object.fromEntries(weekdays.map((day) => [day, [{ opens: '09:00', closes: '17:00' }]])),
      holidays: [],
    },
  ],
};
const decider = serviceClock(() => calendar);
const at = (time: string): number => Date.parse(`2026-11-${time}:00Z`);
const terms = (hours: number, policyVersion = 1): ClockTerms => ({
  policyId: 'gold',
  policyVersion,
  calendarId: 'office',
  calendarVersion: 1,
  targetSeconds: hours * 3600,
  pausedWhile: ['waiting_customer'],
});
const start: ClockCommand = { type: 'StartClock', at: at('09T10:00'), kind: 'resolution', terms: terms(4) };
const status = (time: string, to: 'open' | 'waiting_customer' | 'snoozed'): ClockCommand => ({
  type: 'ChangeStatus',
  at: at(time),
  status: to,
});
const stop = (time: string): ClockCommand => ({ type: 'StopClock', at: at(time) });
const elapse = (time: string): ClockCommand => ({ type: 'Elapse', at: at(time) });
const retarget = (time: string, hours: number): ClockCommand => ({
  type: 'ChangeTerms',
  at: at(time),
  terms: terms(hours, 2),
});

/** Runs commands from the start; gives the events of the last one, short: type, time, and what it says. */
function after(...commands: readonly ClockCommand[]): readonly string[] | string {
  let state: ServiceClock = decider.initial;
  let told: readonly string[] | string = [];
  for (const command of [start, ...commands]) {
    const decision = decider.decide(state, command);
    told = decision.accepted ? decision.events.map(short) : decision.reason;
    if (decision.accepted) state = decision.events.reduce(decider.evolve, state);
  }
  return told;
}

const time = (moment?: number | null): string =>
  moment === null || moment === undefined ? '-' : new Date(moment).toISOString().slice(8, 16);
function short({ type, data }: ClockEvent): string {
  const said = [type.replace('service_clock.', ''), time(data.at)];
  if ('dueAt' in data) said.push(`due ${time(data.dueAt)}`);
  if ('verdict' in data) said.push(data.verdict ?? 'undecided');
  return said.join(' ');
}

describe('a verdict', () => {
  const fulfilledAfter = (...commands: readonly ClockCommand[]): ClockEvent | undefined => {
    const events: ClockEvent[] = [];
    for (const command of [start, ...commands]) {
      const decision = decider.decide(events.reduce(decider.evolve, decider.initial), command);
      if (decision.accepted) events.push(...decision.events);
    }
    return events.find(({ type }) => type === 'service_clock.fulfilled');
  };

  it.each([
    ['by which the clock was measured', [stop('09T13:00')], 'on_time', 1],
    ['that came while it ran', [retarget('09T11:00', 6), stop('09T15:00')], 'on_time', 2],
    [
      'by which it was breached, whatever came since',
      [elapse('09T15:00'), retarget('09T15:30', 8), stop('09T16:00')],
      'breached',
      1,
    ],
  ] as const)('names the terms %s', (_which, commands, verdict, policyVersion) => {
    const fulfilled = fulfilledAfter(...commands);
    expect(fulfilled).toMatchObject({
      data: { verdict, terms: { policyId: 'gold', policyVersion, calendarId: 'office', calendarVersion: 1 } },
    });
    const stored = { type: 'service_clock.fulfilled', data: fulfilled && toStoredClockData(fulfilled) };
    expect(clockEventOf(stored as StoredClockEvent)).toEqual(fulfilled);
  });
});

describe('a warning', () => {
  const to = ['user:ada', 'team:gold'];
  const warnings = [
    { beforeSeconds: 7_200, to },
    { beforeSeconds: 1_800, to },
  ];
  const told = (...commands: readonly ClockCommand[]): readonly string[] => {
    const events: ClockEvent[] = [];
    for (const command of [{ ...start, terms: { ...terms(4), warnings } } as ClockCommand, ...commands]) {
      const decision = decider.decide(events.reduce(decider.evolve, decider.initial), command);
      if (decision.accepted) events.push(...decision.events);
    }
    return events.map((event) => {
      const next = 'warnAt' in event.data ? ` next ${time(event.data.warnAt)}` : '';
      return `${short(event)}${next}`;
    });
  };
  const first = 'activated 09T10:00 due 09T14:00 next 09T12:00';

  it('is told once at its instant, which is business time before the due time, however late it is noticed', () => {
    expect(told(elapse('09T11:59'))).toEqual([first]);
    expect(told(elapse('09T12:00'), elapse('09T12:30'), elapse('30T00:00'))).toEqual([
      first,
      'warned 09T12:00 due 09T14:00 next 09T13:30',
      'warned 09T13:30 due 09T14:00',
      'breached 09T14:00',
    ]);
  });

  it('waits while the clock stands still, and is not told again when the due time moves', () => {
    const still = [status('09T11:00', 'waiting_customer'), elapse('09T20:00'), status('10T10:00', 'open')];
    expect(told(...still, elapse('10T11:00'))).toEqual([
      ...[first, 'paused 09T11:00 due -', 'resumed 10T10:00 due 10T13:00 next 10T11:00'],
      'warned 10T11:00 due 10T13:00 next 10T12:30',
    ]);
    const again = [elapse('09T12:30'), status('09T13:00', 'waiting_customer'), status('10T10:00', 'open')];
    expect(told(...again)).toEqual([
      ...[first, 'warned 09T12:00 due 09T14:00 next 09T13:30', 'paused 09T13:00 due -'],
      'resumed 10T10:00 due 10T11:00 next 10T10:30',
    ]);
  });

  it('is not told of a clock that stopped before, or has no warning by other terms', () => {
    expect(told(stop('09T11:30'), elapse('09T20:00'))).toEqual([first, 'fulfilled 09T11:30 due 09T14:00 on_time']);
    expect(told(retarget('09T11:00', 4), elapse('09T13:59'))).toEqual([
      ...[first, 'restated 09T11:00 due 09T14:00 undecided'],
    ]);
  });

  it('whose time was over when its terms came is told at once', () => {
    const sooner: ClockCommand = { type: 'ChangeTerms', at: at('09T12:45'), terms: { ...terms(3, 2), warnings } };
    expect(told(elapse('09T12:30'), sooner, elapse('09T12:45')).slice(2)).toEqual([
      'restated 09T12:45 due 09T13:00 undecided next 09T12:45',
      'warned 09T12:45 due 09T13:00',
    ]);
  });
});

describe('a service clock', () => {
  it('tells the business time that it took, less the pauses', () => {
    const commands = [start, status('09T11:00', 'waiting_customer'), status('10T10:00', 'open'), stop('12T11:30')];
    const told: ClockEvent[] = [];
    for (const command of commands) {
      const decision = decider.decide(told.reduce(decider.evolve, decider.initial), command);
      if (decision.accepted) told.push(...decision.events);
    }
    // 1 hour on the 9th, 7 on the 10th, 8 on the 11th and 2.5 on the 12th.
    expect(told.at(-1)?.data).toMatchObject({ verdict: 'breached', spentMs: 18.5 * 3_600_000 });
  });

  it('is due after its target', () => {
    expect(after()).toEqual(['activated 09T10:00 due 09T14:00']);
  });

  it('starts once when the message is delivered twice', () => {
    expect(after(start)).toEqual([]);
  });

  it('is on time when it stops at the due time exactly', () => {
    expect(after(stop('09T14:00'))).toEqual(['fulfilled 09T14:00 due 09T14:00 on_time']);
  });

  it('is breached at the due time, whenever it is noticed', () => {
    expect(after(elapse('09T14:00'))).toEqual([]);
    expect(after(elapse('19T03:00'))).toEqual(['breached 09T14:00']);
    expect(after(elapse('19T03:00'), elapse('20T03:00'))).toEqual([]);
    expect(after(stop('12T11:00'))).toEqual(['breached 09T14:00', 'fulfilled 12T11:00 due 09T14:00 breached']);
  });

  it('stands still while it waits for the customer, and nothing is due', () => {
    expect(after(status('09T11:00', 'waiting_customer'))).toEqual(['paused 09T11:00 due -']);
    expect(after(status('09T11:00', 'waiting_customer'), elapse('25T00:00'))).toEqual([]);
    expect(after(status('09T11:00', 'waiting_customer'), status('10T10:00', 'open'))).toEqual([
      'resumed 10T10:00 due 10T13:00',
    ]);
    expect(after(status('09T11:00', 'snoozed'))).toEqual([]);
  });

  it('does not stand still once it was breached', () => {
    expect(after(status('09T15:00', 'waiting_customer'))).toEqual([
      'breached 09T14:00',
      'paused 09T15:00 due 09T14:00',
    ]);
  });

  it('counts a changed target from the original start', () => {
    expect(after(retarget('09T11:00', 6))).toEqual(['restated 09T11:00 due 09T16:00 undecided']);
    expect(after(retarget('09T13:00', 2))).toEqual(['restated 09T13:00 due 09T12:00 undecided', 'breached 09T12:00']);
  });

  it('keeps a verdict, and shows the restated one beside it', () => {
    expect(after(stop('09T13:00'), retarget('10T09:00', 2))).toEqual(['restated 10T09:00 due 09T12:00 breached']);
    expect(after(elapse('09T15:00'), retarget('09T15:30', 6), stop('09T16:00'))).toEqual([
      'fulfilled 09T16:00 due 09T16:00 breached',
      'restated 09T16:00 due 09T16:00 on_time',
    ]);
    expect(after(elapse('09T15:00'), retarget('09T15:30', 6), elapse('09T18:00'))).toEqual([
      'restated 09T16:00 due 09T16:00 breached',
    ]);
  });

  it('keeps a breach when a stop in time is told late', () => {
    expect(after(elapse('09T15:00'), stop('09T13:00'))).toEqual([
      'fulfilled 09T13:00 due 09T14:00 breached',
      'restated 09T13:00 due 09T14:00 on_time',
    ]);
  });

  it('keeps the last resolution beside the first', () => {
    expect(after(stop('09T13:00'), stop('11T10:00'))).toEqual(['restated 11T10:00 due 09T14:00 breached']);
    expect(after(stop('09T13:00'), stop('09T13:00'))).toEqual([]);
  });

  it('is cancelled with the conversation, its verdict stays', () => {
    const cancel: ClockCommand = { type: 'CancelClock', at: at('09T16:00'), reason: 'merged' };
    expect(after({ ...cancel, at: at('09T11:00') }, elapse('20T00:00'))).toEqual([]);
    expect(after(cancel)).toEqual(['breached 09T14:00', 'cancelled 09T16:00']);
    expect(after(cancel, stop('09T17:00'))).toBe('already-ended');
  });

  it('refuses what was before the last it was told', () => {
    expect(after(status('09T11:00', 'waiting_customer'), status('09T10:30', 'open'))).toBe('out-of-order');
    expect(after(stop('09T09:00'))).toBe('out-of-order');
  });
});
