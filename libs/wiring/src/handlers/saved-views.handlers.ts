import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { countSelections, findSavedViews, findTeam, savedViews, savedViewsView } from '#capabilities';
import {
  queueViewsStream,
  type SavedViewCountsView,
  type SavedViewsCommandView,
  type SavedViewsView,
  teamOwner,
} from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { audited } from '../audited.js';
import { caughtUp } from '../customer-directory.js';
import { decideOnRow } from '../decide-on-row.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type QueryFailure } from '../messages/failures.js';
import {
  CountQueueViews,
  GetQueueViews,
  SaveQueueViews,
  type SavedViewsFailure,
  type ViewOwner,
} from '../messages/saved-views.messages.js';
import { type CommandAttempt } from '../once.js';

type Saved = Result<SavedViewsCommandView, SavedViewsFailure>;

const ownerOf = (owner: ViewOwner): string => ('team' in owner ? teamOwner(owner.team) : owner.person);

@CommandHandler(SaveQueueViews)
export class SaveQueueViewsHandler implements ICommandHandler<SaveQueueViews> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: SaveQueueViews): Promise<Saved> {
    const { settings, request } = asked;
    const { once, audit } = this.installation;
    const { expectedVersions = 'any', principal, correlationId } = request;
    const owner = ownerOf(asked.owner);
    const act = { action: 'queue_views.saved', subject: `queue_views:${owner}`, actor: actorOf(principal) };
    const command = { name: 'save-queue-views', owner, settings, expectedVersions };
    return audited(
      audit,
      { ...act, requestId: correlationId },
      () =>
        once<SavedViewsCommandView, SavedViewsFailure>(request, command, (attempt) =>
          this.#save(asked, owner, attempt),
        ),
      (saved) =>
        saved.ok
          ? { details: { version: Number(saved.value.version) } }
          : { outcome: 'refused', details: { reason: saved.reason.code } },
    );
  }

  async #save({ owner, settings, request }: SaveQueueViews, id: string, attempt: CommandAttempt): Promise<Saved> {
    const { conversations, readModels } = this.installation;
    if ('team' in owner && !(await findTeam(readModels, owner.team))) return fail({ code: 'team_not_found' });
    const asking = { request, attempt, change: { owner: id, settings }, model: 'queue-views', about: 'queue-view' };
    return decideOnRow<SavedViewsFailure>(conversations, asking, async (by) => {
      const row = await findSavedViews(readModels, id);
      const decision = savedViews.decide(row ?? savedViews.initial, { type: 'SaveViews', ...by, settings });
      if (!decision.accepted) return fail({ code: 'queue_views_refused', reason: decision.reason });
      return succeed({ id, stream: queueViewsStream(id), row, decision });
    });
  }
}

@QueryHandler(GetQueueViews)
export class GetQueueViewsHandler implements IQueryHandler<GetQueueViews> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ owner, minPosition }: GetQueueViews): Promise<Result<SavedViewsView, QueryFailure>> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, minPosition, ['queue-views']);
    if (late) return fail(late);
    return succeed(savedViewsView(ownerOf(owner), await findSavedViews(readModels, ownerOf(owner))));
  }
}

@QueryHandler(CountQueueViews)
export class CountQueueViewsHandler implements IQueryHandler<CountQueueViews> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ owner, self, parameters }: CountQueueViews): Promise<Result<SavedViewCountsView, QueryFailure>> {
    const { directory, readModels, clock } = this.installation;
    const { minPosition, timeZone = this.installation.timeZone } = parameters;
    const late = await caughtUp(directory, minPosition, ['queue', 'queue-views']);
    if (late) return fail(late);
    const { views = [] } = (await findSavedViews(readModels, ownerOf(owner))) ?? {};
    const at = clock.now();
    const counts = await countSelections(
      readModels,
      views.map(({ filter }) => ({ view: 'all', timeZone, ...filter, self })),
      at,
    );
    return succeed({
      owner: ownerOf(owner),
      at: new Date(at).toISOString(),
      views: views.map(({ id }, index) => ({ id, ...(counts[index] ?? { count: 0, capped: false }) })),
    });
  }
}

export const savedViewsHandlers = [SaveQueueViewsHandler, GetQueueViewsHandler, CountQueueViewsHandler];
