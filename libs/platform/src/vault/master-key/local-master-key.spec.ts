import { randomBytes } from 'node:crypto';
import { SealBrokenError, VaultGuardError } from '../vault-errors.js';
import { createLocalMasterKey, masterKeyId } from './local-master-key.js';

const [first, second] = [Buffer.alloc(32, 'first'), Buffer.alloc(32, 'second')];
const dataKey = randomBytes(32);

describe('a master key', () => {
  it('unwraps what it wrapped, in the same context only', async () => {
    const masterKey = createLocalMasterKey([first]);
    const wrapped = await masterKey.wrap(dataKey, 'persona|1');
    expect(Buffer.from(await masterKey.unwrap(wrapped, 'persona|1'))).toEqual(dataKey);
    await expect(masterKey.unwrap(wrapped, 'persona|2')).rejects.toThrow(SealBrokenError);
  });

  it('does not unwrap when any byte was changed', async () => {
    const masterKey = createLocalMasterKey([first]);
    const wrapped = Buffer.from(await masterKey.wrap(dataKey, 'c'));
    for (const at of wrapped.keys()) {
      const changed = Buffer.from(wrapped);
      changed[at]! ^= 1;
      await expect(masterKey.unwrap(changed, 'c')).rejects.toThrow();
    }
    await expect(masterKey.unwrap(wrapped.subarray(0, 30), 'c')).rejects.toThrow(SealBrokenError);
  });

  it('wraps with the newest, unwraps with all, and keeps its pseudonyms after a rotation', async () => {
    const before = createLocalMasterKey([first]);
    const after = createLocalMasterKey([first, second]);
    const old = await before.wrap(dataKey, 'c');
    expect(Buffer.from(await after.unwrap(old, 'c'))).toEqual(dataKey);
    expect(after.pseudonymSecret).toEqual(before.pseudonymSecret);
    const fresh = await after.wrap(dataKey, 'c');
    await expect(before.unwrap(fresh, 'c')).rejects.toThrow(VaultGuardError);
    await expect(before.unwrap(fresh, 'c')).rejects.toThrow(new RegExp(masterKeyId(second)));
  });

  it('is not the secret of the pseudonyms, nor its own id', () => {
    const { pseudonymSecret } = createLocalMasterKey([first]);
    expect(Buffer.from(pseudonymSecret)).not.toEqual(first);
    expect(first.toString('hex')).not.toContain(masterKeyId(first));
  });
});
