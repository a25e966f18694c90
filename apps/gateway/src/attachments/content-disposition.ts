import { isUtf8 } from 'node:buffer';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';

const LONGEST = 2_048;
/** RFC 8187: `UTF-8''` and percent-encoded text. */
const EXTENDED = /;\s*filename\*\s*=\s*utf-8'[\w-]{0,35}'([^\s;"]*)/i;
const QUOTED = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i;
const TOKEN = /;\s*filename\s*=\s*([^\s;"]+)/i;

/**
 * What `Content-Disposition` calls a file (RFC 6266), if anything: its extended form goes before the other. Those who send UTF-8 in a
 * quoted name, as curl does, mean what they write.
 * @throws ProblemError `invalid_parameters`
 */
export function sentFileName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (header.length > LONGEST) throw invalid();
  const [, extended] = EXTENDED.exec(header) ?? [];
  if (extended !== undefined) return decoded(extended);
  const [, quoted] = QUOTED.exec(header) ?? [];
  const [, token] = quoted === undefined ? (TOKEN.exec(header) ?? []) : [];
  const name = quoted?.replace(/\\(.)/g, '$1') ?? token;
  return name === undefined ? undefined : asUtf8(name);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid();
  }
}

/** Node reads headers as ISO 8859-1. */
function asUtf8(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}

const invalid = (): ProblemError =>
  new ProblemError('invalid_parameters', { errors: [parameterError('/Content-Disposition', 'invalid_file_name')] });

/** To be saved and never shown, under its name in any script; whoever cannot read that gets as much of it as ASCII has. */
export function savedAs(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/gu, '_').replace(/["\\%]/g, '_');
  // RFC 8187 §3.2.1 leaves out what encodeURIComponent lets through.
  const extended = encodeURIComponent(name).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
}
