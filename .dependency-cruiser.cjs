/**
 * Who may import whom (docs/data-path.md): imports point down the data path, and nothing goes round.
 */
const layer = (name, allowed) => ({
  name: `${name}-imports`,
  comment: `src/${name} may import only: ${[name, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: '^(src|migrations)/',
    pathNot: `^(src/(${[name, ...allowed].join('|')})/|migrations/)`,
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-domain',
      comment: 'events and the pure part of status know no framework, database or Redis',
      severity: 'error',
      from: {
        path: '^src/(events/|status/(projection|aggregation|timeline|lives|position|listening|deadline|thresholds|replacement|sweep-decision|settings|coverage|uptime)\\.ts)',
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: 'node_modules/(?!@types/node/)' },
    },
    {
      name: 'pure-domain-inside',
      severity: 'error',
      from: {
        path: '^src/status/(projection|aggregation|timeline|lives|position|listening|deadline|thresholds|replacement|sweep-decision|settings|coverage|uptime)\\.ts',
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: '^src/', pathNot: '^src/(events|observation|status)/' },
    },
    {
      name: 'only-config-reads-the-environment',
      comment: 'dotenv and its kin belong nowhere else',
      severity: 'error',
      from: { pathNot: '^src/config/' },
      to: { path: 'node_modules/(dotenv|@nestjs/config)/' },
    },
    {
      name: 'only-the-root-names-every-module',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/(app\\.module|main)\\.ts$' },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    layer('config', []),
    layer('events', []),
    layer('observability', ['config']),
    layer('runtime', ['config', 'observability']),
    layer('observation', ['config', 'events', 'observability', 'runtime']),
    layer('journal', ['config', 'events', 'observability', 'observation', 'runtime']),
    layer('ingest', ['config', 'events', 'journal', 'observability', 'observation', 'runtime']),
    layer('storage', ['config', 'events', 'observability', 'runtime']),
    layer('status', ['config', 'events', 'observability', 'observation', 'runtime', 'storage']),
    layer('retention', ['config', 'events', 'observability', 'runtime', 'status', 'storage']),
    layer('dead-letters', [
      'config',
      'consumer',
      'events',
      'observability',
      'runtime',
      'status',
      'storage',
    ]),
    layer('alerts', [
      'config',
      'consumer',
      'journal',
      'observability',
      'observation',
      'runtime',
      'storage',
    ]),
    {
      name: 'pure-alerts',
      comment: 'the rules of alerts and their hysteresis know no framework, database or Redis',
      severity: 'error',
      from: { path: '^src/alerts/(alert|figures|findings|hysteresis|rules|watch)\\.ts' },
      to: { path: 'node_modules/|^src/(?!alerts/|observation/gap-cause)' },
    },
    layer('webhook', ['config', 'events', 'observability', 'runtime', 'storage']),
    layer('consumer', [
      'config',
      'events',
      'journal',
      'observability',
      'observation',
      'runtime',
      'status',
      'storage',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
