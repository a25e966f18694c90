import { randomUUID } from 'node:crypto';
import { openAll } from './open-all.js';
import { ErasurePendingError, KeyNotPreparedError, SealBrokenError } from './vault-errors.js';
import { type Opened, type PersonaKeyRef, type Vault } from './vault.port.js';

/** One database with its master key and ledger, and any number of processes on it. */
export interface VaultHarness {
  /** Another process. `elapsedMs` is its clock for the age of keys. */
  open(elapsedMs?: () => number): Promise<Vault>;
  /** Takes a backup; what it gives back restores it. Vaults opened before the restore are to be opened again. */
  backup(): Promise<() => Promise<void>>;
  /** Everything that the key store holds, as text. */
  dump(): Promise<string>;
}

/** What every vault does, whatever keeps its keys. */
export function vaultConformance(name: string, harness: () => VaultHarness): void {
  describe(`the vault on ${name}`, () => {
    keysConformance(harness);
    sealingConformance(harness);
    erasureConformance(harness);
    erasureElsewhereConformance(harness);
    restoreConformance(harness);
    completionConformance(harness);
  });
}

const personal = { name: 'سارا محمدی', email: 'sara@example.com' };
const opened: Opened = { status: 'opened', personal };
const erased: Opened = { status: 'erased' };

interface Sealed {
  readonly personaId: string;
  readonly eventId: string;
  readonly sealed: string;
  readonly key: PersonaKeyRef;
}

async function sealOne(vault: Vault, personaId: string = randomUUID()): Promise<Sealed> {
  const eventId = randomUUID();
  const key = (await vault.currentKeys([personaId])).get(personaId);
  if (!key) throw new Error('no key was given');
  return { personaId, eventId, key, sealed: vault.seal(key, eventId, personal) };
}

async function openOne(vault: Vault, one: Sealed): Promise<Opened | undefined> {
  return (await openAll(vault, [one]))[0];
}

async function eraseWhole(vault: Vault, personaId: string): Promise<void> {
  await vault.destroy([personaId]);
  await vault.completeErasures(await vault.pendingErasures([personaId]));
}

function keysConformance(harness: () => VaultHarness): void {
  it('gives a persona the same key again, in every process', async () => {
    const [one, two] = [await harness().open(), await harness().open()];
    const sealed = await sealOne(one);
    expect(sealed.key).toEqual({ personaId: sealed.personaId, incarnation: 1 });
    expect((await two.currentKeys([sealed.personaId])).get(sealed.personaId)).toEqual(sealed.key);
    expect(await openOne(two, sealed)).toEqual(opened);
  });

  it('makes one key of a persona when several processes see it for the first time at once', async () => {
    const vaults = await Promise.all([1, 2, 3].map(() => harness().open()));
    const personaIds = Array.from({ length: 40 }, () => randomUUID());
    const seals = await Promise.all(
      // In another order in each process, which is how two of them would come to wait for each other.
      vaults.flatMap((vault, index) =>
        (index === 1 ? [...personaIds].reverse() : personaIds).map((id) => sealOne(vault, id)),
      ),
    );
    for (const vault of vaults) expect(await openAll(vault, seals)).toEqual(seals.map(() => opened));
  });

  it('gives every persona a key of its own', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    const other = await sealOne(vault);
    await expect(openOne(vault, { ...one, personaId: other.personaId })).rejects.toThrow(SealBrokenError);
  });

  it('keeps neither plaintext nor key where the keys are stored', async () => {
    const vault = await harness().open();
    const { sealed } = await sealOne(vault);
    const dump = await harness().dump();
    for (const canary of [personal.name, personal.email, sealed]) expect(dump).not.toContain(canary);
  });

  it('refuses an id that is no persona id, and only that call', async () => {
    const vault = await harness().open();
    const [good, bad] = await Promise.allSettled([vault.currentKeys([randomUUID()]), vault.currentKeys(['null'])]);
    expect([good.status, bad.status]).toEqual(['fulfilled', 'rejected']);
  });
}

