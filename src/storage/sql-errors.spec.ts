import { classify, type ErrorClass, sqlStateOf } from './sql-errors.js';

/** As the driver reports an error of the server. */
const serverError = (code: string): Error => Object.assign(new Error('refused'), { code });

/** Source: guarantees.md, errors, by what to do; names from PostgreSQL, appendix A. */
const BY_CODE: readonly (readonly [code: string, name: string, errorClass: ErrorClass])[] = [
  ['08000', 'connection_exception', 'transient'],
  ['08003', 'connection_does_not_exist', 'transient'],
  ['08006', 'connection_failure', 'transient'],
  ['08P01', 'protocol_violation', 'transient'],
  ['53000', 'insufficient_resources', 'transient'],
  ['53100', 'disk_full', 'transient'],
  ['53200', 'out_of_memory', 'transient'],
  ['53300', 'too_many_connections', 'transient'],
  ['57P01', 'admin_shutdown', 'transient'],
  ['57P02', 'crash_shutdown', 'transient'],
  ['57P03', 'cannot_connect_now', 'transient'],
  ['57014', 'query_canceled', 'transient'],
  ['55P03', 'lock_not_available', 'transient'],
  ['40001', 'serialization_failure', 'transient'],
  ['40P01', 'deadlock_detected', 'transient'],
  ['25006', 'read_only_sql_transaction', 'transient'],
  ['58030', 'io_error', 'transient'],
  ['22001', 'string_data_right_truncation', 'data'],
  ['22003', 'numeric_value_out_of_range', 'data'],
  ['22008', 'datetime_field_overflow', 'data'],
  ['22021', 'character_not_in_repertoire', 'data'],
  ['22P02', 'invalid_text_representation', 'data'],
  ['22P05', 'untranslatable_character', 'data'],
  ['23502', 'not_null_violation', 'data'],
  ['23514', 'check_violation', 'data'],
  ['21000', 'cardinality_violation', 'data'],
  ['54000', 'program_limit_exceeded', 'data'],
  ['42P01', 'undefined_table', 'deployment'],
  ['42703', 'undefined_column', 'deployment'],
  ['42501', 'insufficient_privilege', 'deployment'],
  ['42601', 'syntax_error', 'deployment'],
  ['28000', 'invalid_authorization_specification', 'deployment'],
  ['28P01', 'invalid_password', 'deployment'],
  ['3D000', 'invalid_catalog_name', 'deployment'],
  ['23505', 'unique_violation', 'unknown'],
  ['XX000', 'internal_error', 'unknown'],
  ['P0001', 'raise_exception', 'unknown'],
];

describe('an error of PostgreSQL', () => {
  it.each(BY_CODE)('%s (%s) is %s', (code, _name, errorClass) => {
    expect(classify(serverError(code))).toBe(errorClass);
    expect(sqlStateOf(serverError(code))).toBe(code);
  });

  it('is told by its code, whatever its text says', () => {
    const error = Object.assign(new Error('Connection terminated'), { code: '22003' });
    expect(classify(error)).toBe('data');
  });
});

describe('an error of the connection', () => {
  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'],
    ...['ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'ENFILE'],
  ])('%s is transient, and no SQLSTATE', (code) => {
    expect(classify(serverError(code))).toBe('transient');
    expect(sqlStateOf(serverError(code))).toBeNull();
  });

  it.each([
    ['Connection terminated'],
    ['Connection terminated unexpectedly'],
    ['Connection terminated due to connection timeout'],
    ['timeout exceeded when trying to connect'],
    ['Query read timeout'],
    ['Client has encountered a connection error and is not queryable'],
    ['Client was closed and is not queryable'],
  ])('that the driver reports by its text alone is transient: %s', (text) => {
    expect(classify(new Error(text))).toBe('transient');
  });

  it('is that of the first address tried where there were several', () => {
    const refused = serverError('ECONNREFUSED');
    expect(classify(new AggregateError([refused, new Error('x')]))).toBe('transient');
    expect(classify(new AggregateError([]))).toBe('unknown');
  });
});

describe('anything else', () => {
  it.each([
    ['an error without a code', new Error('boom')],
    ['a code that is none of PostgreSQL', serverError('ERR_STRING_TOO_LONG')],
    ['a code in lower case', serverError('xx00a')],
    ['a code that is a number', Object.assign(new Error('x'), { code: 22003 })],
    ['a text', 'Connection terminated'],
    ['nothing', undefined],
    ['null', null],
  ])('is unknown and has no SQLSTATE: %s', (_name, error) => {
    expect(classify(error)).toBe('unknown');
    expect(sqlStateOf(error)).toBeNull();
  });
});
