import { DocumentedProject } from '../support/document-problems.js';
import { documents, inlineCode, textOf } from '../support/documents.js';

const files = await documents();
const project = await DocumentedProject.read();

const WRONG = `
# A heading

[a](docs/none.md) [b](README.md#no-such-heading) [c](#a-heading) [d](docs/glossary.md#times) [e](https://example.org)

\`src/none/file.ts\` \`src/config/none*.ts\` \`src/config/*.spec.ts\` \`consumer/committer.ts\` \`dist/src/main.js\`
\`GET /none\` \`GET /services/{name}\` \`GET /api/v1/health/dashboard?limit=1\` \`HEALTH_NONE=1\` \`PORT\`
\`HEALTH_CHANNELS\` \`TEST_REDIS_URL\`

\`\`\`sh
npm run none -- --option && npm run bench && npm ci
\`\`\`
`;

it('what a document names and is not there is found, and nothing else', async () => {
  expect(await project.problems('WRONG.md', WRONG)).toEqual([
    'WRONG.md: no target docs/none.md',
    'WRONG.md: no target README.md#no-such-heading',
    'WRONG.md: no file src/none/file.ts',
    'WRONG.md: no file src/config/none*.ts',
    'WRONG.md: no command none',
    'WRONG.md: no route GET /none',
    'WRONG.md: no variable HEALTH_NONE',
  ]);
});

describe.each(files)('%s', (file) => {
  it('names only links, files, commands, routes and variables that are there', async () => {
    expect(await project.problems(file, await textOf(file))).toEqual([]);
  });
});

it('every route is named in a document', async () => {
  const text = (await Promise.all(files.map(textOf))).join('\n');
  const isNamed = (route: string): boolean => {
    const path = route.replace(/^\S+ (\/api\/v1\/health)?/, '');
    return new RegExp(`[ \`]${path.replaceAll(/[{}]/g, '\\$&')}[\`?]`).test(text);
  };
  expect(project.routes.length).toBeGreaterThan(0);
  expect(project.routes.filter((route) => !isNamed(route))).toEqual([]);
});

it('the glossary shows its words where the code has them', async () => {
  const lines = (await textOf('docs/glossary.md')).split('\n');
  const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').at(-2));
  const words = cells
    .flatMap((cell) => inlineCode(cell ?? ''))
    .filter((word) => /^[a-z][a-z_.]*$/.test(word));
  expect(words).toContain('due_at');
  expect(words.filter((word) => !project.hasWord(word))).toEqual([]);
});

it('every dependency has one version, and what the product needs has its reason written down', async () => {
  const { dependencies, devDependencies } = JSON.parse(await textOf('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  const told = inlineCode(await textOf('docs/dependencies.md'));
  const names = Object.keys(dependencies);
  expect(
    names.filter((name) => !told.includes(name) && !told.includes(name.replace(/^@.*\//, ''))),
  ).toEqual([]);
  expect(await textOf('package-lock.json')).not.toContain('"resolved"');
});
