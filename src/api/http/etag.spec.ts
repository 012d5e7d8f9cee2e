import { hasAlready, weakEtag } from './etag.js';

describe('a weak ETag', () => {
  it('is the same for the same content and another for another', () => {
    expect(weakEtag('a')).toBe(weakEtag('a'));
    expect(weakEtag('a')).not.toBe(weakEtag('b'));
  });

  it('has the form that HTTP wants', () => {
    expect(weakEtag('')).toMatch(/^W\/"[A-Za-z0-9_-]+"$/);
  });
});

describe('what a client has already', () => {
  it.each<[string | undefined, boolean]>([
    ['W/"abc"', true],
    ['"abc"', true],
    ['"x", W/"abc" , "y"', true],
    ['*', true],
    ['"ab"', false],
    ['abc', false],
    ['"x,W/"', false],
    ['', false],
    [undefined, false],
  ])('by If-None-Match %s is the answer W/"abc": %s', (header, expected) => {
    expect(hasAlready(header, 'W/"abc"')).toBe(expected);
  });
});
