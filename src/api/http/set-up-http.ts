import type { NestExpressApplication } from '@nestjs/platform-express';
import { setUpOpenApi } from '../openapi/openapi.js';

/** What the HTTP side needs before it listens; pipe and filter come with the API's module. */
export function setUpHttp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  setUpOpenApi(app);
}
