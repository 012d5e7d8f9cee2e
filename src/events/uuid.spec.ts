import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isUuid, namespaceOf, uuidV5, uuidV5OfName } from './uuid.js';

const DNS = namespaceOf('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
const VERSION_5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 50 }));

describe('UUIDv5', () => {
  it('of www.example.com is what RFC 9562, appendix A.4, says', () => {
    expect(uuidV5OfName(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it("of python.org is what Python's documentation says", () => {
    expect(uuidV5OfName(DNS, 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('of parts is that of the parts behind their lengths', () => {
    const bytes = Buffer.from('\0\0\0\x03a\u00e4\0\0\0\0\0\0\0\x01x');
    expect(uuidV5(DNS, 'a\u00e4', '', new Uint8Array([0x78]))).toBe(
      uuidV5OfName(DNS, bytes.toString()),
    );
  });

  it('has version and variant, whatever the parts', () => {
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(uuidV5(DNS, ...parts)).toMatch(VERSION_5);
      }),
    );
  });

  it('tells parts apart that read the same one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 2, maxLength: 2 }),
        fc.nat(20),
        (parts, at) => {
          const joined = parts.join('');
          const others = [joined.slice(0, at), joined.slice(at)];
          const isSame = others[0] === parts[0];
          expect(uuidV5(DNS, ...others) === uuidV5(DNS, ...parts)).toBe(isSame);
        },
      ),
    );
    expect(uuidV5(DNS, 'ab')).not.toBe(uuidV5(DNS, 'ab', ''));
  });

  it.each([4070, 4071, 4076, 4077, 5000, 1_000_000])(
    'is the same for %i bytes, in and out of its scratch space',
    (size) => {
      const data = Buffer.alloc(size, 'x');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(size);
      const sha1 = createHash('sha1').update(DNS).update(length).update(data).digest('hex');
      expect(uuidV5(DNS, data).slice(0, 8)).toBe(sha1.slice(0, 8));
      expect(uuidV5(DNS, data)).toBe(uuidV5(DNS, data.toString()));
    },
  );
});

describe('the form of a UUID', () => {
  it('is taken for any version and any case', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), (uuid, isUpper) => {
        expect(isUuid(isUpper ? uuid.toUpperCase() : uuid)).toBe(true);
      }),
    );
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true);
  });

  it.each([
    '',
    '2ed6657de927568b95e12665a8aea6a2',
    '{2ed6657d-e927-568b-95e1-2665a8aea6a2}',
    'urn:uuid:2ed6657d-e927-568b-95e1-2665a8aea6a2',
    '2ed6657d-e927-568b-95e1-2665a8aea6a',
    '2ed6657d-e927-568b-95e1-2665a8aea6ag',
    '2ed6657de-927-568b-95e1-2665a8aea6a2',
    '2ed6657d-e927-568b-95e1-2665a8aea6a\u0661',
    '2ed6657d-e927-568b-95e1-2665a8aea6a\uff11',
    '2ed6657d-e927-568b-95e1_2665a8aea6a2',
    '------------------------------------',
  ])('is not %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});
