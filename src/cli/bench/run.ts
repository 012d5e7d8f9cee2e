import { readFile, writeFile } from 'node:fs/promises';
import { privateServices, type PrivateServices } from '../private-services.js';
import { killAll } from './child.js';
import type { BenchOptions } from './options.js';
import { capacityTable } from './report/capacity.js';
import { comparison, parseReport } from './report/compare.js';
import type { Figure } from './report/figures.js';
import { METRICS, textOf } from './report/metrics.js';
import { type Report, reportOf } from './report/report.js';
import { SECTIONS } from './report/sections.js';
import { chartOf } from './report/svg.js';
import { tablesOf } from './report/tables.js';
import { targetsTable } from './report/targets.js';
import { durationText, Remaining, schedule, type Turn } from './schedule.js';
import { versions as versionsOf } from './server-facts.js';
import { Workspace } from './workspace.js';

const INTERRUPTED = 130;

/** Takes the measurements and prints the tables. Returns the exit code: 0 only if every figure is valid. */
export async function runBench(options: BenchOptions): Promise<number> {
  const interruption = new AbortController();
  const onSignal = (): void => {
    interruption.abort();
    killAll(); // the measurement under way fails, and what follows cleans up
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const before = await earlierReport(options.compareFile);
    const services = await privateServices(process.env, 'bench');
    try {
      const report = await takeAll(services, options, interruption.signal);
      await tell(report, options, before);
      return report.failures.length === 0 ? 0 : 1;
    } finally {
      await services.release();
    }
  } catch (error) {
    say(interruption.signal.aborted ? 'interrupted' : textOfError(error));
    return interruption.signal.aborted ? INTERRUPTED : 1;
  }
}

/** Read before anything is measured: a mistake is told at once. */
async function earlierReport(file: string | null): Promise<Report | null> {
  if (file === null) return null;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read: give --compare a file that --json wrote`);
  });
  return parseReport(text, file);
}

async function takeAll(
  services: PrivateServices,
  options: BenchOptions,
  interruption: AbortSignal,
): Promise<Report> {
  const { size, rounds, isEachRound, measurements, profileFolder } = options;
  const turns = schedule(measurements, size, rounds, isEachRound);
  const remaining = new Remaining(turns, size);
  const figures = new Map<string, Map<number, Figure>>();
  const failures: string[] = [];
  const workspace = await Workspace.open(services);
  try {
    say(`${turns.length} measurements, about ${durationText(remaining.seconds(0))}`);
    for (const [index, { measurement, round }] of turns.entries()) {
      const beganMs = performance.now();
      let outcome: string;
      try {
        const figure = await measurement.take({ workspace, size, round, profileFolder });
        const { name } = measurement;
        figures.set(name, new Map([...(figures.get(name) ?? []), [round, figure]]));
        outcome = lineOf(measurement.section, figure);
      } catch (error) {
        interruption.throwIfAborted();
        outcome = `VOID: ${textOfError(error)}`;
        failures.push(`${measurement.name}, round ${round}: ${textOfError(error)}`);
      }
      killAll();
      remaining.took(measurement, (performance.now() - beganMs) / 1_000);
      say(progress(turns, index, outcome, remaining));
    }
    const takenAt = new Date().toISOString();
    const versions = { 'Node.js': process.versions.node, ...(await versionsOf(workspace)) };
    const isProfiled = profileFolder !== null;
    return reportOf(measurements, figures, { takenAt, size, isProfiled, versions, failures });
  } finally {
    killAll();
    await workspace.close();
  }
}

async function tell(report: Report, options: BenchOptions, before: Report | null): Promise<void> {
  const parts = options.isCapacity
    ? [capacityTable(report)]
    : [tablesOf(report), targetsTable(report)];
  if (before !== null) parts.push(comparison(before, report));
  for (const failure of report.failures) parts.push(`No figure: ${failure}`);
  process.stdout.write(`${parts.filter((part) => part !== null).join('\n\n')}\n`);
  if (options.jsonFile !== null) {
    await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.svgFile !== null) await writeFile(options.svgFile, chartOf(report));
}

function progress(
  turns: readonly Turn[],
  index: number,
  outcome: string,
  remaining: Remaining,
): string {
  const turn = turns[index];
  const left = remaining.seconds(index + 1);
  const rest = left === 0 ? '' : `; about ${durationText(left)} left`;
  return (
    `${index + 1}/${turns.length}, round ${turn?.round ?? 0}, ` +
    `${turn?.measurement.name ?? ''}: ${outcome}${rest}`
  );
}

/** What a table would show, in a line. */
function lineOf(section: keyof typeof SECTIONS, figure: Figure): string {
  return SECTIONS[section].columns
    .flatMap((name) => {
      const value = figure[name];
      return value === undefined ? [] : [`${METRICS[name].title} ${textOf(name, value)}`];
    })
    .join(', ');
}

const textOfError = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
