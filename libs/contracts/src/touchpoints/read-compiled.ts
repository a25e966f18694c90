import { compileReader, type Reader } from '../events/compiled/compile-reader.js';
import { plain } from '../events/fields/check.js';
import { findHostility } from './hostile-json.js';
import { isLarger } from './json-size.js';
import { kindOf } from './kinds/kind-of.js';
import { kinds } from './kinds/kinds.js';
import { TouchpointDto } from './touchpoint.dto.js';
import { type TouchpointKind, touchpointKinds } from './touchpoint-event.js';

interface Compiled {
  readonly general: Reader<TouchpointDto>;
  readonly details: ReadonlyMap<TouchpointKind, Reader<object>>;
}

let compiled: Compiled | undefined;

/** Compiles the validators of all kinds, if that has not been done: about 100 ms. Best before the first request. */
export function prepareReading(): void {
  compiled ??= {
    general: compileReader(TouchpointDto),
    details: new Map(touchpointKinds.map((kind) => [kind, readerOf(kind)])),
  };
}

function readerOf(kind: TouchpointKind): Reader<object> {
  const { details } = kinds[kind];
  return details === 'free' ? readFree : compileReader(details);
}

/** Any object, without what no step should see. How large it is has to be counted. */
function readFree(value: object, tally: { bytes: number }): object | undefined {
  if (findHostility(value, 1)) return undefined;
  tally.bytes = Number.POSITIVE_INFINITY;
  // A parser's cast: the plain form of an object is an object.
  return plain(value) as object;
}

/** In JSON a UTF-16 unit is at most `\u001f`. */
const UNIT_BYTES = 6;

/**
 * Reads a touchpoint by the compiled validators, first the general one and then that of its kind; `undefined` when one of them
 * refuses or it is too large. Whatever is hostile (`findHostility`) is against a rule of theirs, too.
 */
export function readCompiled(value: object, maxBytes: number): TouchpointDto | undefined {
  prepareReading();
  const tally = { bytes: 0, units: 0 };
  const touchpoint = compiled?.general(value, tally);
  const kind = touchpoint && kindOf(touchpoint.kind);
  const data = kind && compiled?.details.get(kind)?.(touchpoint.data, tally);
  if (!data) return undefined;
  // Counting exactly costs as much as all the rest, and hardly any needs it.
  if (tally.bytes + UNIT_BYTES * tally.units > maxBytes && isLarger(value, maxBytes)) return undefined;
  // The copy is ours alone until it is returned; setting a member keeps its place among the others.
  return Object.assign(touchpoint, { data });
}
