import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { RawJson } from '../http/raw-json.js';

/** What a route answers when all is well, with an example of it. */
export const ApiAnswer = <Body extends object>(
  type: Type<Body>,
  example: Plain<Body>,
): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(type),
    ApiResponse({
      status: 200,
      description: 'OK',
      content: { 'application/json': { schema: { $ref: getSchemaPath(type) }, example } },
    }),
  );

/** A body as it travels: documents that are passed through are any JSON. */
type Plain<Body> = {
  readonly [Key in keyof Body]: Body[Key] extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : Body[Key] extends RawJson | null
      ? unknown
      : Body[Key];
};
