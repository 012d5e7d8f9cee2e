import { SNAPSHOTS } from '../../src/status/rebuild.sql.js';
import { type CommandResult, runCommand } from '../support/command.js';
import { fleet } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const EVENTS = 6_000;
const PER_SECOND = 1_000;
const SERVICES = 12;

const stage = useStage();

const rebuild = async (...options: string[]): Promise<CommandResult> =>
  await runCommand('src/cli/rebuild-status.js', stage.scope.environment, options);

const rows = async (): Promise<Record<string, string[]>> => {
  const told: Record<string, string[]> = {};
  for (const [table, text] of Object.entries(SNAPSHOTS)) {
    const found: string[] = [];
    for (let service = 0; service < SERVICES; service += 1) {
      const all = await stage.scope.sql<{ key: string; value: string }>(text, [
        `service-${service}`,
      ]);
      found.push(...all.map(({ key, value }) => `${key}: ${value}`));
    }
    told[table] = found.sort();
  }
  return told;
};

it('a rebuild while two instances consume changes nothing, and finds out what was changed', async () => {
  const { scope } = stage;
  const apps = await stage.startMany(2);
  const events = fleet({ events: EVENTS, services: SERVICES, eventsPerStatus: 3 });
  const publishing = publishAtRate(scope, PER_SECOND, events);
  for (let turn = 0; turn < 3; turn += 1) {
    const during = await rebuild();
    expect(during).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing differed') });
  }
  await publishing;
  await settled(scope, apps);

  expect((await rebuild()).stdout).toBe(`rebuilt ${SERVICES} services: nothing differed\n`);
  expect(await scope.count('health_status_changes', `reason = 'rebuild'`)).toBe(0);

  const before = await rows();
  await scope.sql(`UPDATE service_instances SET current_status = 'degraded', reported_status = 'degraded'
                    WHERE service_name = 'service-3'`);
  await scope.sql(`DELETE FROM health_transitions WHERE service_name = 'service-5'`);
  const looked = await rebuild('--dry-run');
  expect(looked.stdout).toMatch(
    /compared 12 services; differed: .*service_instances, .*health_transitions/,
  );
  expect(await rows()).not.toEqual(before);
  expect((await rebuild()).stdout).toMatch(/rebuilt 12 services; differed/);
  expect(await rows()).toEqual(before);

  await scope.sql(
    `TRUNCATE health_transitions, health_silences, service_instances, service_status`,
  );
  expect(await rebuild()).toMatchObject({ code: 0 });
  expect(await rows()).toEqual(before);
});

it('a rebuild says in one line what is wrong with its options', async () => {
  expect(await rebuild('--now')).toEqual({
    code: 2,
    stdout: '',
    errorLines: ['unknown option --now; options: --dry-run'],
  });
});
