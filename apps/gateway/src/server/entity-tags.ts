import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyReply } from 'fastify';
import { type ExpectedVersions } from '#wiring';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';

/** RFC 9110 §8.8.3: a quoted tag, perhaps weak. */
const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]{0,64})"$/;
const TAGS = 10;

interface EntityTag {
  readonly version: string;
  readonly weak: boolean;
}

/** The entity tag of something at a version. */
export const entityTag = (version: string): string => `"${version}"`;

/** Versions that the caller of a command believes in (RFC 9110 §13.1.1): a weak tag is never the same as anything. */
export function ifMatch({ 'if-match': header }: IncomingHttpHeaders): ExpectedVersions {
  const tags = parse('/If-Match', header);
  return tags === 'any' || tags === undefined ? 'any' : tags.filter(({ weak }) => !weak).map(({ version }) => version);
}

/** Versions that the caller has already (RFC 9110 §13.1.2): weak tags are as good as others. */
export function ifNoneMatch({ 'if-none-match': header }: IncomingHttpHeaders): ExpectedVersions {
  const tags = parse('/If-None-Match', header) ?? [];
  return tags === 'any' ? 'any' : tags.map(({ version }) => version);
}

export const isKnown = (known: ExpectedVersions, version: string): boolean =>
  known === 'any' || known.includes(version);

/** What is found, with its tag; nothing but 304 for a caller who has this version already. A tag that is none asks nobody. */
export async function unlessKnown<Found extends { readonly version: string }>(
  headers: IncomingHttpHeaders,
  reply: FastifyReply,
  find: () => Promise<Found>,
): Promise<Found | undefined> {
  const known = ifNoneMatch(headers);
  const found = await find();
  void reply.header('etag', entityTag(found.version));
  if (!isKnown(known, found.version)) return found;
  void reply.code(304);
  return undefined;
}

function parse(pointer: string, header: string | undefined): readonly EntityTag[] | 'any' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tags = header.split(',').map((text) => TAG.exec(text.trim()));
  if (tags.length > TAGS || tags.includes(null))
    throw new ProblemError('invalid_parameters', { errors: [parameterError(pointer, 'invalid_entity_tag')] });
  return tags.map((tag) => ({ version: tag?.[2] ?? '', weak: tag?.[1] !== undefined }));
}
