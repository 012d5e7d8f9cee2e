import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems } from './problem-responses.js';

/** Name of the scheme in the document. */
export const TOKEN_SCHEME = 'HEALTH_API_TOKEN';

/** A route that changes something: who may is decided by the guard, from the method alone. */
export const ChangingRoute = (instance: string): MethodDecorator =>
  applyDecorators(ApiBearerAuth(TOKEN_SCHEME), ApiProblems(instance, 401, 403));
