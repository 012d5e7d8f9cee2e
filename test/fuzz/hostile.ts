/**
 * Pieces known to hurt programs that read JSON or text. As bytes where no JavaScript string could carry
 * them.
 */

/** Values of JSON, and some that only look like it, as source text. */
export const HOSTILE_VALUES: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1e400',
    '-1e400',
    '1e-400',
    '5e-324',
    '1.7976931348623157e308',
  ],
  ...['9007199254740993', '9'.repeat(400), '01', '.5', '+1', 'NaN', 'Infinity', 'undefined', ''],
  ...['""', '" "', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\u2028"'],
  ...['"\\r\\nSet-Cookie: a=b"', '"\\u001b[2J"', '"\\u202e"', '"%00"', '"../../etc"', '"\\ufeff"'],
  ...[`"'; DROP TABLE health_messages; --"`, '"<script>alert(1)</script>"', '"$1"', '"{{7*7}}"'],
  ...['"infinity"', '"-infinity"', '"now"', '"epoch"', '"today"', '"NaN"', '"1e400"'],
  ...[
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:60Z"',
    '"+275760-09-13"',
    '"2024-02-30"',
    '8.64e15',
  ],
  ...['[]', '{}', '[null]', '{"__proto__":{"status":"up"}}', '{"constructor":{"prototype":{}}}'],
  `"${'x'.repeat(201)}"`,
  `"${'\u{1f422}'.repeat(200)}"`,
  `${'['.repeat(70)}${']'.repeat(70)}`,
  `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
];

/** Keys, without their quotes, as source text. */
export const HOSTILE_KEYS: readonly string[] = [
  ...['service_name', 'service', 'status', 'timestamp', 'message_id', 'id', 'instance_id'],
  ...['response_time_ms', 'ttl_seconds', 'message', 'version', 'pattern', 'data'],
  ...['specversion', 'source', 'type', 'time', 'health_monitor'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'hasOwnProperty', 'length'],
  ...['', '\\u0000', '\\ud800', 'd\\u0061ta', '\\u0073tatus', '\\"data\\":', 'a.b', '0'],
];

/** Bytes that are no UTF-8, or no text. */
export const HOSTILE_BYTES: readonly Buffer[] = [
  ...['\0', '\\u0000', '\ufeff', '\u2028', '\u00a0', '\v', '\r\n', '\x1b[31m', '"', '\\', '{', '}'],
  ...['[', ']', ',', ':', '//', '/**/', '"a":1,', ' '.repeat(100), '\\\\'.repeat(50), '{}{}'],
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0xff]),
    Buffer.from([0xc0, 0x80]), // NUL, overlong
    Buffer.from([0xed, 0xa0, 0x80]), // a surrogate
    Buffer.from([0xf4, 0x90, 0x80, 0x80]), // beyond U+10FFFF
    Buffer.from([0xe2, 0x82]), // cut short
  ]);
