import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What a touchpoint was sent for: to be stored, to be refused, or to be refused because its id was used for another one before. */
export type Intent = 'valid' | 'invalid' | 'reused-id';

export interface SentTouchpoint {
  readonly id: string;
  readonly intent: Intent;
  /** Somebody says something to us: it has to be taken up into a conversation. */
  readonly spoken: boolean;
  /** Hash of what is to be shown of it. */
  readonly content: string;
}

export interface ToldResult {
  readonly id: string;
  readonly status: 'accepted' | 'duplicate' | 'refused';
  readonly eventId?: string;
  /** Decimal digits. */
  readonly position?: string;
}

/** A line of the ledger. Requests are numbered; who asks again does so under a new number. */
export type LedgerEntry =
  | { readonly kind: 'sent'; readonly request: number; readonly touchpoints: readonly SentTouchpoint[] }
  | {
      readonly kind: 'answered';
      readonly request: number;
      readonly status: number;
      readonly results: readonly ToldResult[];
    }
  /** No answer, or one that says that nobody knows. */
  | { readonly kind: 'unknown'; readonly request: number; readonly why: string }
  /** A timeline that was asked for an event that had been acknowledged, and was answered. */
  | { readonly kind: 'looked-up'; readonly eventId: string; readonly found: boolean }
  /** An answer that no caller should ever get. */
  | { readonly kind: 'improper'; readonly what: string };

/**
 * What the driver knows, on disk before it acts on it: what is sent before it is sent, an answer before the next request. It
 * belongs to the driver alone, so that nothing that Safar does can put it right afterwards.
 */
export class Ledger {
  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
  ) {}

  static open(file: string): Ledger {
    return new Ledger(file, openSync(file, 'a'));
  }

  write(entry: LedgerEntry): void {
    writeSync(this.descriptor, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(this.descriptor);
  }

  /** As it is on the disk. */
  entries(): readonly LedgerEntry[] {
    return readFileSync(this.file, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LedgerEntry);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
