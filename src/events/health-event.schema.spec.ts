import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeHealthEvent } from './decoder.js';
import { MAX_DEPTH } from './document.js';
import { MAX_ID_CHARACTERS, MAX_NAME_CHARACTERS, MAX_TTL_SECONDS } from './fields.js';
import { VOCABULARY } from './status-vocabulary.js';
import { MAX_TIMESTAMP_MS } from './timestamp.js';

/** The keywords that the schema uses and that this spec understands. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const schema = JSON.parse(
  readFileSync(join(process.cwd(), 'docs/health-event.schema.json'), 'utf8'),
) as Schema;

const UNDERSTOOD = new Set([
  ...['$schema', '$id', '$ref', '$defs', 'title', 'description', 'default', 'examples'],
  ...['type', 'enum', 'anyOf', 'required', 'properties', 'additionalProperties'],
  ...['pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum'],
]);

const definition = (name: string): Schema => schema.$defs?.[name] ?? {};

/** RFC 3339, as the format `date-time` demands; whether the day exists is left to the decoder. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function accepts(rule: Schema, value: unknown): boolean {
  const referred = rule.$ref === undefined ? {} : definition(rule.$ref.replace('#/$defs/', ''));
  return (
    (rule.$ref === undefined || accepts(referred, value)) &&
    (rule.type === undefined || isOfType(value, rule.type)) &&
    (rule.anyOf === undefined || rule.anyOf.some((option) => accepts(option, value))) &&
    (typeof value !== 'string' || acceptsText(rule, value)) &&
    (typeof value !== 'number' || acceptsNumber(rule, value)) &&
    (typeof value !== 'object' || acceptsObject(rule, value as Record<string, unknown>))
  );
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function acceptsText(rule: Schema, text: string): boolean {
  const { length } = Array.from(text);
  return (
    length >= (rule.minLength ?? 0) &&
    length <= (rule.maxLength ?? Infinity) &&
    (rule.pattern === undefined || new RegExp(rule.pattern, 'u').test(text)) &&
    (rule.format === undefined || DATE_TIME.test(text))
  );
}

function acceptsNumber(rule: Schema, value: number): boolean {
  return value >= (rule.minimum ?? -Infinity) && value <= (rule.maximum ?? Infinity);
}

function acceptsObject(rule: Schema, value: Record<string, unknown> | null): boolean {
  if (value === null) return true;
  return (
    (rule.required ?? []).every((key) => Object.hasOwn(value, key)) &&
    Object.entries(rule.properties ?? {}).every(
      ([key, property]) => !Object.hasOwn(value, key) || accepts(property, value[key]),
    )
  );
}

function isDecoded(document: unknown): boolean {
  const raw = Buffer.from(JSON.stringify(document));
  return decodeHealthEvent(raw, 'health:events', { maxBytes: 262_144 }).ok;
}

const event = (fields: Record<string, unknown>): Record<string, unknown> => ({
  service_name: 'payments',
  status: 'up',
  ...fields,
});

describe('the published schema', () => {
  it('uses only keywords that this spec understands', () => {
    const visit = (rule: Schema): string[] => [
      ...Object.keys(rule).filter((key) => !UNDERSTOOD.has(key)),
      ...Object.values(rule.properties ?? {}).flatMap(visit),
      ...Object.values(rule.$defs ?? {}).flatMap(visit),
      ...(rule.anyOf ?? []).flatMap(visit),
    ];
    expect(visit(schema)).toEqual([]);
  });

  it('has the limits and the words of the decoder', () => {
    expect(definition('name').maxLength).toBe(MAX_NAME_CHARACTERS);
    expect(definition('id').maxLength).toBe(MAX_ID_CHARACTERS);
    expect(schema.properties?.['ttl_seconds']?.maximum).toBe(MAX_TTL_SECONDS);
    expect(schema.properties?.['timestamp']?.anyOf?.[1]?.maximum).toBe(MAX_TIMESTAMP_MS);
    expect(schema.description).toContain(`${MAX_DEPTH} levels`);
    for (const [status, words] of Object.entries(VOCABULARY)) {
      expect(definition(status).enum).toEqual(words);
    }
  });

  it.each([
    event({}),
    { service: 'a', status: 'fluffy' },
    event({ service_name: '😀'.repeat(200), instance_id: 'a b' }),
    event({ timestamp: '2026-02-03T04:05:06.789Z' }),
    event({ timestamp: '2026-02-03T04:05:06+01:00' }),
    event({ timestamp: 1_700_000_000.5 }),
    event({ timestamp: 1_700_000_000_000 }),
    event({ message_id: 'x' }),
    event({ id: '😀'.repeat(128) }),
    event({ response_time_ms: 0 }),
    event({ ttl_seconds: 0 }),
    event({ ttl_seconds: 604_800 }),
    event({ message: 'x'.repeat(5000) }),
    event({ version: [1], checks: null, metrics: 1, metadata: {}, anything: 'else' }),
  ])('accepts, as the decoder does, %j', (document) => {
    expect([accepts(schema, document), isDecoded(document)]).toEqual([true, true]);
  });

  it.each([
    {},
    [],
    { status: 'up' },
    { service_name: 'a' },
    event({ service_name: '' }),
    event({ service_name: ' ' }),
    event({ service_name: 'x'.repeat(201) }),
    event({ service_name: 'a\u0085b' }),
    event({ service_name: 'a\ud800' }),
    event({ status: '' }),
    event({ status: 1 }),
    event({ timestamp: 'yesterday' }),
    event({ timestamp: true }),
    event({ timestamp: 1e18 }),
    event({ message_id: '' }),
    event({ message_id: 'x'.repeat(129) }),
    event({ message_id: 'a\0' }),
    event({ id: 1.5 }),
    event({ instance_id: 3 }),
    event({ instance_id: '' }),
    event({ response_time_ms: -1 }),
    event({ response_time_ms: '1' }),
    event({ ttl_seconds: -1 }),
    event({ ttl_seconds: 0.5 }),
    event({ ttl_seconds: 604_801 }),
    event({ message: 7 }),
  ])('refuses, as the decoder does, %j', (document) => {
    expect([accepts(schema, document), isDecoded(document)]).toEqual([false, false]);
  });

  it('accepts nothing that the decoder refuses', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 210 }),
      fc.constantFrom('', ' ', '\ud800', 'a\0', '\u2028', '2026-02-03T04:05:06Z', -0),
      fc.double(),
      fc.integer(),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const keys = Object.keys(schema.properties ?? {});
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (fields) => {
        const document = JSON.parse(JSON.stringify(event(fields))) as Record<string, unknown>;
        if (accepts(schema, document)) expect(isDecoded(document)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
