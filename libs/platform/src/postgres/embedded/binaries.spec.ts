import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyBinaries, type Binaries } from './binaries.js';

describe('a copy of the programs of PostgreSQL', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'safar-programs-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const brought = (version: string): Binaries => {
    const bin = path.join(folder, `package-${version}/native/bin`);
    mkdirSync(bin, { recursive: true });
    for (const name of ['initdb', 'postgres']) writeFileSync(path.join(bin, name), version);
    return { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres'), version };
  };
  const copied = (binaries: Binaries, isInUse: boolean): string =>
    readFileSync(copyBinaries(binaries, path.join(folder, 'data/programs'), isInUse).postgres, 'utf8');

  it('is made anew when Safar brings another version, once no server runs from it', () => {
    mkdirSync(path.join(folder, 'data'));
    expect(copied(brought('18.1.0'), false)).toBe('18.1.0');
    expect(copied(brought('18.2.0'), true)).toBe('18.1.0');
    expect(copied(brought('18.2.0'), false)).toBe('18.2.0');
    expect(readdirSync(path.join(folder, 'data'))).toEqual(['programs']);
  });

  it('of before copies told their version is one of another version', () => {
    const old = path.join(folder, 'data/programs/bin');
    mkdirSync(old, { recursive: true });
    writeFileSync(path.join(old, 'postgres'), 'old');
    expect(copied(brought('18.1.0'), false)).toBe('18.1.0');
  });
});
