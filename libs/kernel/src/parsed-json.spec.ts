import { jsonText, parseJson } from './parsed-json.js';

const text = '{"b": 1,  "a": [true, {"c": "سلام"}]}';

describe('JSON that passes through', () => {
  it('is the text that it was parsed from', () => {
    expect(jsonText(parseJson(text))).toBe(text);
    expect(jsonText(parseJson('[1, 2]'))).toBe('[1, 2]');
  });

  it('is written where it was not parsed, or is no object', () => {
    expect(jsonText({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(jsonText(parseJson(' "x" '))).toBe('"x"');
    expect(jsonText(parseJson('null'))).toBe('null');
    expect(jsonText(undefined)).toBeUndefined();
    expect(() => jsonText(1n)).toThrow(TypeError);
  });

  it('is written anew for a changed copy', () => {
    const parsed = parseJson(text) as { readonly b: number };
    expect(jsonText({ ...parsed, b: 2 })).toBe('{"b":2,"a":[true,{"c":"سلام"}]}');
    expect(jsonText(structuredClone(parsed))).toBe('{"b":1,"a":[true,{"c":"سلام"}]}');
  });

  it('shows to nobody that it has its text', () => {
    const parsed = parseJson(text);
    expect(parsed).toStrictEqual(JSON.parse(text));
    expect(JSON.stringify(parsed)).toBe('{"b":1,"a":[true,{"c":"سلام"}]}');
    expect(Object.keys(parsed as object)).toStrictEqual(['b', 'a']);
  });
});