function sealingConformance(harness: () => VaultHarness): void {
  it('does not open a sealed part under another event', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    await expect(openOne(vault, { ...one, eventId: randomUUID() })).rejects.toThrow(SealBrokenError);
  });

  it('does not take a sealed part of a persona that never had a key for an erased one', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    await expect(openOne(vault, { ...one, personaId: randomUUID() })).rejects.toThrow(KeyNotPreparedError);
  });

  it('does not take an incarnation that was never made for an erased one', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    const bytes = Buffer.from(one.sealed, 'base64url');
    bytes.writeUInt32BE(7, 1);
    await expect(openOne(vault, { ...one, sealed: bytes.toString('base64url') })).rejects.toThrow(KeyNotPreparedError);
  });

  it('makes the same pseudonyms in every process', async () => {
    const [one, two] = [await harness().open(), await harness().open()];
    expect(one.uuid('persona', 'email', 'a@example.com')).toBe(two.uuid('persona', 'email', 'a@example.com'));
    expect(one.digest('touchpoint', 'text')).toEqual(two.digest('touchpoint', 'text'));
  });
}

function erasureConformance(harness: () => VaultHarness): void {
  it('reads as erased, for ever, once the key is destroyed', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    await vault.destroy([one.personaId]);
    expect(vault.open(one.personaId, one.eventId, one.sealed)).toEqual(erased);
    expect(await openOne(await harness().open(), one)).toEqual(erased);
  });

  it('erases nobody else', async () => {
    const vault = await harness().open();
    const [one, other] = [await sealOne(vault), await sealOne(vault)];
    await vault.destroy([one.personaId]);
    expect(await openAll(vault, [one, other])).toEqual([erased, opened]);
  });

  it('changes nothing when it is repeated, or when there was no key', async () => {
    const vault = await harness().open();
    const { personaId } = await sealOne(vault);
    await vault.destroy([personaId]);
    await vault.destroy([personaId, randomUUID()]);
    expect(await vault.pendingErasures([personaId])).toEqual([{ personaId, incarnation: 1 }]);
  });

  it('gives a persona that comes back a next incarnation, which cannot read the last one', async () => {
    const vault = await harness().open();
    const before = await sealOne(vault);
    await eraseWhole(vault, before.personaId);
    const after = await sealOne(vault, before.personaId);
    expect(after.key.incarnation).toBe(2);
    const everywhere = [vault, await harness().open()];
    for (const process of everywhere) expect(await openAll(process, [before, after])).toEqual([erased, opened]);
    await eraseWhole(vault, before.personaId);
    expect((await sealOne(vault, before.personaId)).key.incarnation).toBe(3);
  });

  it('does not let a load that began before the erasure bring the key back', async () => {
    const vault = await harness().open();
    const one = await sealOne(await harness().open());
    await Promise.all([vault.prepare([one.personaId]), vault.destroy([one.personaId])]);
    expect(await openOne(vault, one)).toEqual(erased);
  });
}

