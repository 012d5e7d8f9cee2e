import { ApiParam } from '@nestjs/swagger';
import { NoSuchResourceError } from '../http/problem.js';
import { isPossibleName, MAX_NAME_CHARACTERS } from './service-name.js';

/** Names a service in the path; `/` and all else that a path cannot hold is percent-encoded. */
export const NameParameter = (): MethodDecorator =>
  ApiParam({
    name: 'name',
    description: 'Name of the service, percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_NAME_CHARACTERS },
    example: 'checkout',
  });

export const InstanceParameter = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'Id of the instance, percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_NAME_CHARACTERS },
    example: 'checkout-7d9f-1',
  });

export const noSuchService = (): NoSuchResourceError =>
  new NoSuchResourceError('name', 'no service has this name');

/** @throws NoSuchResourceError for a name that no service can have. */
export function requirePossibleName(name: string): void {
  if (!isPossibleName(name)) throw noSuchService();
}
