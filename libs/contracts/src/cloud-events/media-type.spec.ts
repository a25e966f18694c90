import { mediaTypeOf } from './media-type.js';

describe('the media type of a content type', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    [' \t ; charset=utf-8', ''],
    ['Application/JSON', 'application/json'],
    [' application/cloudevents+json\t; charset=utf-8', 'application/cloudevents+json'],
    ['text/plain;charset="a;b"', 'text/plain'],
    [`a/b${' '.repeat(100_000)};`, 'a/b'],
  ])('is told from its parameters: #%#', (sent, type) => {
    expect(mediaTypeOf(sent)).toBe(type);
  });

  it('is none that is longer than one can be', () => {
    expect(mediaTypeOf(`application/${'x'.repeat(250)}+json`)).toBeUndefined();
    expect(mediaTypeOf(`a/b${' '.repeat(100_000)}c`)).toBeUndefined();
  });
});
