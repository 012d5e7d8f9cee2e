import fc from 'fast-check';
import { sourceOfProperty } from './json-slice.js';

describe('the source text of a property', () => {
  it.each([
    ['{"data":{"a":1}}', '{"a":1}'],
    ['{ "data" : {"a": 1.0, "b":"\\u0000" } , "x":1}', '{"a": 1.0, "b":"\\u0000" }'],
    ['\n{"x":{"data":1},"data":\t[ 1 , 2 ]\n}\n', '[ 1 , 2 ]'],
    ['{"data":1e400}', '1e400'],
    ['{"data":12345678901234567890 }', '12345678901234567890'],
    ['{"x":"}\\",\\"data\\":1","data":"}{\\\\"}', '"}{\\\\"'],
    ['{"data":1,"data":2}', '2'],
    ['{"data":{"a":1},"d\\u0061ta":{"b":2}}', '{"b":2}'],
    ['{"__proto__":{"data":1},"data":null}', 'null'],
    ['{"":{"data":3},"data":""}', '""'],
  ])('in %s is %s', (text, source) => {
    expect(sourceOfProperty(text, 'data')).toBe(source);
    expect(JSON.parse(source)).toEqual((JSON.parse(text) as { data: unknown }).data);
  });

  it.each(['{}', ' { } ', '{"x":{"data":1}}', '{"Data":1,"data ":2}', '{"x":"data"}'])(
    'in %s is absent',
    (text) => {
      expect(sourceOfProperty(text, 'data')).toBeUndefined();
    },
  );

  it('parses to what JSON.parse found, with any neighbours, any blanks and duplicate keys', () => {
    const key = fc.constantFrom('"data"', '"d\\u0061ta"', '"\\"data"', '"x"', '"__proto__"', '""');
    const blank = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 2 });
    const value = fc.json({ maxDepth: 3, stringUnit: 'binary' });
    const member = fc
      .tuple(blank, key, blank, blank, value, blank)
      .map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`);
    fc.assert(
      fc.property(fc.array(member), (members) => {
        const text = `{${members.join(',')}}`;
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const source = sourceOfProperty(text, 'data');
        expect(source !== undefined).toBe(Object.hasOwn(parsed, 'data'));
        if (source === undefined) return;
        expect(JSON.parse(source)).toEqual(parsed['data']);
        expect(source).toBe(source.trim());
        expect(text).toContain(source);
      }),
    );
  });
});
