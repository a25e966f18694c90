import { bytesOf } from './bytes-of.js';

it('counts what a sender puts into keys and headers like what is in the value', () => {
  const small = { key: '', headers: {}, value: '' };
  const large = 'x'.repeat(900_000);
  const sizes = [
    { ...small, key: large },
    { ...small, headers: { note: large } },
    { ...small, headers: { [large]: '' } },
  ];
  for (const record of [...sizes, { ...small, value: large }, { ...small, bytes: Buffer.from(large) }])
    expect(bytesOf(record)).toBeGreaterThanOrEqual(900_000);
  expect(bytesOf(small)).toBeLessThan(1_000);
});
