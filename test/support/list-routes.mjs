// Prints every route that the router of the built application has, as JSON behind `routes: `. The application is made,
// with the environment that is given, and never listens.
import { NestFactory } from '@nestjs/core';

const [folder] = process.argv.slice(2);
const { AppModule } = await import(`${folder}/src/app.module.js`);
const { loadEnvironment } = await import(`${folder}/src/config/load.js`);
const { setUpHttp } = await import(`${folder}/src/api/http/set-up-http.js`);

const app = await NestFactory.create(AppModule.with(loadEnvironment(process.env)), {
  logger: false,
});
setUpHttp(app);
await app.init();
const routes = app
  .getHttpAdapter()
  .getInstance()
  .router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({
          method: method.toUpperCase(),
          path: route.path.replaceAll(/:(\w+)/g, '{$1}'),
        })),
  );
process.stdout.write(`\nroutes: ${JSON.stringify(routes)}\n`);
await app.close();
