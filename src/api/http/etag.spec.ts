import { weakEtag } from './etag.js';

describe('a weak ETag', () => {
  it('is the same for the same content and another for another', () => {
    expect(weakEtag({ a: 1 })).toBe(weakEtag({ a: 1 }));
    expect(weakEtag({ a: 1 })).not.toBe(weakEtag({ a: 2 }));
  });

  it('has the form that HTTP wants', () => {
    expect(weakEtag({})).toMatch(/^W\/"[A-Za-z0-9_-]+"$/);
  });
});
