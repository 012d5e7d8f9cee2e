import fc from 'fast-check';
import type { Parameter, Route, Schema } from './openapi.js';

/** A request made from a route's description. */
export interface GeneratedRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly body: string | null;
  /** Parameters whose value the description does not allow; sorted. */
  readonly wrong: readonly string[];
}

/** A value as it stands in the URL or the body, and whether the description allows it. */
interface Value {
  readonly text: string;
  readonly isRight: boolean;
}

const right = (text: string): Value => ({ text: encodeURIComponent(text), isRight: true });
const wrong = (text: string): Value => ({ text: encodeURIComponent(text), isRight: false });

const ODD_TEXTS = [
  "'; DROP TABLE service_status; --",
  '<script>alert(1)</script>',
  '%',
  '%25%00',
  '../../etc/passwd',
  '😀',
  'ä ö',
  '\\',
  '"',
  '{}',
  'null',
];

function values({ name, schema }: Parameter): fc.Arbitrary<Value> {
  if (schema.enum !== undefined) {
    const words = schema.enum.map(String);
    return fc.oneof(
      fc.constantFrom(...words).map(right),
      fc
        .constantFrom('', words[0]?.toUpperCase() ?? '', `${words[0] ?? ''} `, 'x', ...ODD_TEXTS)
        .map(wrong),
    );
  }
  if (schema.type === 'integer') return integers(schema);
  if (schema.format === 'date-time') return moments(name);
  if (name === 'cursor') {
    return fc
      .constantFrom('', 'x', 'WyJzZXJ2aWNlcyIsMV0', 'W10', 'bnVsbA', ...ODD_TEXTS)
      .map(wrong);
  }
  if (schema.pattern !== undefined) {
    const pattern = new RegExp(schema.pattern);
    return fc.oneof(
      fc.stringMatching(pattern).map(right),
      fc.constantFrom('', '0', '24', ...ODD_TEXTS).map(wrong),
    );
  }
  const maxLength = schema.maxLength ?? 100;
  return fc.oneof(
    fc.constantFrom('a', 'checkout', ...ODD_TEXTS, '😀'.repeat(maxLength)).map(right),
    fc.string({ maxLength: 20, unit: 'grapheme-ascii' }).map(right),
    fc.constantFrom('\0', 'a\nb', '\u007f', 'x'.repeat(maxLength + 1)).map(wrong),
  );
}

const integers = ({ minimum = 0, maximum = 1e9 }: Schema): fc.Arbitrary<Value> =>
  fc.oneof(
    fc.integer({ min: minimum, max: maximum }).map((number) => right(String(number))),
    fc.constantFrom(minimum - 1, maximum + 1, 1.5, 1e21).map((number) => wrong(String(number))),
    fc.constantFrom('', ' 5', '+5', '0x10', '1e1', 'five', 'NaN', '١', ...ODD_TEXTS).map(wrong),
  );

/** `from` lies in the past and `to` in the future, so that right ones belong together. */
function moments(name: string): fc.Arbitrary<Value> {
  const years = name === 'from' ? { min: 1971, max: 2020 } : { min: 2100, max: 9999 };
  return fc.oneof(
    fc
      .tuple(
        fc.integer(years),
        fc.constantFrom('-02-03T04:05:06.789Z', '-02-03', '-02-03T04:05+01:00'),
      )
      .map(([year, rest]) => right(`${year}${rest}`)),
    fc
      .constantFrom(
        '',
        'yesterday',
        '2020-13-01',
        '2020-02-30',
        '-271821-04-20',
        '+010000-01-01',
        '12:00',
        '1700000000',
        ...ODD_TEXTS,
      )
      .map(wrong),
  );
}

/** The parts of a path: names that are there, names that are not, and what is no name at all. */
const pathValues = (known: readonly string[]): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.constantFrom(...known),
      fc.constantFrom(...ODD_TEXTS, '\0', 'a\nb', 'x'.repeat(201), '0', '1', '-1', '9'.repeat(30)),
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    )
    .map((text) => encodeURIComponent(text.toWellFormed()))
    .filter((text) => !/^\.{0,2}$/.test(text));

