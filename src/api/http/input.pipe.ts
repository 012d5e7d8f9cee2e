import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldError, InvalidInputError } from './problem.js';

/** Names that class-transformer passes over in silence. */
const UNTOUCHABLE = ['__proto__', 'constructor'];

/**
 * Checks what a request gives against the class of the parameter that takes it. A name that the
 * class does not know is an error, so that a misspelt filter never answers with everything.
 *
 * @throws InvalidInputError with every wrong field.
 */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new InvalidInputError(errors.map(fieldError)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'custom' && typeof value === 'object' && value !== null) {
      const hidden = UNTOUCHABLE.filter((name) => Object.hasOwn(value, name));
      if (hidden.length > 0) throw new InvalidInputError(hidden.map(unknownField));
    }
    if (metadata.type === 'body' && !isJsonObject(value)) {
      throw new InvalidInputError([{ field: 'body', message: 'must be a JSON object' }]);
    }
    return (await super.transform(value, metadata)) as unknown;
  }
}

const isJsonObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unknownField = (field: string): FieldError => ({ field, message: 'is not known here' });

function fieldError({ property, constraints = {} }: ValidationError): FieldError {
  if ('whitelistValidation' in constraints) return unknownField(property);
  return { field: property, message: Object.values(constraints)[0] ?? 'is not valid' };
}
