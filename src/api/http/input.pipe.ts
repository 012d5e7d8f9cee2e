import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { type FieldError, InvalidInputError } from './problem.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks what a request gives against the class of the parameter that takes it. A name that the
 * class does not know is an error, so that a misspelt filter never answers with everything; names
 * that every object inherits (`toString`, `__proto__`) are no exception.
 *
 * @throws InvalidInputError with every wrong field.
 */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new InvalidInputError(errors.map(fieldError)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (metatype === undefined || (type !== 'query' && type !== 'body')) {
      return (await super.transform(value, metadata)) as unknown;
    }
    if (!isObject(value)) {
      throw new InvalidInputError([{ field: type, message: 'must be a JSON object' }]);
    }
    const known = fieldsOf(metatype);
    const errors = Object.keys(value)
      .filter((name) => !known.has(name))
      .map((field): FieldError => ({ field, message: 'is not known here' }));
    const rest = Object.fromEntries(Object.entries(value).filter(([name]) => known.has(name)));
    try {
      const input: unknown = await super.transform(rest, metadata);
      if (errors.length === 0) return input;
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      errors.push(...error.errors);
    }
    throw new InvalidInputError(errors);
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that a class has a rule for; each of its fields has one. */
const fieldsOf = (metatype: Type): ReadonlySet<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(metatype, '', true, false)
      .map(({ propertyName }) => propertyName),
  );

const fieldError = ({ property, constraints = {} }: ValidationError): FieldError => ({
  field: property,
  message: Object.values(constraints)[0] ?? 'is not valid',
});
