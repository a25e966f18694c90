import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, type ServiceError, status as code } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { AppendResult, ExpectedRevision, FakeRecord, ProposedEvent } from './fake-log.js';

/** What the server's messages look like, field by field. */

/** What the server sends where it does not know a position. */
const NO_POSITION = 2n ** 64n - 1n;
const TICKS_PER_MILLISECOND = 10_000n;
/** `code` of google.rpc.Status, as the server fills it in. */
const rpcCode = {
  deadlineExceeded: 4,
  alreadyExists: 6,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  internal: 13,
} as const;

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
export const textOf = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

export function readEvent(
  record: FakeRecord,
  resolved: FakeRecord | undefined,
  isLink: boolean,
  withPosition = true,
): streams.ReadResp {
  const event = new streams.ReadResp.ReadEvent();
  if (isLink) event.setLink(recordedEvent(record, withPosition));
  const shown = isLink ? resolved : record;
  if (shown) event.setEvent(recordedEvent(shown, withPosition));
  if (withPosition) event.setCommitPosition(record.position.toString());
  else event.setNoPosition(new shared.Empty());
  return new streams.ReadResp().setEvent(event);
}

function recordedEvent(record: FakeRecord, withPosition: boolean): streams.ReadResp.ReadEvent.RecordedEvent {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(bytes(record.stream)));
  event.setStreamRevision(record.revision.toString());
  const position = withPosition ? record.position : NO_POSITION;
  event.setCommitPosition(position.toString());
  event.setPreparePosition(position.toString());
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  const metadata = event.getMetadataMap();
  metadata.set('type', record.type);
  metadata.set('created', (BigInt(record.created) * TICKS_PER_MILLISECOND).toString());
  metadata.set('content-type', record.contentType);
  return event;
}

export function checkpoint(position: bigint): streams.ReadResp {
  const reached = new streams.ReadResp.Checkpoint();
  reached.setCommitPosition(position.toString());
  reached.setPreparePosition(position.toString());
  return new streams.ReadResp().setCheckpoint(reached);
}

export const confirmation = (id: string): streams.ReadResp =>
  new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUp = (): streams.ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const streamNotFound = (stream: string): streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(
      new shared.StreamIdentifier().setStreamName(bytes(stream)),
    ),
  );

export function proposedEvent(message: streams.BatchAppendReq.ProposedMessage): ProposedEvent {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()?.getString().toLowerCase() ?? '',
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function expectedRevision(options: streams.BatchAppendReq.Options): ExpectedRevision {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'exists';
  return BigInt(options.getStreamPosition());
}

export function batchAnswer(
  correlation: shared.UUID | undefined,
  stream: string,
  expected: ExpectedRevision,
  result: AppendResult | 'timeout' | 'access-denied' | 'busy',
): streams.BatchAppendResp {
  const answer = new streams.BatchAppendResp();
  answer.setCorrelationId(correlation);
  answer.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(bytes(stream)));
  if (typeof result === 'object' && result.status === 'stored') {
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision(result.revision.toString());
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(result.position.toString());
    position.setPreparePosition(result.position.toString());
    return answer.setSuccess(success.setPosition(position));
  }
  return answer.setError(errorOf(stream, expected, result));
}

function errorOf(
  stream: string,
  expected: ExpectedRevision,
  result: Exclude<AppendResult, { status: 'stored' }> | 'timeout' | 'access-denied' | 'busy',
): status.Status {
  if (result === 'busy')
    return statusOf(rpcCode.internal, 'Server Is Busy', 'google.protobuf.Empty', new empty.Empty());
  if (result === 'timeout')
    return statusOf(rpcCode.deadlineExceeded, 'Timeout', named('Timeout'), new shared.Timeout());
  if (result === 'access-denied')
    return statusOf(rpcCode.permissionDenied, 'AccessDenied', named('AccessDenied'), new shared.AccessDenied());
  switch (result.status) {
    case 'deleted': {
      const deleted = new shared.StreamDeleted();
      deleted.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(bytes(stream)));
      return statusOf(rpcCode.notFound, 'StreamDeleted', named('StreamDeleted'), deleted);
    }
    case 'too-large': {
      const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(result.limit);
      const name = 'MaximumAppendSizeExceeded';
      return statusOf(rpcCode.invalidArgument, name, named(name), exceeded);
    }
    case 'wrong-expected-version': {
      const wrong = new shared.WrongExpectedVersion();
      if (result.current === undefined) wrong.setCurrentNoStream(new empty.Empty());
      else wrong.setCurrentStreamRevision(result.current.toString());
      if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
      else if (expected === 'exists') wrong.setExpectedStreamExists(new empty.Empty());
      else if (expected === 'no-stream') wrong.setExpectedNoStream(new empty.Empty());
      else wrong.setExpectedStreamPosition(expected.toString());
      return statusOf(rpcCode.alreadyExists, 'WrongExpectedVersion', named('WrongExpectedVersion'), wrong);
    }
  }
}

const named = (message: string): string => `event_store.client.${message}`;

function statusOf(
  of: (typeof rpcCode)[keyof typeof rpcCode],
  message: string,
  type: string,
  details: { serializeBinary(): Uint8Array },
): status.Status {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), type);
  return new status.Status().setCode(of).setMessage(message).setDetails(packed);
}

/** An error as the server ends a call with it: code, words and trailers. */
export function rpcError(of: code, details: string, trailers: Readonly<Record<string, string>> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code: of, details, metadata });
}

export const notLeader = (host: string, port: number): ServiceError =>
  rpcError(code.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

export const streamDeleted = (stream: string): ServiceError =>
  rpcError(code.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const accessDenied = (): ServiceError =>
  rpcError(code.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