function erasureElsewhereConformance(harness: () => VaultHarness): void {
  it('stops opening within 60 seconds after another process erased', async () => {
    let elapsedMs = 0;
    const [here, elsewhere] = [await harness().open(() => elapsedMs), await harness().open()];
    const one = await sealOne(here);
    expect(await openOne(here, one)).toEqual(opened);
    await elsewhere.destroy([one.personaId]);
    elapsedMs = 60_001;
    expect(() => here.open(one.personaId, one.eventId, one.sealed)).toThrow(KeyNotPreparedError);
    expect(await openOne(here, one)).toEqual(erased);
  });

  it('leaves half a minute between preparing and opening', async () => {
    let elapsedMs = 0;
    const vault = await harness().open(() => elapsedMs);
    const one = await sealOne(vault);
    elapsedMs = 30_001;
    await vault.prepare([one.personaId]);
    elapsedMs = 60_002;
    expect(vault.open(one.personaId, one.eventId, one.sealed)).toEqual(opened);
  });

  it('takes the next key at once after `forget`', async () => {
    const [here, elsewhere] = [await harness().open(), await harness().open()];
    const one = await sealOne(here);
    await eraseWhole(elsewhere, one.personaId);
    expect((await sealOne(here, one.personaId)).key.incarnation).toBe(1);
    here.forget(one.personaId);
    expect((await sealOne(here, one.personaId)).key.incarnation).toBe(2);
  });

  it('seals with a key that was handed out, though another caller forgets the persona', async () => {
    const vault = await harness().open();
    const { personaId, key } = await sealOne(vault);
    const eventId = randomUUID();
    vault.forget(personaId);
    const sealed = vault.seal(key, eventId, personal);
    expect(await openOne(vault, { personaId, eventId, sealed, key })).toEqual(opened);
  });

  it('loads a key for one caller though another finds meanwhile that it is not there', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    vault.forget(one.personaId);
    let loading = true;
    const loaded = vault.prepare([one.personaId]).then(() => (loading = false));
    while (loading) {
      expect(() => vault.open(one.personaId, one.eventId, one.sealed)).toThrow(KeyNotPreparedError);
      await new Promise(setImmediate);
    }
    await loaded;
    expect(vault.open(one.personaId, one.eventId, one.sealed)).toEqual(opened);
  });

  it('opens a batch though others forget its personas each time they were prepared', async () => {
    const vault = await harness().open();
    const [one, other] = [await sealOne(vault), await sealOne(vault)];
    let timesLeft = 3;
    const forgetful = {
      open: vault.open.bind(vault),
      prepare: async (personaIds: readonly string[]) => {
        await vault.prepare(personaIds);
        if (timesLeft-- > 0) vault.forget(one.personaId);
      },
    };
    expect(await openAll(forgetful, [one, other, one])).toEqual([opened, opened, opened]);
    expect(timesLeft).toBeLessThan(0);
  });

  it('opens what another process sealed with the next key, though the last one is still in the cache', async () => {
    const [here, elsewhere] = [await harness().open(), await harness().open()];
    const before = await sealOne(here);
    await openOne(here, before);
    await eraseWhole(elsewhere, before.personaId);
    const after = await sealOne(elsewhere, before.personaId);
    expect(await openAll(here, [before, after])).toEqual([erased, opened]);
  });
}

function restoreConformance(harness: () => VaultHarness): void {
  it('erases again what a restored backup brought back', async () => {
    const vault = await harness().open();
    const one = await sealOne(vault);
    const restore = await harness().backup();
    await eraseWhole(vault, one.personaId);
    await restore();
    const reopened = await harness().open();
    expect(await openOne(reopened, one)).toEqual(erased);
    // The backup's events have no `persona.erased` either.
    expect(await reopened.pendingErasures([one.personaId])).toEqual([{ personaId: one.personaId, incarnation: 1 }]);
  });

  it('does not make a key again that a backup from before its first use has never heard of', async () => {
    const restore = await harness().backup();
    const vault = await harness().open();
    const one = await sealOne(vault);
    await eraseWhole(vault, one.personaId);
    await restore();
    const reopened = await harness().open();
    await reopened.completeErasures(await reopened.pendingErasures());
    expect((await sealOne(reopened, one.personaId)).key.incarnation).toBe(2);
    expect(await openOne(reopened, one)).toEqual(erased);
  });
}

function completionConformance(harness: () => VaultHarness): void {
  it('remembers an erasure that its process did not live to complete', async () => {
    const one = await sealOne(await harness().open());
    await (await harness().open()).destroy([one.personaId]);
    const next = await harness().open();
    const pending = await next.pendingErasures();
    expect(pending).toContainEqual({ personaId: one.personaId, incarnation: 1 });
    await next.completeErasures(pending);
    expect(await next.pendingErasures()).toEqual([]);
  });

  it('gives no next key before the erasure is complete, and tells whose it is', async () => {
    const vault = await harness().open();
    const [one, other] = [await sealOne(vault), await sealOne(vault)];
    await vault.destroy([one.personaId]);
    const refusal = vault.currentKeys([one.personaId]);
    await expect(refusal).rejects.toThrow(ErasurePendingError);
    await expect(refusal).rejects.toMatchObject({ pending: [{ personaId: one.personaId, incarnation: 1 }] });
    expect((await vault.currentKeys([other.personaId])).size).toBe(1);
  });

  it('does not fail those who ask at the same time for other personas', async () => {
    const vault = await harness().open();
    const { personaId } = await sealOne(vault);
    await vault.destroy([personaId]);
    const [refused, given] = await Promise.allSettled([
      vault.currentKeys([personaId]),
      vault.currentKeys([randomUUID()]),
    ]);
    expect([refused.status, given.status]).toEqual(['rejected', 'fulfilled']);
  });
}
