import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TOKEN_SCHEME } from './changing-route.js';

/** Serves the description of the API: for people at /api/docs, as OpenAPI 3 at /api/docs-json. */
export function setUpOpenApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('health-monitor')
    .setDescription('Which services are healthy, since when, and what they said.')
    .setVersion('1')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description:
          'The value of HEALTH_API_TOKEN. Without one configured, routes that change something ' +
          'answer programs on the same host alone.',
      },
      TOKEN_SCHEME,
    )
    .build();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'api/docs-json',
  });
}
