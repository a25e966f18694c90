import { type Channel, fieldError, type FieldError, type Language } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { dealOf } from './commerce.js';
import { CODE, fitting, isSent, LINK, membersOf, nameOf, present, type Sent, textOf } from '../json-values.js';
import { occurredAt } from './occurred-at.js';
import { identifiersOf, ownIdentifiersOf, profileOf, traitsOf } from './who.js';

/** The calls of the Segment specification, which RudderStack's SDKs share. */
export const segmentCalls = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type SegmentCall = (typeof segmentCalls)[number];

export const isSegmentCall = (value: unknown): value is SegmentCall => segmentCalls.some((call) => call === value);

export interface MessageContext {
  /** Of the touchpoint. */
  readonly source: string;
  /** Of the request; the message's own counts first. */
  readonly sentAt?: unknown;
  readonly receivedAt: EpochMs;
  /** ISO 3166-1 alpha-2; the country of telephone numbers without one. */
  readonly defaultRegion?: string;
  readonly language?: Language;
  /** The key of the sender is known to everybody: who somebody is, and what was bought, is only claimed. */
  readonly isClaimed?: boolean;
}

/** Before the names of what browsers tell: no other touchpoint is called so by its sender's SDK by accident. */
const CLAIMED = 'browser_';
/** `custom:` and fifty more. */
const MOST_OF_A_KIND = 57;

interface Story {
  readonly kind: string;
  readonly channel?: Channel;
  readonly data: Sent;
}

/**
 * A message of a Segment or RudderStack SDK as a touchpoint, for `parseTouchpoint` to judge. `type` says which call it is, `messageId`
 * becomes the touchpoint's id. Errors point into the message.
 */
export function touchpointOfMessage(message: unknown, context: MessageContext): Result<Sent, readonly FieldError[]> {
  const wording = context.language === undefined ? {} : { language: context.language };
  if (!isSent(message)) return fail([fieldError('', 'not_an_object', wording)]);
  const call = message['type'];
  if (!isSegmentCall(call)) return fail([fieldError('/type', 'not_allowed', { limits: [segmentCalls], ...wording })]);
  if (call === 'track' && textOf(message['event']) === undefined)
    return fail([fieldError('/event', 'required', wording)]);
  const id = textOf(message['messageId']);
  if (id === undefined) return fail([fieldError('/messageId', 'required', wording)]);
  const happenedAt = occurredAt({
    original: message['timestamp'] ?? message['originalTimestamp'],
    sentAt: message['sentAt'] ?? context.sentAt,
    receivedAt: context.receivedAt,
  });
  const time = new Date(happenedAt ?? NaN);
  if (Number.isNaN(time.getTime())) return fail([fieldError('/timestamp', 'not_a_time', wording)]);
  const isClaimed = context.isClaimed === true;
  const identifiers = isClaimed ? ownIdentifiersOf(message) : identifiersOf(message, context.defaultRegion);
  if (identifiers.length === 0) {
    if (isClaimed) return fail([fieldError('/anonymousId', 'malformed', { limits: ['a UUID'], ...wording })]);
    const said = ['userId', 'anonymousId'].some((name) => textOf(message[name]) !== undefined);
    return fail([fieldError('/userId', said ? 'blocked_value' : 'required', wording)]);
  }
  const { kind, channel, data } = isClaimed ? claimOf(call, message) : storyOf(call, message);
  return succeed(
    membersOf(
      present({
        id,
        source: context.source,
        kind,
        channel: channel ?? channelOf(message),
        occurredAt: time.toISOString(),
        identifiers,
        profile: profileOf(message),
        data,
      }),
    ),
  );
}

function storyOf(call: SegmentCall, message: Sent): Story {
  const properties = membersOf(message['properties']);
  switch (call) {
    case 'track': {
      const name = nameOf(textOf(message['event']) ?? '');
      return (name === undefined ? undefined : dealOf(name, properties)) ?? other(name ?? call, message);
    }
    case 'page':
      return { kind: 'visit', channel: 'web', data: visitOf(message, properties) };
    case 'screen':
      return { kind: 'visit', channel: 'app', data: visitOf(message, properties) };
    case 'identify':
    case 'group':
    case 'alias':
      return other(call, message);
  }
}

/**
 * The same of a sender whom nobody can believe. A visit is one; anything else is of a kind that only browsers have, so that it counts as no purchase and
 * begins nothing, and says beside it who it claims to be.
 */
function claimOf(call: SegmentCall, message: Sent): Story {
  if (call === 'page' || call === 'screen') return storyOf(call, message);
  const name = (call === 'track' ? nameOf(textOf(message['event']) ?? '') : undefined) ?? call;
  const { data } = other(call, message);
  const claimed = present({ userId: message['userId'] });
  return { kind: `custom:${CLAIMED}${name}`.slice(0, MOST_OF_A_KIND), data: { ...data, ...(claimed && { claimed }) } };
}

/** Everything that no kind has a place for, as it was sent; without what is kept elsewhere or only concerns the SDK. */
const other = (name: string, message: Sent): Story => ({
  kind: `custom:${name}`,
  data: membersOf(
    present({
      event: message['event'],
      properties: message['properties'],
      traits: present(traitsOf(message)),
      groupId: message['groupId'],
      previousId: message['previousId'],
      context: present({
        page: membersOf(message['context'])['page'],
        campaign: membersOf(message['context'])['campaign'],
      }),
    }),
  ),
});

/** A screen, and a page without an address, is named by a path of its name. */
function visitOf(message: Sent, properties: Sent): Sent {
  const context = membersOf(message['context']);
  const page = membersOf(context['page']);
  const name = textOf(message['name']);
  const addresses = [properties['url'], page['url'], properties['path'], page['path'], name && pathOf(name)];
  const visit = present({
    page: addresses.map((address) => fitting(address, LINK, 2048)).find((address) => address !== undefined),
    referrer: fitting(properties['referrer'] ?? page['referrer'], LINK, 2048),
    campaign: fitting(membersOf(context['campaign'])['name'], CODE, 64),
    device: devices[String(textOf(membersOf(context['device'])['type'])?.toLowerCase())],
  });
  return visit ?? {};
}

const pathOf = (name: string): string | undefined =>
  /\p{Cs}/u.test(name) ? undefined : `/${encodeURIComponent(name)}`;

const devices: Readonly<Record<string, string>> = {
  desktop: 'desktop',
  mobile: 'mobile',
  ios: 'mobile',
  android: 'mobile',
  tablet: 'tablet',
};

/** Where it happened, as far as the SDK says; a server says nothing about where its customers are. */
function channelOf(message: Sent): Channel | undefined {
  const context = membersOf(message['context']);
  const said = textOf(message['channel']) ?? textOf(context['channel']);
  if (said === 'server' || said === 'sources') return undefined;
  if (said === 'mobile') return 'app';
  const library = textOf(membersOf(context['library'])['name']) ?? '';
  if (said === 'web' || said === 'browser' || said === 'client') return 'web';
  if (/^analytics\.js$|javascript/i.test(library)) return 'web';
  return /ios|swift|android|kotlin|react-native|flutter/i.test(library) ? 'app' : undefined;
}
