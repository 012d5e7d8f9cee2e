import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList } from 'node:net';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ENVIRONMENT } from '../../config/config.module.js';
import { Environment } from '../../config/environment.js';
import { NotAuthenticatedError, NotLocalError } from './problem.js';

/** Methods that change nothing. Source: RFC 9110, 9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a proxy adds; behind one every request seems to come from this host. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Who may change something: whoever sends the token of `HEALTH_API_TOKEN` or, where none is
 * configured, programs on this very host. The rule goes by the method, so that a new route cannot
 * forget it.
 *
 * A browser on this host would carry a foreign page's request here (CSRF), or resolve a foreign name
 * to 127.0.0.1 (DNS rebinding): without a token the host that the request names must be this one by
 * its loopback name, and so must the page it comes from.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly tokenHash: Buffer | null;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    const token = environment.HEALTH_API_TOKEN;
    this.tokenHash = token === null ? null : hashOf(token);
  }

  /** @throws NotAuthenticatedError or NotLocalError, which name what to do. */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (SAFE_METHODS.has(request.method)) return true;
    if (this.tokenHash === null) requireLocal(request);
    else requireToken(request, this.tokenHash);
    return true;
  }
}

/** Hashes have one length, so that the comparison takes the same time for every token. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

function requireToken({ headers }: Request, tokenHash: Buffer): void {
  const [, token] = /^Bearer +([!-~]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) throw new NotAuthenticatedError(false);
  if (!timingSafeEqual(hashOf(token), tokenHash)) throw new NotAuthenticatedError(true);
}

function requireLocal({ headers, socket }: Request): void {
  if (!isLoopback(socket.remoteAddress ?? '')) throw new NotLocalError('remote address');
  const proxied = PROXY_HEADERS.find((name) => headers[name] !== undefined);
  if (proxied !== undefined) throw new NotLocalError(proxied);
  if (!namesLoopback(`http://${headers.host ?? ''}`)) throw new NotLocalError('Host');
  const { origin } = headers;
  if (origin !== undefined && !namesLoopback(origin)) throw new NotLocalError('Origin');
}

function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function namesLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return hostname === 'localhost' || isLoopback(address);
}
