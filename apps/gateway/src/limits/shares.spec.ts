import { type Principal } from '#wiring';
import { Shares } from './shares.js';

const principal = (id: string): Principal => ({ kind: 'key', id, name: id, scopes: [] });

describe('the share of a caller', () => {
  it('is a quarter of what there is, and comes back once', () => {
    const shares = new Shares(12, 1);
    const taken = [1, 2, 3].map(() => shares.take(principal('a')));
    expect(() => shares.take(principal('a'))).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    expect(() => shares.take(principal('b'))).not.toThrow();
    taken[0]?.();
    taken[0]?.();
    shares.take(principal('a'));
    expect(() => shares.take(principal('a'))).toThrow();
  });

  it('is never less than what anybody needs', () => {
    const shares = new Shares(4, 2);
    shares.take(principal('a'));
    expect(() => shares.take(principal('a'))).not.toThrow();
  });
});
