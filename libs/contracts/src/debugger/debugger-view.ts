/** The ways in that the debugger tells apart. */
export type WayIn = 'touchpoints' | 'cloud-events' | 'sdk';

/**
 * What became of one thing that a source sent, without anything that it said of a person: pseudonymous ids, kinds, codes and the upper
 * part of pointers.
 */
export interface DebuggerEntryView {
  /** Grows; `Last-Event-ID` continues behind it, as long as this server runs. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly source: string;
  readonly via: WayIn;
  readonly outcome: 'accepted' | 'duplicate' | 'quarantined' | 'refused';
  readonly kind: string | null;
  /** The sender's id, where it looks like one that a machine made. */
  readonly touchpointId: string | null;
  readonly eventId: string | null;
  readonly customerId: string | null;
  /** Why, of what was refused or quarantined. */
  readonly code: string | null;
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
}

/** Newest first. */
export interface DebuggerPage {
  readonly data: readonly DebuggerEntryView[];
  /** The sources that were heard of lately, and may be asked for. */
  readonly sources: readonly string[];
}
