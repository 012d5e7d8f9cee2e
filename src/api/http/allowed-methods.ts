/** What a layer of Express's router shows. Source: router 2, lib/layer.js. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that some route answers at a path; empty where no route has it. */
export function allowedMethods(
  express: { readonly router: { readonly stack: readonly Layer[] } },
  path: string,
): string[] {
  const methods = express.router.stack
    .filter((layer) => layer.route !== undefined && layer.match(path))
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}).map((name) => name.toUpperCase()));
  const answered = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return [...new Set(answered)].sort();
}
