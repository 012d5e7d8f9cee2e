import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { setUpHttp } from './api/http/set-up-http.js';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { ConfigurationError, loadEnvironment } from './config/load.js';
import { HealthEventServer } from './ingest/health-event-server.js';
import { Log } from './observability/log.js';

/** A shutdown takes no longer, whatever hangs. */
const SHUTDOWN_MS = 9_000;

/** One line per wrong variable, and nothing else, before anything is started. */
function environmentOrExit(): Environment {
  try {
    return loadEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(error.problems.map((problem) => `${problem}\n`).join(''));
    process.exit(1);
  }
}

async function bootstrap(environment: Environment): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(environment), {
    bufferLogs: true,
    abortOnError: false,
  });
  const log = app.get(Log);
  app.useLogger(log);
  setUpHttp(app);
  app.enableShutdownHooks([], { useProcessExit: true });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // A statement that hangs keeps the pool open; what it holds is pending in the journal.
    process.once(signal, () => setTimeout(() => process.exit(0), SHUTDOWN_MS).unref());
  }
  if (environment.HEALTH_CONSUMER_ENABLED) {
    app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(HealthEventServer) });
    await app.startAllMicroservices();
  }
  await app.listen(environment.PORT, environment.HOST);
  log.info(
    { url: await app.getUrl(), consumer: environment.HEALTH_CONSUMER_ENABLED },
    'app.started',
  );
}

await bootstrap(environmentOrExit());
