import { type Principal } from '#wiring';
import { Downloads } from './downloads.js';

const of = (id: string): Principal => ({ kind: 'user', id, name: id, roles: ['agent'], sessionId: id });
async function* nothing(): AsyncGenerator<Uint8Array> {}

it('nobody has all downloads, and what ends gives its place back', async () => {
  const downloads = new Downloads();
  const own = Array.from({ length: 50 }, () => downloads.begin(of('ada'), nothing));
  expect(() => downloads.begin(of('ada'), nothing)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  const others = ['bea', 'cyrus', 'dena'].flatMap((id) =>
    Array.from({ length: 50 }, () => downloads.begin(of(id), nothing)),
  );
  expect(() => downloads.begin(of('eli'), nothing)).toThrow(expect.objectContaining({ code: 'overloaded' }));
  for (const each of [...own, ...others]) each.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  downloads.begin(of('ada'), nothing).destroy();
});
