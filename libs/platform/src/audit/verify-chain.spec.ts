import fc from 'fast-check';
import { type AuditEntry } from './audit-log.port.js';
import { createCheckpointSigner } from './checkpoints/checkpoint-signer.js';
import { chainOf, checkpointsOf, entryAt, linked, relinked } from './fixtures/chains.js';
import { type ChainBreak, verifyChain } from './verify-chain.js';

const LENGTH = 30;
const EVERY = 7;
const signer = createCheckpointSigner({ pseudonymSecret: new Uint8Array(32).map((_, index) => index * 7) });
const stranger = createCheckpointSigner({ pseudonymSecret: new Uint8Array(32).fill(9) });
const chain = chainOf(LENGTH);
const checkpoints = checkpointsOf(chain, EVERY, signer);
/** The first checkpoint that covers an entry. */
const coveredAt = (sequence: number): bigint => checkpoints.find((one) => one.sequence >= BigInt(sequence))!.sequence;
// Ten thousand times the same nine signatures: looked at once.
const good = new Set(checkpoints.filter((one) => signer.isSigned(one)));
const verify = (entries: readonly AuditEntry[]): ChainBreak | undefined =>
  verifyChain(entries, checkpoints, { publicKey: '', isSigned: (one) => good.has(one) });

/** Somebody may change rows as they are, or hash everything anew afterwards; the second needs the source code, no secret. */
interface Attack {
  readonly name: string;
  readonly entries: readonly AuditEntry[];
  readonly first: ChainBreak;
}

const changed = (entry: AuditEntry, field: string, salt: string): AuditEntry => {
  switch (field) {
    case 'actor.id':
      return { ...entry, actor: { ...entry.actor, id: `${entry.actor.id}${salt}` } };
    case 'actor.kind':
      return { ...entry, actor: { ...entry.actor, kind: `${entry.actor.kind}${salt}` } };
    case 'at':
      return { ...entry, at: new Date(Date.parse(entry.at) + 1 + salt.length).toISOString() };
    case 'details':
      return { ...entry, details: `{"count":"${salt}"}` };
    case 'requestId':
      return { ...entry, requestId: entry.requestId === null ? salt : null };
    case 'action':
      return { ...entry, action: `${entry.action}${salt}` };
    case 'outcome':
      return { ...entry, outcome: `${entry.outcome}${salt}` };
    default:
      return { ...entry, subject: `${entry.subject}${salt}` };
  }
};
const fields = ['actor.id', 'actor.kind', 'at', 'details', 'requestId', 'action', 'outcome', 'subject'] as const;
const place = fc.integer({ min: 1, max: LENGTH });
const salt = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const replaced = (sequence: number, entry: AuditEntry): AuditEntry[] => chain.with(sequence - 1, entry);
const at = (sequence: number): AuditEntry => chain[sequence - 1]!;

