// Stands in for the `docker` client. Knows just the commands that the provider may use, and refuses any
// other. A "container" is a process that listens on the port its service is to be published on.
// Run as: node fake-docker.mjs FOLDER ARGUMENT... ; what it is told to be is FOLDER/engine.json.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const [folder, ...args] = process.argv.slice(2);
const PROJECT = 'com.docker.compose.project';
const IMAGES = { timescaledb: 'timescale/timescaledb:2.19.3-pg17', redis: 'redis:8.0.6' };
const PORTS = { timescaledb: 'POSTGRES_PORT', redis: 'REDIS_PORT' };
const LISTEN = `require('node:net').createServer((socket) => socket.on('error', () => 0))
  .on('error', () => process.exit(1)).listen(+process.argv[1], '127.0.0.1', () => console.log('listens'))`;

const file = (name) => path.join(folder, name);
const { engine, composeVersion } = JSON.parse(readFileSync(file('engine.json'), 'utf8'));

/** @type {{ containers: { project: string, service: string, pid: number }[], volumes: string[] }} */
const state = existsSync(file('state.json'))
  ? JSON.parse(readFileSync(file('state.json'), 'utf8'))
  : { containers: [], volumes: [] };

async function main() {
  if (args[0] === 'version') return answer(engine, 'linux');
  if (args[0] === 'compose' && args[1] === 'version') return answer(composeVersion, composeVersion);
  if (args[0] === 'compose') return compose(args.slice(1));
  const [command, ...rest] = args;
  const of = (project) => state.containers.filter((one) => one.project === project);
  switch (`${command} ${rest.join(' ')}`.replace(/=health-monitor\S*/, '=NAME')) {
    case `ps --all --quiet --filter label=${PROJECT}=NAME`: {
      const project = rest.at(-1).split('=').at(-1);
      return print(of(project).map(({ service }) => `${project}/${service}`));
    }
    case `ps --all --filter label=${PROJECT} --format {{.Label "${PROJECT}"}}`:
      return print(state.containers.map(({ project }) => project));
    case `volume ls --filter label=${PROJECT} --format {{.Label "${PROJECT}"}}`:
      return print(state.volumes);
  }
  if (command === 'inspect' && rest[0] === '--format') {
    return print(
      rest.slice(2).map((id) => {
        const [project, service] = id.split('/');
        const { pid } = of(project).find((one) => one.service === service);
        return `${service} ${pid} ${IMAGES[service]}`;
      }),
    );
  }
  return refuse();
}

/** @param {readonly string[]} words after `docker compose` */
async function compose(words) {
  const [nameOption, project, fileOption, composeFile, envOption, envFile, command, ...rest] =
    words;
  if (nameOption !== '--project-name' || fileOption !== '--file') return refuse();
  if (!existsSync(composeFile) || envOption !== '--env-file' || envFile !== '/dev/null') {
    return refuse();
  }
  const own = () => state.containers.filter((one) => one.project === project);
  const running = (services) =>
    own().filter((one) => services.includes(one.service) && one.pid !== 0);
  switch (command) {
    case 'up': {
      const [detach, wait, ...services] = rest;
      if (detach !== '--detach' || wait !== '--wait') return refuse();
      record({ command, services, env: environment() });
      if (existsSync(file('up-fails'))) return fail('Bind for 127.0.0.1 failed: port is allocated');
      if (!state.volumes.includes(project)) state.volumes.push(project);
      for (const service of services) await start(project, service);
      return save();
    }
    case 'stop':
      record({ command, services: rest });
      return end(running(rest), 'SIGTERM');
    case 'kill': {
      const [option, signal, ...services] = rest;
      if (option !== '--signal') return refuse();
      record({ command, signal, services });
      return end(running(services), signal);
    }
    case 'down':
      record({ command, options: rest });
      end(running(Object.keys(IMAGES)), 'SIGTERM');
      state.containers = state.containers.filter((one) => one.project !== project);
      if (rest.includes('--volumes'))
        state.volumes = state.volumes.filter((one) => one !== project);
      return save();
    case 'exec': {
      const [option, service, ...program] = rest;
      if (option !== '--no-TTY' || running([service]).length === 0) return refuse();
      record({ command, service, program, input: await text(process.stdin) });
      return print([`output of ${program.join(' ')}`]);
    }
    default:
      return refuse();
  }
}

/** @param {string} project @param {string} service */
async function start(project, service) {
  const found = state.containers.find((one) => one.project === project && one.service === service);
  if (found && found.pid !== 0) return;
  const child = spawn(process.execPath, ['-e', LISTEN, process.env[PORTS[service]]], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve).once('end', resolve));
  child.unref();
  child.stdout.destroy();
  if (found) found.pid = child.pid;
  else state.containers.push({ project, service, pid: child.pid });
}

/** @param {readonly { pid: number }[]} containers @param {string} signal */
function end(containers, signal) {
  for (const container of containers) {
    process.kill(container.pid, signal);
    container.pid = 0;
  }
  save();
}

const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(POSTGRES|REDIS|HEALTH|SERVICES)_/.test(name)),
  );
const record = (call) => appendFileSync(file('calls.jsonl'), `${JSON.stringify(call)}\n`);
const save = () => writeFileSync(file('state.json'), JSON.stringify(state));
const print = (lines) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));
const refuse = () => fail(`unknown to the fake: ${args.join(' ')}`);

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

/** @param {string | null} kind "hangs", null = is not there @param {string} says */
function answer(kind, says) {
  if (kind === 'hangs') return void setInterval(() => undefined, 60_000);
  if (kind === null) return fail('Cannot connect to the Docker daemon');
  return print([says]);
}

await main();
