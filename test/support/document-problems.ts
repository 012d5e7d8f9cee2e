import path from 'node:path';
import {
  anchorsIn,
  fencedCode,
  inlineCode,
  linkTargets,
  projectPaths,
  textOf,
} from './documents.js';
import { applicationRoutes } from './routes.js';

const API_PREFIX = '/api/v1/health';
/** Of the OpenAPI document, which no controller serves. */
const MORE_ROUTES = ['GET /api/docs', 'GET /api/docs-json'];
const PATH = /^[\w.*-]+(\/[\w.*-]*)+$|^[\w.-]+\.(ts|mjs|cjs|json|md|yml|example)$/;
const COMMAND = /\bnpm (?:run )?(?:--silent )?([\w:-]+)/g;
const OF_NPM = ['ci', 'install'];
const ROUTE = /^(?:GET|PUT|POST|PATCH|DELETE) \/\S*$/;
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?==|$)/;
/** Variables of programs that documents speak of. */
const OF_OTHERS = ['REDISCLI_AUTH', 'NODE_EXTRA_CA_CERTS'];
const CODE = /^(src|migrations|scripts|test\/support)\/.*\.m?ts$|\.mjs$/;

/** The project, as far as documents speak of it. */
export class DocumentedProject {
  private constructor(
    private readonly paths: ReadonlySet<string>,
    private readonly code: string,
    private readonly commands: ReadonlySet<string>,
    readonly routes: readonly string[],
  ) {}

  static async read(): Promise<DocumentedProject> {
    const paths = await projectPaths();
    const { scripts } = JSON.parse(await textOf('package.json')) as { scripts: object };
    const texts = await Promise.all([...paths].filter((name) => CODE.test(name)).map(textOf));
    const commands = new Set([...Object.keys(scripts), ...OF_NPM]);
    return new DocumentedProject(paths, texts.join('\n'), commands, applicationRoutes());
  }

  /** What a document names and is not there, a line each. */
  async problems(file: string, text: string): Promise<string[]> {
    const named = inlineCode(text);
    const missing = (kind: string, names: readonly string[]): string[] =>
      [...new Set(names)].map((name) => `${file}: no ${kind} ${name}`);
    const targets = linkTargets(text);
    const areThere = await Promise.all(
      targets.map(async (target) => await this.hasTarget(file, text, target)),
    );
    const commands = [...text.matchAll(COMMAND)].map(([, name = '']) => name);
    const shown = fencedCode(text);
    const variables = named.flatMap((name) => VARIABLE.exec(name)?.[0] ?? []);
    return [
      ...missing(
        'target',
        targets.filter((_, index) => areThere[index] !== true),
      ),
      ...missing(
        'file',
        named.filter((name) => PATH.test(name) && !this.hasPath(name)),
      ),
      ...missing(
        'command',
        commands.filter((name) => !this.commands.has(name)),
      ),
      ...missing(
        'route',
        named.filter((name) => ROUTE.test(name) && !this.hasRoute(name)),
      ),
      ...missing(
        'variable',
        variables.filter(
          (name) => !this.hasWord(name) && !shown.includes(name) && !OF_OTHERS.includes(name),
        ),
      ),
    ];
  }

  /** Whether the code holds a word as it stands, or all that dots join in it. */
  hasWord(word: string): boolean {
    const isIn = (part: string): boolean =>
      new RegExp(`(?<!\\w)${part.replaceAll('.', '\\.')}(?!\\w)`).test(this.code);
    return isIn(word) || word.split('.').every(isIn);
  }

  private async hasTarget(file: string, text: string, target: string): Promise<boolean> {
    if (/^https?:/.test(target)) return true;
    const [name = '', anchor] = target.split('#');
    const found = path.join(path.dirname(file), name);
    if (name !== '' && !this.paths.has(found)) return false;
    if (anchor === undefined) return true;
    return anchorsIn(name === '' ? text : await textOf(found)).includes(anchor);
  }

  /** From the project's folder or from `src`; of the build, by what it is built from. */
  private hasPath(name: string): boolean {
    const written = name
      .replace(/\/$/, '')
      .replace(/^dist\/(.*)\.js$/, '$1.ts')
      .replaceAll('.', '\\.')
      .replaceAll('**/', '(.+/)?')
      .replaceAll(/(?<!\))\*/g, '[^/]*');
    const pattern = new RegExp(`^(src/)?${written}$`);
    return [...this.paths].some((one) => pattern.test(one));
  }

  /** With or without the prefix of the REST API; a query does not matter. */
  private hasRoute(route: string): boolean {
    const plain = route.replace(/\?.*$/, '');
    const known = [...this.routes, ...MORE_ROUTES];
    return known.includes(plain) || known.includes(plain.replace(' /', ` ${API_PREFIX}/`));
  }
}