const edits = fc.record({
  sequence: place,
  field: fc.constantFrom(...fields),
  salt,
  forger: fc.constantFrom('none', 'row', 'chain'),
});
const attacks: fc.Arbitrary<Attack> = fc.oneof(
  edits.map(({ sequence, field, salt: extra, forger }): Attack => {
    const edited = changed(at(sequence), field, extra);
    const name = `edit ${field} of ${String(sequence)}, hashing anew: ${forger}`;
    if (forger === 'none')
      return { name, entries: replaced(sequence, edited), first: { sequence: BigInt(sequence), problem: 'changed' } };
    if (forger === 'chain')
      return {
        name,
        entries: relinked(replaced(sequence, edited)),
        first: { sequence: coveredAt(sequence), problem: 'rewritten' },
      };
    // Its own hash fits; then the next entry follows another one, or a checkpoint names another.
    const entries = replaced(sequence, linked(edited, BigInt(sequence), edited.previousHash));
    const signed = coveredAt(sequence) === BigInt(sequence);
    return {
      name,
      entries,
      first: signed
        ? { sequence: BigInt(sequence), problem: 'rewritten' }
        : { sequence: BigInt(sequence + 1), problem: 'unlinked' },
    };
  }),
  fc
    .record({ sequence: fc.integer({ min: 1, max: LENGTH - 1 }), anew: fc.boolean() })
    .map(({ sequence, anew }): Attack => {
      const rest = chain.toSpliced(sequence - 1, 1);
      const signedAt = coveredAt(sequence);
      // One shorter, it ends before its last checkpoint.
      const problem = signedAt === BigInt(LENGTH) ? 'truncated' : 'rewritten';
      const first: ChainBreak = anew
        ? { sequence: signedAt, problem }
        : { sequence: BigInt(sequence), problem: 'missing' };
      return {
        name: `delete ${String(sequence)}, hashing anew: ${String(anew)}`,
        entries: anew ? relinked(rest) : rest,
        first,
      };
    }),
  fc
    .record({
      pair: fc.uniqueArray(place, { minLength: 2, maxLength: 2 }),
      how: fc.constantFrom('rows', 'numbers', 'anew'),
    })
    .map(({ pair, how }): Attack => {
      const [low, high] = [Math.min(...pair), Math.max(...pair)];
      const moved = chain.with(low - 1, at(high)).with(high - 1, at(low));
      const name = `swap ${String(low)} and ${String(high)}: ${how}`;
      if (how === 'rows') return { name, entries: moved, first: { sequence: BigInt(low), problem: 'missing' } };
      if (how === 'anew')
        return { name, entries: relinked(moved), first: { sequence: coveredAt(low), problem: 'rewritten' } };
      const entries = moved.map((entry, index) => ({ ...entry, sequence: BigInt(index + 1) }));
      return { name, entries, first: { sequence: BigInt(low), problem: 'changed' } };
    }),
  fc
    .record({ sequence: place, number: fc.integer({ min: 1_000, max: 9_999 }), anew: fc.boolean() })
    .map(({ sequence, number, anew }): Attack => {
      const entries = chain.toSpliced(
        sequence - 1,
        0,
        linked(entryAt(number), BigInt(sequence), sequence === 1 ? at(1).previousHash : at(sequence - 1).hash),
      );
      const name = `insert before ${String(sequence)}, hashing anew: ${String(anew)}`;
      if (anew)
        return { name, entries: relinked(entries), first: { sequence: coveredAt(sequence), problem: 'rewritten' } };
      const signed = coveredAt(sequence) === BigInt(sequence);
      return { name, entries, first: { sequence: BigInt(sequence), problem: signed ? 'rewritten' : 'out-of-place' } };
    }),
  place.map((sequence): Attack => ({
    name: `truncate from ${String(sequence)}`,
    entries: chain.slice(0, sequence - 1),
    first: { sequence: BigInt(sequence), problem: 'truncated' },
  })),
);

describe('the audit chain', () => {
  it('is whole as it was written, of any length', () => {
    for (let length = 0; length <= LENGTH; length += 1) {
      const some = chainOf(length);
      expect(verifyChain(some, checkpointsOf(some, EVERY, signer), signer)).toBeUndefined();
    }
  });

  it('betrays each of 10,000 edits, deletions, swaps, insertions and truncations, and where it begins', () => {
    const tally = new Map<string, number>();
    fc.assert(
      fc.property(attacks, ({ entries, first }) => {
        const found = verify(entries);
        tally.set(found?.problem ?? 'not found', (tally.get(found?.problem ?? 'not found') ?? 0) + 1);
        expect(found).toEqual(first);
      }),
      { numRuns: 10_000, seed: 20_261_122 },
    );
    // None of the ways to find out was left untried.
    expect([...tally.keys()].sort()).toEqual([
      'changed',
      'missing',
      'out-of-place',
      'rewritten',
      'truncated',
      'unlinked',
    ]);
  });

  it('that lost its end cannot tell without a checkpoint: the file outside the database is what tells', () => {
    const cut = chain.slice(0, -3);
    const stored = checkpoints.filter(({ sequence }) => sequence <= BigInt(cut.length));
    expect(verifyChain(cut, stored, signer)).toBeUndefined();
    expect(verifyChain(cut, [...stored, checkpoints.at(-1)!], signer)).toEqual({ sequence: 28n, problem: 'truncated' });
  });

  it('does not believe a checkpoint that somebody else signed, or that was changed', () => {
    const forged = stranger.sign({ sequence: 5n, hash: at(5).hash, signedAt: '2026-01-02T00:00:00.000Z' });
    expect(verifyChain(chain, [...checkpoints, forged], signer)).toEqual({
      sequence: 5n,
      problem: 'forged-checkpoint',
    });
    const moved = { ...checkpoints[0]!, sequence: 9n, hash: at(9).hash };
    expect(verifyChain(chain, [moved], signer)).toEqual({ sequence: 9n, problem: 'forged-checkpoint' });
    const cut = { ...checkpoints[0]!, signature: 'AAAA' };
    expect(verifyChain(chain, [cut], signer)).toEqual({ sequence: 7n, problem: 'forged-checkpoint' });
  });
});
