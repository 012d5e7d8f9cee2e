import { DASHBOARD_CURSOR, SERVICES_CURSOR } from '../services/service-cursors.js';

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it.each(['a', 'a/b c%20"\'\\', 'тест 😀', '😀'.repeat(200)])(
    'leads back to the place it was made from: %s',
    (name) => {
      expect(SERVICES_CURSOR.decode(SERVICES_CURSOR.encode({ name }))).toEqual({ name });
      const place = { status: 'stale', name } as const;
      expect(DASHBOARD_CURSOR.decode(DASHBOARD_CURSOR.encode(place))).toEqual(place);
    },
  );

  it('is made of characters that a URL takes as they are', () => {
    expect(SERVICES_CURSOR.encode({ name: '??>>~~😀' })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    ['empty', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('[').toString('base64url')],
    ['no array', encoded({ 0: 'services', 1: 'a' })],
    ['of another list', encoded(['dashboard', 'stale', 'a'])],
    ['without a key', encoded(['services'])],
    ['with a key too many', encoded(['services', 'a', 'b'])],
    ['with a key of another type', encoded(['services', 1])],
    ['with a name that cannot be', encoded(['services', 'a\0'])],
    ['with half a character', encoded(['services', '\ud800'])],
    ['with an empty name', encoded(['services', ''])],
    ['with a name too long', encoded(['services', 'a'.repeat(201)])],
    ['far too long', 'A'.repeat(5_000)],
    ['written in another way', `${SERVICES_CURSOR.encode({ name: 'a' })}=`],
  ])('that is %s is no place', (_, text) => {
    expect(SERVICES_CURSOR.decode(text)).toBeNull();
  });

  it('of a status that is none is no place', () => {
    expect(DASHBOARD_CURSOR.decode(encoded(['dashboard', 'left', 'a']))).toBeNull();
  });
});
