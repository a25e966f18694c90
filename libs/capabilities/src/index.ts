export { type AttachmentRefusal, judgeAttachment, type JudgedFile } from './attachments/judge-attachment.js';
export * from './customers/customer-erasures.projection.js';
export * from './customers/customer-identifiers.projection.js';
export * from './customers/customers.projection.js';
export * from './customers/get-customer.query.js';
export * from './customers/list-customers.query.js';
export * from './customers/resolve-customer.query.js';
export * from './timeline/open-timeline.port.js';
export * from './timeline/timeline-feed.js';
export * from './timeline/timeline.projection.js';
export * from './timeline/timeline.query.js';
export * from './touchpoints/accept-touchpoint.js';
export * from './touchpoints/customer-reference.js';
export * from './touchpoints/normalise-identifier.js';
export * from './timeline/entries-of-events.js';
export * from './touchpoints/cloud-events/read-cloud-event.js';
export * from './touchpoints/cloud-events/touchpoint-of-cloud-event.js';
export * from './touchpoints/segment/touchpoint-of-message.js';
export { identifiersOfSent } from './touchpoints/identifiers-of-sent.js';
export { identifiersOfMessage } from './touchpoints/segment/who.js';
export { businessCalendars } from './service-clocks/calendars/business-calendars.projection.js';
export { listCalendars } from './service-clocks/calendars/list-calendars.query.js';
export { businessSeconds, due, type Pause } from './service-clocks/calendars/business-time.js';
export { type CalendarRefusal, saveVersion } from './service-clocks/calendars/check-calendar.js';
export {
  type CalendarOf,
  type ClockCommand,
  type ClockRefusal,
  serviceClock,
  type ServiceClock,
  type StartedClock,
} from './service-clocks/service-clock.decider.js';
export {
  type ClockAct,
  type ClockDecider,
  endOfForgotten,
  factsOf,
  type TermsAsOf,
} from './service-clocks/clock-acts.js';
export { type PolicyRefusal, refusalOfPolicies } from './service-clocks/check-policies.js';
export { conversationClocks, type TellClocks } from './service-clocks/conversation-clocks.reaction.js';
export { conversationClocksView } from './service-clocks/conversation-clocks.query.js';
export { responseFacts } from './service-clocks/reports/response-facts.projection.js';
export { serviceReport } from './service-clocks/reports/service-report.query.js';
export { serviceClocks } from './service-clocks/service-clocks.projection.js';
export { type ApplyPolicies, policyChanges } from './service-clocks/policy-changes.reaction.js';
export { openConversationsAfter } from './service-clocks/open-conversations.query.js';
export { alwaysOpen, defaultPolicies } from './service-clocks/default-policies.js';
export { isTimeZone } from './service-clocks/calendars/zone-offsets.js';
export { type IcsFault, type IcsReason } from './service-clocks/holidays/ics-fault.js';
export { readHolidays } from './service-clocks/holidays/read-holidays.js';
export { explainClock } from './service-clocks/explain-clock.js';
export { chooseTerms } from './service-clocks/choose-terms.js';
export { changesSince, versionBeforeAssignment } from './conversations/changes.js';
export {
  type ConversationCommand,
  type ConversationRefusal,
  type OpenConversation,
} from './conversations/conversation-commands.js';
export { type Conversation, type KnownConversation, MAX_EVENTS, MAX_MESSAGES } from './conversations/conversation.js';
export { conversation } from './conversations/conversation.decider.js';
export { ConversationFeed, readableConversations } from './conversations/conversation-feed.js';
export { conversationMessages } from './conversations/conversation-messages.projection.js';
export { conversations } from './conversations/conversations.projection.js';
export { type ConversationViewPorts, getConversation } from './conversations/get-conversation.query.js';
export { type DescribeAttachments } from './conversations/describe-attachments.port.js';
export { type ConversationPorts, listConversations } from './conversations/list-conversations.query.js';
export { type OpenParts, type SealedPart } from './conversations/open-conversations.port.js';
export { automaticReplies } from './conversations/automatic-replies.query.js';
export { conversationOfMessage, lastAgentOf, ownConversations } from './conversations/own-conversations.query.js';
export { type OwnConversation } from './conversations/own-exchanges.js';
export { answererIn, routeTouchpoint } from './conversations/route-touchpoint.js';
export { checkReturnRules, defaultReturnRules, type ReturnRulesRefusal } from './conversations/return-rules.js';
export {
  checkStatuses,
  contradicted,
  type NamedStatus,
  type StatusesRefusal,
  unlisted,
  type UnlistedStatus,
} from './conversations/statuses.js';
export { type EndSnooze, snoozes } from './conversations/snoozes.reaction.js';
export { type BreakPromises, promises } from './conversations/promises.reaction.js';
export { promisesOfConversation } from './conversations/promises-of-conversation.query.js';
export { conversationPromises } from './conversations/conversation-promises.projection.js';
export { takeUps, type TakeUp } from './conversations/take-ups.reaction.js';
export { type Agent, agent, type AgentCommand, type AgentFact, type AgentRefusal } from './agents/agent.decider.js';
export { agents } from './agents/agents.projection.js';
export { agentView, findAgent, findTeam, listAgents, listTeams, teamView } from './agents/find-agents.query.js';
export { type ConfigureTeam, type Team, team, type TeamFact, type TeamRefusal } from './agents/team.decider.js';
export { teams } from './agents/teams.projection.js';
export { backlog } from './queues/backlog.query.js';
export { countQueue, countSelections } from './queues/count-queue.query.js';
export {
  findSavedViews,
  queueViewsModel,
  savedViews,
  type SavedViewsRefusal,
  savedViewsView,
} from './queues/saved-views.js';
export { LiveCounts } from './queues/live-counts.js';
export { listQueue, type QueueRequest } from './queues/list-queue.query.js';
export { QueueFeed, type QueueMark } from './queues/queue-feed.js';
export { type QueuePorts } from './queues/open-subjects.port.js';
export { type QueueSelection } from './queues/queue-conditions.js';
export { queueSql } from './queues/queue-sql.js';
export { queue } from './queues/queue.projection.js';
export { type QueueRow } from './queues/queue-row.js';
export { itemsAt } from './routing/routing-order.js';
export { type RoutingItem } from './routing/routing-state.js';
export {
  complaint,
  type Complaint,
  type ComplaintCommand,
  type ComplaintRefusal,
  type ComplaintStep,
  MAX_COMPLAINT_EVENTS,
} from './complaints/complaint.decider.js';
export { receivedComplaint } from './complaints/received-complaint.js';
export { isUnexplained } from './complaints/is-unexplained.query.js';
export { complaintFigures } from './complaints/complaint-figures.query.js';
export { complaintItem, complaintOfEvents, complaints } from './complaints/complaints.projection.js';
export { listComplaints } from './complaints/list-complaints.query.js';
export { checkRootCauses, findRootCauses, rootCauses, type RootCausesRefusal } from './complaints/root-causes.js';
export { cannedReplies } from './replies/canned-replies.projection.js';
export {
  cannedReply,
  type CannedReplyCommand,
  type CannedReplyRefusal,
  MAX_CANNED_REPLIES,
} from './replies/canned-reply.decider.js';
export {
  cannedReplyView,
  countCannedReplies,
  findCannedReply,
  listCannedReplies,
} from './replies/find-canned-replies.query.js';
export {
  type RenderedReply,
  renderReply,
  type ReplyValues,
  type ReplyVariable,
  variablesIn,
} from './replies/reply-template.js';
export { type ReplayFigures } from './routing/replay/replay-ledger.js';
export { type PolicyFault, parseReplayPolicy, type ReplayPolicy } from './routing/replay/replay-policy.js';
export { replayRouting, type RoutingReplay, UnknownNamesError } from './routing/replay/replay-routing.js';
export { type RoutingRunner } from './routing/replay/routing-runner.js';
export { routing, type RouteConversation, secondsToAnswer } from './routing/routing.reaction.js';
export { type RoutingState } from './routing/routing-state.js';
export { routingTurns, type TellItem } from './routing/routing-turns.reaction.js';
export { actionTypeOf, type ActionsRefusal, checkActions, type RefusedAction } from './rules/check-actions.js';
export { checkMacros, type MacrosRefusal } from './rules/check-macros.js';
export {
  checkRequirements,
  type Missing,
  missingToResolve,
  requirementApplies,
  type RequirementsRefusal,
} from './rules/missing-to-resolve.js';
export { checkRules, type RulesRefusal } from './rules/check-rules.js';
export { matchRule, type RuleContext } from './rules/match-rule.js';
export { rules, type RulesCommand } from './rules/rules.reaction.js';
export { type Stood, type Waits, waitsOf } from './rules/waits.js';
export { ruleDecisions } from './rules/rule-decisions.projection.js';
export { rulesOfConversation } from './rules/rules-of-conversation.query.js';
export { agentLoad } from './routing/agent-load.query.js';
export { routingDecisions } from './routing/routing-decisions.projection.js';
export { routingItems } from './routing/routing-items.projection.js';
export { declinedSince, offersToAgent, offerToAgent } from './routing/offers-to-agent.query.js';
export { routingOfConversation } from './routing/routing-of-conversation.query.js';
