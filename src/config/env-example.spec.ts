import { readFileSync } from 'node:fs';
import { type Environment, SECRETS, VARIABLES } from './environment.js';
import { loadEnvironment } from './load.js';

interface Listed {
  readonly name: string;
  readonly value: string;
  /** True where the line is a comment: without a default, or with a computed one. */
  readonly isCommentedOut: boolean;
  readonly sentence: string;
}

const ASSIGNMENT = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/;

/** The variables of the file, each with the comment lines right above it. */
function readExample(): Listed[] {
  const listed: Listed[] = [];
  let comment: string[] = [];
  for (const line of readFileSync('.env.example', 'utf8').split('\n')) {
    const [, mark, name, value] = ASSIGNMENT.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      listed.push({ name, value, isCommentedOut: mark !== undefined, sentence: comment.join(' ') });
    }
    comment = name === undefined && line.startsWith('# ') ? [...comment, line.slice(2)] : [];
  }
  return listed;
}

const REQUIRED: readonly string[] = ['DATABASE_URL', 'REDIS_URL'];
const COMPUTED: readonly string[] = [
  'HEALTH_API_TOKEN',
  'HEALTH_BASE_URL',
  'HEALTH_INSTANCE_ID',
  'HEALTH_WEBHOOK_URL',
  'HEALTH_WEBHOOK_SECRET',
  'LOG_FORMAT',
];

const example = readExample();
const defaults: Environment = loadEnvironment({
  DATABASE_URL: 'postgres://db/health',
  REDIS_URL: 'redis://redis',
});

describe('.env.example', () => {
  it('lists every variable and none else, in the order of the schema', () => {
    expect(example.map(({ name }) => name)).toEqual(VARIABLES);
  });

  it.each(example)('says in a sentence what $name is', ({ sentence }) => {
    expect(sentence).toMatch(/^\S.{10,}\.$/);
  });

  it.each(example.filter(({ name }) => !REQUIRED.includes(name) && !COMPUTED.includes(name)))(
    'shows the default of $name',
    ({ name, value, isCommentedOut }) => {
      expect(isCommentedOut).toBe(false);
      expect(value).toBe(String(defaults[name as keyof Environment]));
    },
  );

  it.each(COMPUTED)('leaves %s out, whose default is computed or nothing', (name) => {
    expect(example.find((listed) => listed.name === name)).toMatchObject({
      value: '',
      isCommentedOut: true,
      sentence: expect.stringContaining('Default: '),
    });
  });

  it.each(REQUIRED)('says that %s is required', (name) => {
    const sentence = example.find((listed) => listed.name === name)?.sentence;
    expect(sentence).toMatch(/\brequired\b/);
  });

  it.each(SECRETS)('says that %s can be given as a file', (name) => {
    expect(example.find((listed) => listed.name === name)?.sentence).toContain(`${name}_FILE`);
  });

  it('is a configuration that starts', () => {
    const source = Object.fromEntries(
      example.filter((listed) => !listed.isCommentedOut).map(({ name, value }) => [name, value]),
    );
    expect(() => loadEnvironment(source)).not.toThrow();
  });
});
