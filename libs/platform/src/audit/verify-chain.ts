import { type AuditEntry } from './audit-log.port.js';
import { type Checkpoint, type CheckSignatures } from './checkpoints/checkpoint.js';
import { BEFORE_THE_FIRST, hashOf } from './entry-hash.js';

/** What is wrong with the chain, at the first entry where something is. */
export interface ChainBreak {
  readonly sequence: bigint;
  readonly problem: ChainProblem;
}

export type ChainProblem =
  /** There is no entry with this number, though there are later ones. */
  | 'missing'
  /** An entry stands where another one should: it was put in, or moved. */
  | 'out-of-place'
  /** Its content is not what its hash was made of. */
  | 'changed'
  /** It follows another entry than the one that is before it. */
  | 'unlinked'
  /** A signed checkpoint names another hash: the chain was made anew up to here. */
  | 'rewritten'
  /** A signed checkpoint names this entry, and the chain ends before it. */
  | 'truncated'
  /** A checkpoint that this installation did not sign. */
  | 'forged-checkpoint';

/** Checks a chain entry by entry, in the order in which they are stored; remembers nothing but the last. */
export class ChainCheck {
  readonly #signed = new Map<bigint, Checkpoint[]>();
  readonly #forged: Checkpoint | undefined;
  #previous: Pick<AuditEntry, 'sequence' | 'hash'> = { sequence: 0n, hash: BEFORE_THE_FIRST };
  #broken: ChainBreak | undefined;

  constructor(checkpoints: readonly Checkpoint[], signatures: CheckSignatures) {
    for (const checkpoint of checkpoints)
      if (signatures.isSigned(checkpoint))
        this.#signed.set(checkpoint.sequence, [...(this.#signed.get(checkpoint.sequence) ?? []), checkpoint]);
      else if (this.#forged === undefined || checkpoint.sequence < this.#forged.sequence) this.#forged = checkpoint;
  }

  /** @returns false when the chain is broken: no further entry needs to be looked at */
  take(entry: AuditEntry): boolean {
    const problem = this.#problemOf(entry);
    // Of a missing entry, the first one that is not there.
    const sequence = problem === 'missing' ? this.#previous.sequence + 1n : entry.sequence;
    if (problem !== undefined) this.#broken ??= { sequence, problem };
    this.#previous = entry;
    return this.#broken === undefined;
  }

  /** After the last entry: the first break, or nothing when the chain is whole. */
  end(): ChainBreak | undefined {
    const beyond = [...this.#signed.keys()].filter((sequence) => sequence > this.#previous.sequence);
    const truncated = beyond.length > 0;
    this.#broken ??= truncated ? { sequence: this.#previous.sequence + 1n, problem: 'truncated' } : undefined;
    this.#broken ??= this.#forged && { sequence: this.#forged.sequence, problem: 'forged-checkpoint' };
    return this.#broken;
  }

  /** The last entry that was taken. */
  get last(): Pick<AuditEntry, 'sequence' | 'hash'> {
    return this.#previous;
  }

  /** The last entry that a checkpoint of ours vouches for; 0 without any. */
  get signedUpTo(): bigint {
    return [...this.#signed.keys()].reduce((most, sequence) => (sequence > most ? sequence : most), 0n);
  }

  #problemOf(entry: AuditEntry): ChainProblem | undefined {
    const expected = this.#previous.sequence + 1n;
    if (entry.sequence > expected) return 'missing';
    if (entry.sequence < expected) return 'out-of-place';
    if (hashOf(entry) !== entry.hash) return 'changed';
    if (entry.previousHash !== this.#previous.hash) return 'unlinked';
    const checkpoints = this.#signed.get(entry.sequence) ?? [];
    return checkpoints.some(({ hash }) => hash !== entry.hash) ? 'rewritten' : undefined;
  }
}

/** The first break of a whole chain in memory, or nothing. */
export function verifyChain(
  entries: Iterable<AuditEntry>,
  checkpoints: readonly Checkpoint[],
  signatures: CheckSignatures,
): ChainBreak | undefined {
  const check = new ChainCheck(checkpoints, signatures);
  for (const entry of entries) if (!check.take(entry)) break;
  return check.end();
}
