import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from './config.js';
import { ConfigurationError } from './configuration-error.js';

const secret = randomBytes(32).toString('base64');

describe('a variable that is given as a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'safar-config-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const wrong = (environment: Record<string, string>) => {
    try {
      loadConfig(environment);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
    throw new Error('the configuration was accepted');
  };

  it('has the value that is in the file, without the line break at its end', () => {
    const config = loadConfig({
      SAFAR_MASTER_KEY_FILE: file('key', `${secret}\n`),
      SAFAR_DATABASE_URL_FILE: file('url', 'postgres://safar:k3-wz-91@db.example:5432/safar\n'),
    });
    expect(config).toMatchObject({ masterKey: secret, databaseUrl: 'postgres://safar:k3-wz-91@db.example:5432/safar' });
  });

  it('keeps to the same rules', () => {
    const { problems, message } = wrong({ SAFAR_MASTER_KEY_FILE: file('short', 'hunter2\n') });
    expect(problems).toMatchObject([{ variable: 'SAFAR_MASTER_KEY' }]);
    expect(message).not.toContain('hunter2');
  });

  it('must be there, not be empty, and not be given twice', () => {
    const missing = path.join(folder, 'missing');
    expect(wrong({ SAFAR_MASTER_KEY_FILE: missing }).problems).toMatchObject([{ variable: 'SAFAR_MASTER_KEY_FILE' }]);
    expect(wrong({ SAFAR_MASTER_KEY_FILE: file('empty', '\n') }).problems).toHaveLength(1);
    expect(wrong({ SAFAR_MASTER_KEY_FILE: folder }).problems).toHaveLength(1);
    const twice = wrong({ SAFAR_MASTER_KEY_FILE: file('key', secret), SAFAR_MASTER_KEY: secret });
    expect(twice.problems).toEqual([
      { variable: 'SAFAR_MASTER_KEY_FILE', problem: 'is set beside SAFAR_MASTER_KEY', remedy: 'Set one of them.' },
    ]);
  });

  it('is a variable that Safar knows', () => {
    expect(wrong({ SAFAR_MASTER_KEYS_FILE: file('key', secret) }).problems).toMatchObject([
      { problem: 'is not a variable of Safar' },
    ]);
  });
});
