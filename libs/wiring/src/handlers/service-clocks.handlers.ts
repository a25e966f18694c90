import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { conversationClocksView, listCalendars } from '#capabilities';
import {
  type BusinessCalendarPage,
  type BusinessCalendarView,
  type ClockSettingsCommandView,
  type ClockTerms,
  type ConversationClocksView,
  type ServicePoliciesView,
} from '#contracts';
import { fail, type Result, START, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { type Act, audited } from '../audited.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import {
  type ClockSettingsFailure,
  type ClockSettingsSaved,
  GetCalendar,
  GetPolicies,
  ListCalendars,
  SaveCalendar,
  SavePolicies,
  type TakenHolidays,
  TakeHolidays,
} from '../messages/clock-settings.messages.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { GetConversationClocks } from '../messages/get-conversation-clocks.query.js';
import { saveCalendar, savePolicies, savingBy, showCalendar, showPolicies } from '../service-clocks/clock-settings.js';
import { readHolidaysFor, saveHolidays, takenView, toldOfSettings } from '../service-clocks/take-holidays.js';

const act = ({ principal, correlationId }: CommandRequest, action: string, subject: string): Act => ({
  ...{ action, subject, actor: actorOf(principal), requestId: correlationId },
});

@CommandHandler(SavePolicies)
export class SavePoliciesHandler implements ICommandHandler<SavePolicies> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SavePolicies): Promise<ClockSettingsSaved> {
    const { settings, request } = asked;
    const { once, audit, clockSettings } = this.installation;
    const { expectedVersions = 'any' } = request;
    const command = { name: 'save-policies', settings, expectedVersions };
    return audited(
      audit,
      act(request, 'service_policies.saved', 'service_policies:all'),
      () =>
        once<ClockSettingsCommandView, ClockSettingsFailure>(request, command, (attempt) =>
          savePolicies(clockSettings, asked, attempt),
        ),
      toldOfSettings,
    );
  }
}

@CommandHandler(SaveCalendar)
export class SaveCalendarHandler implements ICommandHandler<SaveCalendar> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveCalendar): Promise<ClockSettingsSaved> {
    const { calendarId, calendar, request } = asked;
    const { once, audit, clockSettings } = this.installation;
    const { expectedVersions = 'any' } = request;
    const command = { name: 'save-calendar', calendarId, calendar, expectedVersions };
    return audited(
      audit,
      act(request, 'business_calendar.saved', `business_calendar:${calendarId}`),
      () =>
        once<ClockSettingsCommandView, ClockSettingsFailure>(request, command, (attempt) =>
          saveCalendar(clockSettings, { calendarId, calendar, request: savingBy(request) }, attempt),
        ),
      toldOfSettings,
    );
  }
}

@CommandHandler(TakeHolidays)
export class TakeHolidaysHandler implements ICommandHandler<TakeHolidays> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ holidays, request }: TakeHolidays): Promise<TakenHolidays> {
    const { once, audit, clockSettings } = this.installation;
    const { calendarId, file, add, years } = holidays;
    const { expectedVersions = 'any' } = request;
    // The file, and not what it says today: sent again next year it is the same command.
    const asked = { calendarId, file: Buffer.from(file).toString('base64'), add, years };
    const take = async (): Promise<TakenHolidays> => {
      const read = await readHolidaysFor(clockSettings, holidays);
      if (!read.ok) return read;
      const command = { name: 'take-holidays', ...asked, expectedVersions };
      const saved = await once<ClockSettingsCommandView, ClockSettingsFailure>(request, command, (attempt) =>
        saveHolidays(clockSettings, { ...read.value, calendarId, add }, { request: savingBy(request), attempt }),
      );
      return takenView(saved, read.value);
    };
    return audited(
      audit,
      act(request, 'business_calendar.saved', `business_calendar:${calendarId}`),
      take,
      toldOfSettings,
    );
  }
}

@QueryHandler(GetPolicies)
export class GetPoliciesHandler implements IQueryHandler<GetPolicies> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(): Promise<ServicePoliciesView> {
    return showPolicies(this.installation.clockSettings.books);
  }
}

@QueryHandler(ListCalendars)
export class ListCalendarsHandler implements IQueryHandler<ListCalendars> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    parameters: { minPosition, ...listing },
  }: ListCalendars): Promise<Result<BusinessCalendarPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['business-calendars']);
    if (late) return fail(late);
    const page = await listCalendars(this.installation.readModels, listing);
    return page.ok ? page : fail(invalidCursor);
  }
}

@QueryHandler(GetCalendar)
export class GetCalendarHandler implements IQueryHandler<GetCalendar> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ calendarId }: GetCalendar): Promise<Result<BusinessCalendarView, ClockSettingsFailure>> {
    return showCalendar(this.installation.clockSettings.books, calendarId);
  }
}

@QueryHandler(GetConversationClocks)
export class GetConversationClocksHandler implements IQueryHandler<GetConversationClocks> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    conversationId,
    minPosition,
  }: GetConversationClocks): Promise<Result<ConversationClocksView, ConversationFailure>> {
    const { directory, readModels, clock, clockSettings } = this.installation;
    const late = await caughtUp(directory, minPosition, ['conversations', 'service-clocks']);
    if (late) return fail(late);
    const calendarsOf = async (terms: readonly ClockTerms[]) =>
      (await clockSettings.books.knowing({ position: START, terms })).calendarOf;
    const view = await conversationClocksView({ readModels, calendarsOf }, conversationId, clock.now());
    return view ? succeed(view) : fail({ code: 'conversation_not_found' });
  }
}

export const serviceClockHandlers = [
  SavePoliciesHandler,
  SaveCalendarHandler,
  TakeHolidaysHandler,
  GetPoliciesHandler,
  GetCalendarHandler,
  ListCalendarsHandler,
  GetConversationClocksHandler,
];
