import type { LoggerService } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { Environment } from '../config/environment.js';

/** Fields that never reach a log, wherever they stand. */
const REDACTED = ['password', 'token', 'authorization', 'secret'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** Hides the password of every URL in a text. */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@]*@/gi, '$1:***@');

type Fields = Readonly<Record<string, unknown>>;

/**
 * Structured log lines: an event name and fields. ERROR means that somebody must act.
 * Outside input reaches a line only as a JSON string value, never as part of its frame.
 */
@Injectable()
export class Log implements LoggerService {
  private readonly logger: Logger;

  constructor(environment: Pick<Environment, 'LOG_LEVEL' | 'LOG_FORMAT' | 'HEALTH_INSTANCE_ID'>) {
    this.logger = pino({
      level: environment.LOG_LEVEL,
      base: { instance_id: environment.HEALTH_INSTANCE_ID },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'event',
      redact: { paths: REDACTED, censor: '***' },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: serializeError },
      ...(environment.LOG_FORMAT === 'pretty'
        ? {
            transport: {
              target: 'pino-pretty',
              options: {
                messageKey: 'event',
                ignore: 'instance_id',
                translateTime: 'SYS:HH:MM:ss.l',
              },
            },
          }
        : {}),
    });
  }

  debug(fields: Fields | string, event?: unknown): void {
    this.write('debug', fields, event);
  }

  info(fields: Fields, event: string): void {
    this.write('info', fields, event);
  }

  warn(fields: Fields | string, event?: unknown): void {
    this.write('warn', fields, event);
  }

  error(fields: Fields | string, event?: unknown): void {
    this.write('error', fields, event);
  }

  fatal(fields: Fields | string, event?: unknown): void {
    this.write('fatal', fields, event);
  }

  /** Nest's own start-up lines: of interest to nobody but a debugger. */
  log(message: unknown, context?: unknown): void {
    this.write('debug', String(message), context);
  }

  verbose(message: unknown, context?: unknown): void {
    this.write('trace', String(message), context);
  }

  /** Nest calls with (text, …, context), this application with (fields, event). */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    fields: Fields | string,
    event: unknown,
  ): void {
    if (typeof fields === 'object' && typeof event === 'string') {
      this.logger[level](fields, event);
    } else {
      this.logger[level](
        {
          text: withoutPasswords(typeof fields === 'string' ? fields : JSON.stringify(fields)),
          context: event,
        },
        'nest',
      );
    }
  }
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: withoutPasswords(error.message),
    ...('code' in error ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: withoutPasswords(error.stack) }),
  };
}
