import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Serves the description of the API: for people at /api/docs, as OpenAPI 3 at /api/docs-json. */
export function setUpOpenApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('health-monitor')
    .setDescription('Which services are healthy, since when, and what they said.')
    .setVersion('1')
    .build();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'api/docs-json',
  });
}
