import { LiveCounts, QueueFeed, TimelineFeed } from '#capabilities';
import { type PersonaErasedData, type TimelineParameters } from '#contracts';
import { type Position } from '#kernel';
import { createCommandAnswers } from '#platform/command-answers';
import { storeSubscription } from '#platform/consumers';
import { projectionAdmin } from '#platform/projections';
import { auditedProjections, auditedQuarantine, type OnBehalfOf, type QuarantineAdmin } from '../audited.js';
import { createOpener } from '../conversations/open-parts.js';
import { type DirectoryPorts } from '../customer-directory.js';
import { eraseCustomer, type ErasureContext } from '../erase-customer.js';
import { type ExpectedVersions } from '../messages/command-request.js';
import { topicNames } from '../kafka.js';
import { observeProjections, observeRelay } from '../observation.js';
import { createOnce } from '../once.js';
import { createTimelineOpener } from '../open-timeline.js';
import { projections } from '../projections.js';
import { createMessageRecorder } from '../record-messages.js';
import { createRecorder } from '../record-touchpoints.js';
import { redriveQuarantined } from '../redrive-quarantined.js';
import { timelinePage } from '../timeline-page.js';
import { unexpectedVersion } from '../unexpected-version.js';
import { createDecoder } from '../sealing.js';
import { conversationOperations, presenceOperations } from './conversation-operations.js';
import { type Parts } from './parts.js';
import { reactionOperations } from './reaction-operations.js';
import { judging, runningOperations } from './running-operations.js';

/** What the programs do through an installation. */
export function operations(parts: Parts, closers: (() => Promise<void>)[]) {
  const { config, clock, pool, vault, store, readModels, audit, onApplied, quarantine, defaultRegion } = parts;
  const decode = createDecoder(vault);
  const source = storeSubscription(store);
  const admin = projectionAdmin({ pool, source, decode, onApplied }, projections);
  observeProjections(parts.metrics, admin);
  if (config.kafka) observeRelay(parts.metrics, { pool, source, topic: topicNames(config.kafka).events });
  const timeline = createTimelineOpener(decode);
  const { reads } = config;
  const recordTouchpoints = createRecorder(parts);
  const messagePorts = { recordTouchpoints, quarantine, vault, clock, defaultRegion };
  const head = (): Promise<Position> => store.head();
  const directory: DirectoryPorts = { readModels, vault, head, defaultRegion, waitTimeoutMs: reads.waitTimeoutMs };
  const conversing = conversationOperations(parts, directory, decode);
  return {
    decode,
    attachments: { attachments: parts.attachments, vault, clock, unusedLimits: config.attachments },
    openTimeline: timeline,
    directory,
    ...conversing,
    presence: presenceOperations(parts, closers),
    timeZone: config.timeZone,
    queues: { readModels, open: createOpener(decode), store, clock, directory, audit, timeZone: config.timeZone },
    queueFeed: new QueueFeed({ readModels, open: createOpener(decode), clock }),
    liveCounts: new LiveCounts({ readModels, clock }),
    timelineFeed: new TimelineFeed(readModels, timeline),
    projectionAdmin: (by: OnBehalfOf) => auditedProjections(admin, audit, by),
    ...reactionOperations(parts, closers, { source, decode, conversations: conversing.conversations }),
    recordTouchpoints,
    recordMessages: createMessageRecorder(messagePorts),
    quarantineAdmin: (by: OnBehalfOf, causationId: string): QuarantineAdmin =>
      auditedQuarantine(
        quarantine,
        (ids, told) => redriveQuarantined({ ...parts, ...judging(parts), recordTouchpoints }, ids, causationId, told),
        audit,
        by,
      ),
    once: createOnce({ answers: createCommandAnswers(pool), vault }),
    unexpectedVersion: async (reference: string, expected: ExpectedVersions) =>
      unexpectedVersion(directory, await store.head(), reference, expected),
    eraseCustomer: (reference: string, reason: PersonaErasedData['reason'], context: ErasureContext) =>
      eraseCustomer({ ...parts, directory }, reference, reason, context),
    timelinePage: (reference: string, parameters: TimelineParameters) =>
      timelinePage({ directory, readModels, store, clock, timeline }, reference, parameters),
    ...runningOperations(parts, closers, { source, decode, recordTouchpoints }),
  };
}
