import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { setUpOpenApi } from '../openapi/openapi.js';
import { WrongMediaTypeError } from './problem.js';

/** Bodies are a few settings; a larger one is a mistake. */
const BODY_MAX_BYTES = 16 * 1024;
/** A request has arrived in this time, its headers sooner; a client that dribbles is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 5_000;
/** Longer than load balancers keep a connection, so that they close it and not we under a request. */
const KEEP_ALIVE_MS = 65_000;
/** How often Node looks for connections that are over these times. */
const CHECK_INTERVAL_MS = 1_000;
/** Connections at once; a further one is closed before it costs anything. */
const MAX_CONNECTIONS = 2_000;

/**
 * What the HTTP side needs before it listens; pipe, filter and guard come with the API's module. No
 * CORS headers: a page of another origin reads nothing.
 */
export function setUpHttp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use(
    helmet({
      // It serves plain HTTP; whether a proxy adds TLS is not ours to promise.
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  app.useBodyParser('json', { limit: BODY_MAX_BYTES });
  app.use(onlyJson);
  const server: Server = app.getHttpServer();
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  // Read when it begins to listen, but an option of its constructor alone to the types.
  Object.assign(server, { connectionsCheckingInterval: CHECK_INTERVAL_MS });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  setUpOpenApi(app);
}

/** The JSON parser passes over every other body; a form is not to be taken for an empty request. */
function onlyJson(request: Request, _response: Response, next: NextFunction): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || Number(length ?? 0) > 0;
  if (hasBody && request.is('application/json') !== 'application/json') {
    throw new WrongMediaTypeError();
  }
  next();
}
