import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { AppModule } from '../../src/app.module.js';
import { loadEnvironment } from '../../src/config/load.js';

/** The routes of the application as Nest knows them, without starting it: `GET /health/live`. */
export function applicationRoutes(): string[] {
  const environment = loadEnvironment({
    DATABASE_URL: 'postgres://unused',
    REDIS_URL: 'redis://unused',
  });
  const modules = (AppModule.with(environment).imports ?? []) as (Type | DynamicModule)[];
  return modules.flatMap((module) => controllersOf(module)).flatMap(routesOf);
}

function controllersOf(module: Type | DynamicModule): Type[] {
  const type = 'module' in module ? module.module : module;
  return (Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, type) ?? []) as Type[];
}

function routesOf(controller: Type): string[] {
  const prototype = controller.prototype as Record<string, unknown>;
  const prefix = String(Reflect.getMetadata(PATH_METADATA, controller));
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function') return [];
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    if (typeof method !== 'number') return []; // no HTTP: an event pattern, or no handler at all
    const own = String(Reflect.getMetadata(PATH_METADATA, handler));
    const whole = `/${prefix}/${own}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
    return [`${RequestMethod[method] ?? ''} ${whole.replace(/:(\w+)/g, '{$1}')}`];
  });
}
