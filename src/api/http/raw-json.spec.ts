import fc from 'fast-check';
import { RawJson, stringifyWithRaw } from './raw-json.js';

describe('an answer with raw parts', () => {
  it('holds them to the byte, where they stand', () => {
    const raw = '{ "n": 1e400, "b" : "\\ud800", "n": 12345678901234567890 }';
    expect(stringifyWithRaw({ a: 1, items: [{ p: new RawJson(raw) }, { p: null }] })).toBe(
      `{"a":1,"items":[{"p":${raw}},{"p":null}]}`,
    );
  });

  it('is the JSON of the whole for any documents, those with odd replacement patterns too', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.constant('"$& $1 $$"'))), (documents) => {
        const value = { items: documents.map((text) => ({ payload: new RawJson(text) })) };
        expect(JSON.parse(stringifyWithRaw(value))).toEqual({
          items: documents.map((text) => ({ payload: JSON.parse(text) as unknown })),
        });
      }),
    );
  });
});
