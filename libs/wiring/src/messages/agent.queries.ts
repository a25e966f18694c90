import { Query } from '@nestjs/cqrs';
import { type ListParameters, type AgentPage, type AgentView, type TeamPage, type TeamView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type AgentFailure } from './agent-failures.js';
import { type QueryFailure } from './failures.js';

export class ListTeams extends Query<Result<TeamPage, QueryFailure>> {
  constructor(readonly parameters: ListParameters) {
    super();
  }
}

export class GetTeam extends Query<Result<TeamView, AgentFailure>> {
  constructor(
    readonly teamId: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}

export class ListAgents extends Query<Result<AgentPage, QueryFailure>> {
  constructor(readonly parameters: ListParameters) {
    super();
  }
}

export class GetAgent extends Query<Result<AgentView, AgentFailure>> {
  constructor(
    /** Kind and id. */
    readonly agent: string,
    readonly minPosition?: Position,
  ) {
    super();
  }
}
