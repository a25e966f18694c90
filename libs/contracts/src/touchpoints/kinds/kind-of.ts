import { type TouchpointKind, touchpointKinds } from '../touchpoint-event.js';

const known: ReadonlySet<string> = new Set(touchpointKinds);

const isKind = (kind: string): kind is TouchpointKind => known.has(kind);

/** The kind as it stands in an event type: `custom` for every `custom:<name>`. */
export function kindOf(kind: string): TouchpointKind | undefined {
  if (kind.startsWith('custom:')) return 'custom';
  return kind !== 'custom' && isKind(kind) ? kind : undefined;
}
