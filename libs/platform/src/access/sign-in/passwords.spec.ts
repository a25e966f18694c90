import { hash } from '@node-rs/argon2';
import { newPassword, Passwords, PasswordsBusyError, weaknessOf } from './passwords.js';

const passwords = new Passwords();

describe('a password', () => {
  it('is kept as argon2id with the parameters of OWASP, each time with another salt', async () => {
    const [one, other] = await Promise.all([
      passwords.hash('correct horse battery'),
      passwords.hash('correct horse battery'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(await passwords.matches(one, 'correct horse battery')).toBe(true);
    expect(await passwords.matches(one, 'correct horse batterx')).toBe(false);
    expect(passwords.isOutdated(one)).toBe(false);
  });

  it('is hashed anew where the parameters were others', async () => {
    for (const parameters of [{ memoryCost: 8_192 }, { timeCost: 3 }, { parallelism: 2 }, { algorithm: 1 }])
      expect(
        passwords.isOutdated(await hash('x', { memoryCost: 19_456, timeCost: 2, parallelism: 1, ...parameters })),
      ).toBe(true);
  });

  it('is the same however a keyboard composes it', async () => {
    const stored = await passwords.hash('رمز عبور کافه é');
    expect(await passwords.matches(stored, 'رمز عبور کافه é')).toBe(true);
  });

  it('of nobody is never right', async () => {
    expect(await passwords.matches(undefined, '')).toBe(false);
  });

  it.each([
    ['short', 'too_short'],
    ['سلام سلام', 'too_short'],
    ['x'.repeat(257), 'too_long'],
    ['aaaaaaaaaaaaaaaa', 'guessable'],
    ['sarasarasarasara', 'guessable'],
    ['safarpassword1', 'guessable'],
    ['مسافر خانهٔ قدیمی یزد', undefined],
  ])('%j is %s', (password, weakness) => {
    expect(weaknessOf(password, 'sara')).toBe(weakness);
  });

  it('that is made has 118 bits and passes', () => {
    const made = new Set(Array.from({ length: 100 }, newPassword));
    expect(made.size).toBe(100);
    for (const password of made)
      expect([password, weaknessOf(password, 'admin')]).toEqual([
        expect.stringMatching(/^([a-z2-9]{6}-?){4}$/),
        undefined,
      ]);
  });
});

describe('checking passwords', () => {
  it('is done a few at a time, and refused when too many wait', async () => {
    const narrow = new Passwords({ atOnce: 1, waiting: 1 });
    const stored = await narrow.hash('correct horse battery');
    const [one, other, third] = await Promise.allSettled(
      [1, 2, 3].map(() => narrow.matches(stored, 'correct horse battery')),
    );
    expect([one?.status, other?.status, third?.status]).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(third).toMatchObject({ reason: expect.any(PasswordsBusyError) });
    // And the place is free again.
    expect(await narrow.matches(stored, 'correct horse battery')).toBe(true);
  });
});
