import {
  BadRequestException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import { DatabaseUnavailableError } from '../../storage/database.js';
import { InvalidInputError, NoSuchResourceError, problemOf, WrongMethodError } from './problem.js';

const tooLarge = Object.assign(new Error('request entity too large'), {
  statusCode: 413,
  expose: true,
});
const secret = 'password=hunter2';

describe('the problem of', () => {
  it.each<[string, unknown, number, string]>([
    ['invalid input', new InvalidInputError([]), 400, 'the request is not valid'],
    ['a name nobody has', new NoSuchResourceError('no such thing'), 404, 'no such thing'],
    ['a route that is none', new NotFoundException('Cannot GET /x'), 404, 'there is no such route'],
    ['a wrong method', new WrongMethodError(['GET']), 405, 'this route answers GET'],
    ['a path that cannot be decoded', new BadRequestException('no UTF-8'), 400, 'no UTF-8'],
    ['a body that is too large', tooLarge, 413, 'request entity too large'],
    [
      'a database outage',
      new DatabaseUnavailableError(secret),
      503,
      'the database does not answer now; try again later',
    ],
    ['a bug', new TypeError(secret), 500, 'the server failed to answer; its log says why'],
    [
      "the framework's own failure",
      new InternalServerErrorException(secret),
      500,
      'the server failed to answer; its log says why',
    ],
    ['something that is no error', secret, 500, 'the server failed to answer; its log says why'],
  ])('%s says what the client may know', (_, error, status, detail) => {
    const problem = problemOf(error, '/path');
    expect(problem).toMatchObject({ type: 'about:blank', status, detail, instance: '/path' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('invalid input names every field', () => {
    const errors = [{ field: 'limit', message: 'must be a number' }];
    expect(problemOf(new InvalidInputError(errors), '/').errors).toEqual(errors);
  });

  it('anything else has no errors[]', () => {
    expect(problemOf(new Error('x'), '/')).not.toHaveProperty('errors');
  });

  it('a status has the title that HTTP gives it', () => {
    expect(problemOf(new DatabaseUnavailableError('x'), '/').title).toBe('Service Unavailable');
  });
});
