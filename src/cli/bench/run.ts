import { writeFile } from 'node:fs/promises';
import { killAll } from './child.js';
import type { Figure } from './figures.js';
import { measureCopy } from './measure-copy.js';
import { measureDrain } from './measure-drain.js';
import { measureGuide } from './measure-guide.js';
import { measureLive } from './measure-live.js';
import type { BenchOptions, Measurement } from './options.js';
import { reportOf, tableOf } from './report.js';
import { privateServices, type PrivateServices } from '../private-services.js';
import { Workspace } from './workspace.js';

const INTERRUPTED = 130;

/**
 * Takes every measurement once a round, so that what disturbs the machine for a while disturbs all of
 * them; prints the table. Returns the exit code: 0 only if every figure is valid.
 */
export async function runBench(options: BenchOptions): Promise<number> {
  const interruption = new AbortController();
  const onSignal = (): void => {
    interruption.abort();
    killAll(); // the measurement under way fails, and what follows cleans up
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const services = await privateServices(process.env, 'bench');
    try {
      await runOn(services, options);
    } finally {
      await services.release();
    }
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return interruption.signal.aborted ? INTERRUPTED : 1;
  }
}

async function runOn(services: PrivateServices, options: BenchOptions): Promise<void> {
  const workspace = await Workspace.open(services);
  try {
    const figures = new Map<Measurement, Figure[]>();
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const name of options.measurements) {
        const figure = await measure(workspace, options, name, round);
        figures.set(name, [...(figures.get(name) ?? []), figure]);
        say(`round ${String(round)} of ${String(options.rounds)}, ${name}: ${lineOf(figure)}`);
      }
    }
    const report = await reportOf(workspace, options, figures);
    process.stdout.write(tableOf(report));
    if (options.jsonFile !== null) {
      await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    killAll();
    await workspace.close();
  }
}

async function measure(
  workspace: Workspace,
  { sizes, profileFolder }: BenchOptions,
  measurement: Measurement,
  round: number,
): Promise<Figure> {
  switch (measurement) {
    case 'copy':
      return await measureCopy(workspace, sizes.copyEvents, round);
    case 'guide':
      return await measureGuide(workspace, sizes.guideMs, round);
    case 'drain':
      return await measureDrain(workspace, sizes.drainEvents, round, profileFolder);
    case 'live':
      return await measureLive(workspace, sizes.liveEvents, round, profileFolder);
  }
}

const lineOf = ({ events, seconds, perSecond }: Figure): string =>
  `${Math.round(perSecond).toLocaleString('en')} events/s ` +
  `(${String(events)} events in ${seconds.toFixed(1)} s)`;

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
