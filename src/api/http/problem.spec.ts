import {
  BadRequestException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import { DatabaseUnavailableError } from '../../storage/database-unavailable.js';
import { JournalUnavailableError } from '../../journal/journal-group.js';
import {
  InvalidInputError,
  NoSuchResourceError,
  NotAuthenticatedError,
  NotLocalError,
  problemOf,
  WrongMediaTypeError,
  WrongMethodError,
} from './problem.js';

const tooLarge = Object.assign(new Error('request entity too large'), {
  statusCode: 413,
  expose: true,
});
const secret = 'password=hunter2';

describe('the problem of', () => {
  it.each<[string, unknown, number, string]>([
    ['invalid input', new InvalidInputError([]), 400, 'the request is not valid'],
    ['a name nobody has', new NoSuchResourceError('name', 'no such thing'), 404, 'no such thing'],
    ['a route that is none', new NotFoundException('Cannot GET /x'), 404, 'there is no such route'],
    ['a wrong method', new WrongMethodError(['GET']), 405, 'this route answers GET'],
    [
      'a path that cannot be decoded',
      new BadRequestException(`Failed to decode param '${secret}%'`),
      400,
      'the path is malformed and cannot be read',
    ],
    [
      'a body that is no JSON',
      new BadRequestException(`"${secret}" is not valid JSON`),
      400,
      'the body is malformed and cannot be read',
    ],
    ['a body that is too large', tooLarge, 413, 'the body is larger than this service takes'],
    [
      'Redis being away',
      new JournalUnavailableError(secret),
      503,
      'Redis does not answer now; try again later',
    ],
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

  it.each<[string, unknown, number, string]>([
    ['a name nobody has', new NoSuchResourceError('name', 'x'), 404, 'name'],
    ['a route that is none', new NotFoundException('x'), 404, 'path'],
    ['a wrong method', new WrongMethodError(['GET']), 405, 'method'],
    ['a missing token', new NotAuthenticatedError(false), 401, 'Authorization'],
    ['a wrong token', new NotAuthenticatedError(true), 401, 'Authorization'],
    ['a page of elsewhere', new NotLocalError('Origin'), 403, 'Origin'],
    ['a form', new WrongMediaTypeError(), 415, 'Content-Type'],
    ['a body that is too large', tooLarge, 413, 'body'],
    ['a body that is no JSON', new BadRequestException('x'), 400, 'body'],
  ])('%s names the field that is wrong', (_, error, status, field) => {
    const problem = problemOf(error, '/');
    expect(problem.status).toBe(status);
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(/./) }]);
  });

  it('an error that is not the client’s has no errors[]', () => {
    expect(problemOf(new Error('x'), '/')).not.toHaveProperty('errors');
  });

  it('a status has the title that HTTP gives it', () => {
    expect(problemOf(new DatabaseUnavailableError('x'), '/').title).toBe('Service Unavailable');
  });
});
