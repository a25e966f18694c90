import { identifiersOfMessage, personaOf } from '#capabilities';
import { type FieldError, type Identifier, isKnownName } from '#contracts';
import { type Clock, type EpochMs } from '#kernel';
import { type NewQuarantined, type Quarantined, type QuarantineReason } from '#platform/quarantine';
import { openAll, type Vault } from '#platform/vault';
import { type KeptRecord, recordOfKept } from './inbound/kept-record.js';
import { identifiersOfRecord } from './inbound/read-record.js';

/** A message of an SDK with what is needed to try it again. */
export interface KeptMessage {
  readonly message: unknown;
  readonly sentAt?: unknown;
  readonly receivedAt: EpochMs;
}

/** What the quarantine keeps: messages of SDKs, and records of Kafka that were refused. */
export type Kept = KeptMessage | KeptRecord;

/** Nobody can say for sure whose data a message holds that could not be used: all of them are sealed under one key. */
const sealedFor = (vault: Vault): string => vault.uuid('quarantine', 'key');

export interface SealingPorts {
  readonly vault: Vault;
  readonly clock: Clock;
  /** ISO 3166-1 alpha-2. */
  readonly defaultRegion: string;
}

type NamingPorts = Omit<SealingPorts, 'clock'>;

/** Whom a message or record names, by the identifiers that a touchpoint made of it would have. */
export const personasOfKept = (kept: Kept, ports: NamingPorts): readonly string[] =>
  personasOf(
    'record' in kept
      ? identifiersOfRecord(recordOfKept(kept), ports.defaultRegion)
      : identifiersOfMessage(kept.message, ports.defaultRegion),
    ports,
  );

const personasOf = (identifiers: readonly Identifier[], { vault }: NamingPorts): readonly string[] => [
  ...new Set(identifiers.map((identifier) => personaOf(identifier, vault.uuid).id)),
];

export async function sealKept(vault: Vault, id: string, kept: Kept): Promise<string> {
  const personaId = sealedFor(vault);
  const key = (await vault.currentKeys([personaId])).get(personaId);
  if (!key) throw new Error('the vault has no key for the quarantine');
  return vault.seal(key, id, kept);
}

export async function sealMessage(
  ports: SealingPorts,
  kept: KeptMessage,
  source: string,
  errors: readonly FieldError[],
): Promise<NewQuarantined> {
  const { vault, clock } = ports;
  const id = vault.uuid('quarantined', source, JSON.stringify(kept.message));
  const personas = personasOfKept(kept, ports);
  const sealed = await sealKept(vault, id, kept);
  return { id, source, sealed, reasons: reasonsOf(errors), personas, at: clock.now() };
}

/** As many as a person reads. */
const MOST_REASONS = 20;

export const reasonsOf = (errors: readonly FieldError[]): readonly QuarantineReason[] =>
  errors.slice(0, MOST_REASONS).map(({ pointer, code }) => ({ pointer: masked(shortened(pointer)), code }));

/** For what stands in the open: a name that a sender made up may be that of somebody, or their number. */
export const masked = (pointer: string): string =>
  pointer
    .split('/')
    .map((name) => (name === '' || isKnownName(name) ? name : '…'))
    .join('/');

/** Below the second name of a pointer stand names that the sender made up, and those may be anything. */
export const shortened = (pointer: string): string =>
  pointer
    .split('/')
    .slice(0, 3)
    .map((name) => (/^[\w.:-]{0,64}$/.test(name) ? name : '…'))
    .join('/');

export async function openMessages(
  vault: Vault,
  messages: readonly Quarantined[],
): Promise<readonly (Kept | undefined)[]> {
  const personaId = sealedFor(vault);
  const opened = await openAll(
    vault,
    messages.map(({ id, sealed }) => ({ personaId, eventId: id, sealed })),
  );
  // Sealed by `sealKept`: tampering with it would not have opened.
  return opened.map((each) => (each.status === 'opened' ? (each.personal as Kept) : undefined));
}
