import { type RecordedEvent } from '#kernel';
import { type ClockEvent, type ClockTerms } from './service-clock.js';

type Nullable = 'dueAt' | 'verdict' | 'spentMs';
type StoredTerms = Omit<ClockTerms, 'pausedWhile'> & Partial<Pick<ClockTerms, 'pausedWhile'>>;

/** Where `null` stands for what is not there, the member is left out. */
type Stored<Data> = {
  readonly [Name in keyof Data as null extends Data[Name] ? never : Name]: Data[Name] extends ClockTerms | undefined
    ? StoredTerms
    : Data[Name];
} & {
  readonly [Name in Extract<keyof Data, Nullable> as null extends Data[Name] ? Name : never]?: NonNullable<Data[Name]>;
};

type DataOf<Type extends ClockEvent['type']> = Extract<ClockEvent, { readonly type: Type }>['data'];

/** A clock's fact in the store: what is `null` or empty in `ClockEvent` is absent there. */
export type StoredClockEvent = {
  [Type in ClockEvent['type']]: RecordedEvent<Type, Stored<DataOf<Type>>>;
}[ClockEvent['type']];

/** What of a fact is stored. */
export function toStoredClockData({ data }: ClockEvent): object {
  const { terms, ...rest } = { terms: undefined, ...data };
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  return terms === undefined ? known : { ...known, terms: withoutEmpty(terms) };
}

const withoutEmpty = ({ pausedWhile, ...terms }: ClockTerms): object =>
  pausedWhile.length === 0 ? terms : { ...terms, pausedWhile };

/** The fact of a stored event. */
export function clockEventOf(event: StoredClockEvent): ClockEvent {
  switch (event.type) {
    case 'service_clock.activated': {
      const { terms, dueAt = null, ...told } = event.data;
      return { type: event.type, data: { ...told, terms: whole(terms), dueAt } };
    }
    case 'service_clock.warned':
      return { type: event.type, data: event.data };
    case 'service_clock.paused':
    case 'service_clock.resumed': {
      const { dueAt = null, ...told } = event.data;
      return { type: event.type, data: { ...told, dueAt } };
    }
    case 'service_clock.fulfilled': {
      const { at, dueAt = null, verdict, spentMs = null, terms } = event.data;
      return { type: event.type, data: { at, dueAt, verdict, spentMs, ...(terms && { terms: whole(terms) }) } };
    }
    case 'service_clock.breached':
      return { type: event.type, data: { at: event.data.at, terms: whole(event.data.terms) } };
    case 'service_clock.cancelled':
      return { type: event.type, data: event.data };
    case 'service_clock.restated': {
      const { terms, dueAt = null, verdict = null, ...told } = event.data;
      return { type: event.type, data: { ...told, terms: whole(terms), dueAt, verdict } };
    }
  }
}

const whole = ({ pausedWhile = [], ...terms }: StoredTerms): ClockTerms => ({
  ...terms,
  pausedWhile,
});

export const isStoredClockEvent = (event: RecordedEvent): event is StoredClockEvent =>
  event.type.startsWith('service_clock.');
