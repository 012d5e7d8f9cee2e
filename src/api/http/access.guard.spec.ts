import type { ExecutionContext } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { AccessGuard } from './access.guard.js';
import { NotAuthenticatedError, NotLocalError } from './problem.js';

interface Asked {
  readonly method?: string;
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the guard says: `yes`, or the field that is wrong. */
function answer(
  token: string | null,
  { method = 'POST', from = '127.0.0.1', headers }: Asked,
): string {
  const guard = new AccessGuard(Object.assign(new Environment(), { HEALTH_API_TOKEN: token }));
  const request = {
    method,
    socket: { remoteAddress: from },
    headers: { host: '127.0.0.1:8100', ...headers },
  };
  const context = { getType: () => 'http', switchToHttp: () => ({ getRequest: () => request }) };
  try {
    return guard.canActivate(context as unknown as ExecutionContext) ? 'yes' : 'no';
  } catch (error) {
    if (error instanceof NotAuthenticatedError) return error.hasToken ? 'wrong token' : 'no token';
    if (error instanceof NotLocalError) return error.field;
    throw error;
  }
}

describe('without a token', () => {
  it.each<[string, Asked, string]>([
    ['a program on this host', {}, 'yes'],
    ['another loopback address', { from: '127.8.9.1' }, 'yes'],
    ['IPv6', { from: '::1', headers: { host: '[::1]:8100' } }, 'yes'],
    ['IPv4 in IPv6', { from: '::ffff:127.0.0.1', headers: { host: 'localhost:8100' } }, 'yes'],
    ['a page of this host', { headers: { origin: 'http://localhost:3000' } }, 'yes'],
    ['DELETE of elsewhere', { method: 'DELETE', from: '10.0.0.7' }, 'remote address'],
    ['PATCH of elsewhere', { method: 'PATCH', from: '2001:db8::1' }, 'remote address'],
    ['IPv4 of elsewhere in IPv6', { from: '::ffff:10.0.0.7' }, 'remote address'],
    ['a method nobody knows', { method: 'PURGE', from: '10.0.0.7' }, 'remote address'],
    ['no address', { from: '' }, 'remote address'],
    ['a proxy', { headers: { 'x-forwarded-for': '10.0.0.7' } }, 'x-forwarded-for'],
    ['a standard proxy', { headers: { forwarded: 'for=10.0.0.7' } }, 'forwarded'],
    ['a foreign name for this host', { headers: { host: 'evil.example' } }, 'Host'],
    ['a name that only begins well', { headers: { host: 'localhost.evil.example' } }, 'Host'],
    ['no host', { headers: { host: '' } }, 'Host'],
    ['a foreign page', { headers: { origin: 'https://evil.example' } }, 'Origin'],
    ['a page without an origin', { headers: { origin: 'null' } }, 'Origin'],
    [
      'a token nobody asked for',
      { from: '10.0.0.7', headers: { authorization: 'Bearer x' } },
      'remote address',
    ],
    ['reading, from anywhere', { method: 'GET', from: '10.0.0.7' }, 'yes'],
    ['HEAD, from anywhere', { method: 'HEAD', from: '10.0.0.7' }, 'yes'],
  ])('%s: %j: %s', (_, asked, expected) => {
    expect(answer(null, asked)).toBe(expected);
  });
});

describe('with a token', () => {
  it.each<[string, Asked, string]>([
    ['the token', { headers: { authorization: 'Bearer s3cret' } }, 'yes'],
    [
      'the token, from elsewhere',
      { from: '10.0.0.7', headers: { authorization: 'Bearer s3cret' } },
      'yes',
    ],
    ['the scheme in any case', { headers: { authorization: 'bearer s3cret' } }, 'yes'],
    ['a shorter one', { headers: { authorization: 'Bearer s3cre' } }, 'wrong token'],
    ['a longer one', { headers: { authorization: 'Bearer s3cret1' } }, 'wrong token'],
    ['another case', { headers: { authorization: 'Bearer S3CRET' } }, 'wrong token'],
    ['none', {}, 'no token'],
    ['an empty one', { headers: { authorization: 'Bearer ' } }, 'no token'],
    ['two', { headers: { authorization: 'Bearer s3cret s3cret' } }, 'no token'],
    ['another scheme', { headers: { authorization: 'Basic s3cret' } }, 'no token'],
    ['no scheme', { headers: { authorization: 's3cret' } }, 'no token'],
    ['none, but reading', { method: 'GET' }, 'yes'],
  ])('%s: %j: %s', (_, asked, expected) => {
    expect(answer('s3cret', asked)).toBe(expected);
  });
});