const bodies = (schema: Schema): fc.Arbitrary<{ body: string; wrong: readonly string[] }> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [
          name,
          fc.oneof(
            fc
              .integer({ min: property.minimum ?? 0, max: property.maximum ?? 9 })
              .map((value): unknown => ({ value, isRight: true })),
            fc.constantFrom(-1, 1e9, 1.5, '2', null, [1], {}, true).map((value): unknown => ({
              value,
              isRight: value === null && property.nullable === true,
            })),
          ),
        ]),
      ),
      { requiredKeys: [] },
    )
    .chain((fields) =>
      fc.constantFrom({}, {}, { unknown: 1 }).map((extra) => {
        const entries = Object.entries(fields) as [string, { value: unknown; isRight: boolean }][];
        const missing = (schema.required ?? []).filter((name) => !(name in fields));
        return {
          body: JSON.stringify({
            ...Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
            ...extra,
          }),
          wrong: [
            ...entries.filter(([, { isRight }]) => !isRight).map(([name]) => name),
            ...missing,
            ...Object.keys(extra),
          ],
        };
      }),
    );

/** A range with both its ends has a length already. */
const withoutContradiction = <Given extends object>(given: Given): Partial<Given> =>
  'from' in given && 'to' in given ? { ...given, window: undefined } : given;

type Given = Readonly<Record<string, Value | undefined>>;

/** What works on many things wants a filter, or to be told that it means all. */
function withSelection(given: Given): Given {
  const isFiltered = ['reason', 'from', 'to'].some((name) => name in given);
  return isFiltered || given['all']?.isRight === false ? given : { ...given, all: right('true') };
}

/** Requests of one route, right and wrong ones, the same for the same seed. */
export function generatedRequests(
  { method, path, operation }: Route,
  schemas: Readonly<Record<string, object>>,
  known: readonly string[],
  count: number,
  seed: number,
): GeneratedRequest[] {
  const parameters = operation.parameters ?? [];
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const reference = operation.requestBody?.content['application/json'].schema.$ref;
  const schema = schemas[reference?.split('/').at(-1) ?? ''] as Schema | undefined;
  const requests = fc.record({
    path: fc.array(pathValues(known), { minLength: 4, maxLength: 4 }),
    given: fc
      .record(Object.fromEntries(query.map((one) => [one.name, values(one)])), { requiredKeys: [] })
      .map(withoutContradiction)
      .map((some) => (query.some(({ name }) => name === 'all') ? withSelection(some) : some)),
    // A parameter that no route knows, or one that is known given twice.
    // (With a body, the query's errors would be told before those of the body.)
    extra:
      schema !== undefined
        ? fc.constant(null)
        : fc.constantFrom(
            null,
            null,
            null,
            'unknown',
            '__proto__',
            'constructor',
            'toString',
            'twice',
          ),
    body: schema === undefined ? fc.constant(null) : bodies(schema),
  });
  // A probe takes parameters that it does not know: some probers add one against caches.
  const isLenient = !path.startsWith('/api/');
  return fc
    .sample(requests, { numRuns: count, seed })
    .map(({ path: parts, given, extra, body }) => {
      const entries = Object.entries(given).filter(
        (entry): entry is [string, Value] => entry[1] !== undefined,
      );
      const pairs = entries.map(([name, { text }]) => `${name}=${text}`);
      const wrongNames = entries.filter(([, { isRight }]) => !isRight).map(([name]) => name);
      const first = entries[0];
      if (extra === 'twice') {
        if (first !== undefined) {
          pairs.push(`${first[0]}=${first[1].text}`);
          wrongNames.push(first[0]);
        }
      } else if (extra !== null) {
        pairs.push(`${extra}=1`);
        if (!isLenient) wrongNames.push(extra);
      }
      let part = 0;
      const filled = path.replaceAll(/\{\w+\}/g, () => parts[part++ % parts.length] ?? 'x');
      return {
        method,
        target: pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`,
        body: body?.body ?? null,
        wrong: [...new Set([...wrongNames, ...(body?.wrong ?? [])])].sort(),
      };
    });
}
