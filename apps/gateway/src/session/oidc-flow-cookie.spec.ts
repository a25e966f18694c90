import { ownPath } from './oidc-flow-cookie.js';

describe('where somebody goes after signing in', () => {
  it.each(['/', '/inbox', '/customers/1?tab=timeline#now', '/a/b/'])('may be %s', (path) => {
    expect(ownPath(path)).toBe(path);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/a\\..\\evil',
    'https://evil.example',
    'javascript:alert(1)',
    '/\n/evil.example',
    '/\t/evil.example',
    '/a\r\nSet-Cookie: x',
    '/سفر',
    '',
    `/${'a'.repeat(501)}`,
    undefined,
    ['/a', '/b'],
  ])('is never %j', (path) => {
    expect(ownPath(path)).toBe('/');
  });
});
