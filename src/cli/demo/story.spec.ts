import { CATALOGUE, INSTANCES_PER_SERVICE } from './catalogue.js';
import { type Beat, JITTER_MS, REPORT_EVERY_MS } from './fleet.js';
import type { Report } from './instance.js';
import { Story } from './story.js';

const MINUTE_MS = 60_000;
const SEEDS = [1, 2, 3, 7, 42, 1_000_000];

interface Said extends Report {
  readonly atMs: number;
}

function beatsUntil(seed: number, endMs: number): Beat[] {
  const beats: Beat[] = [];
  for (const beat of new Story(seed).beats()) {
    if (beat.atMs > endMs) break;
    beats.push(beat);
  }
  return beats;
}

const reportsIn = (beats: readonly Beat[]): Said[] =>
  beats.flatMap((beat) => (beat.kind === 'report' ? [{ ...beat.report, atMs: beat.atMs }] : []));

const linesIn = (beats: readonly Beat[]): string[] =>
  beats.flatMap((beat) => (beat.kind === 'line' ? [beat.text] : []));

/** The reports of each life of an instance: one name can have several, one after the other. */
function livesIn(reports: readonly Said[]): Said[][] {
  const lives = new Map<string, Said[]>();
  for (const report of reports) {
    const key = `${report.instanceId} ${report.version}`;
    lives.set(key, [...(lives.get(key) ?? []), report]);
  }
  return [...lives.values()];
}

/** Succession of conditions, repetitions left out. */
const courseOf = (life: readonly Said[]): string[] =>
  life.map(({ condition }) => condition).filter((one, at, all) => one !== all[at - 1]);

describe('a story', () => {
  it('is the same for the same seed, and another for another', () => {
    const told = (seed: number): string => JSON.stringify(beatsUntil(seed, 3 * MINUTE_MS));
    expect(told(1)).toBe(told(1));
    expect(told(1)).not.toBe(told(2));
  });

  it('has all instances healthy and heard of within the first seconds', () => {
    const first = reportsIn(beatsUntil(1, REPORT_EVERY_MS));
    const heard = new Set(first.map(({ instanceId }) => instanceId));
    expect(heard.size).toBe(CATALOGUE.length * INSTANCES_PER_SERVICE);
    expect(first.every(({ condition }) => condition === 'healthy')).toBe(true);
  });
});

describe.each(SEEDS)('the story of seed %d', (seed) => {
  const beats = beatsUntil(seed, 10 * MINUTE_MS);
  const reports = reportsIn(beats);
  const lives = livesIn(reports);

  it('never goes back in time', () => {
    const times = beats.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is interesting within the first minute', () => {
    const within = (endMs: number): Said[] => reports.filter(({ atMs }) => atMs < endMs);
    expect(within(25_000).some(({ condition }) => condition === 'unhealthy')).toBe(true);
    expect(within(20_000).some(({ condition }) => condition === 'stopping')).toBe(true);
    const early = linesIn(beats.filter(({ atMs }) => atMs < MINUTE_MS)).join('\n');
    for (const happening of ['is unhealthy', 'is down', 'rolls out', 'falls silent', 'again']) {
      expect(early).toContain(happening);
    }
  });

  it('lets each instance report every few seconds, and no longer ago', () => {
    for (const life of lives) {
      life.slice(1).forEach(({ atMs }, index) => {
        const before = life[index]?.atMs ?? Number.NaN;
        expect(atMs - before).toBeLessThanOrEqual(REPORT_EVERY_MS + JITTER_MS);
      });
    }
  });

  it('lets one instance fall silent, and every other one that is gone say good-bye', () => {
    const end = beats.at(-1)?.atMs ?? Number.NaN;
    const gone = lives.filter((life) => (life.at(-1)?.atMs ?? 0) < end - 2 * REPORT_EVERY_MS);
    const unsaid = gone.filter((life) => life.at(-1)?.condition !== 'stopping');
    expect(unsaid).toHaveLength(1);
    const silent = unsaid[0]?.[0]?.instanceId;
    expect(linesIn(beats)).toContain(`${String(silent)} falls silent, without a leave word`);
    expect(gone.length).toBeGreaterThan(2 * INSTANCES_PER_SERVICE);
  });

  it('replaces those that leave by ones that start, with a new version', () => {
    const leaves = reports.filter(
      ({ condition, atMs }) => condition === 'stopping' && atMs < 9 * MINUTE_MS,
    );
    for (const leave of leaves) {
      const successor = reports.find(
        ({ atMs, service, condition }) =>
          atMs > leave.atMs && service === leave.service && condition === 'starting',
      );
      if (successor === undefined) throw new Error(`${leave.instanceId} has no successor`);
      const { atMs, version, instanceId } = successor;
      expect(atMs - leave.atMs).toBeLessThan(REPORT_EVERY_MS);
      expect(version).not.toBe(leave.version);
      expect(instanceId === leave.instanceId).toBe(leave.service.naming === 'ordinals');
    }
  });

  it('lets instances degrade, fail, recover and be healthy again', () => {
    const courses = lives.map((life) => courseOf(life).join(' '));
    const failures = courses.filter((course) =>
      course.includes('healthy degraded unhealthy degraded healthy'),
    );
    expect(failures.length).toBeGreaterThan(5);
    expect(courses.some((course) => course.startsWith('starting healthy'))).toBe(true);
  });

  it('gives a reason for whatever is not healthy', () => {
    const ill = reports.filter(({ condition }) => ['degraded', 'unhealthy'].includes(condition));
    expect(ill.every(({ message }) => message !== null && message !== '')).toBe(true);
  });

  it('lets a shared dependency take two services with all their instances', () => {
    const line = linesIn(beats).find((text) => text.includes(' is down: ')) ?? '';
    const [dependency = ''] = line.split(' is down: ');
    const struck = reports.filter(({ checks }) => checks[dependency] === 'failing');
    const named = CATALOGUE.filter(({ name }) => line.split(/[ :]/).includes(name));
    expect(named).toHaveLength(2);
    for (const service of named) {
      const instances = struck.filter((report) => report.service === service);
      expect(new Set(instances.map(({ instanceId }) => instanceId)).size).toBeGreaterThanOrEqual(
        INSTANCES_PER_SERVICE,
      );
    }
  });

  it('tells of a failure at the moment of its report', () => {
    const told = beats.filter(
      (beat) => beat.kind === 'line' && / is (degraded|unhealthy): /.test(beat.text),
    );
    expect(told.length).toBeGreaterThan(10);
    for (const { atMs, text } of told as { atMs: number; text: string }[]) {
      const matching = reports.find(
        (report) => report.atMs === atMs && text.startsWith(`${report.instanceId} is `),
      );
      expect(text).toBe(`${matching?.instanceId} is ${matching?.condition}: ${matching?.message}`);
    }
  });
});

it('the good-byes are those of all that run, and of no other', () => {
  const story = new Story(1);
  const alive = new Set<string>();
  for (const beat of story.beats()) {
    if (beat.atMs > 5 * MINUTE_MS) break;
    if (beat.kind === 'line') {
      const [name, ...rest] = beat.text.split(' ');
      if (rest.join(' ').startsWith('falls silent')) alive.delete(name ?? '');
    } else if (beat.report.condition === 'stopping') alive.delete(beat.report.instanceId);
    else alive.add(beat.report.instanceId);
  }
  const goodByes = story.goodByes();
  expect(goodByes.map(({ instanceId }) => instanceId).sort()).toEqual([...alive].sort());
  expect(goodByes.every(({ condition }) => condition === 'stopping')).toBe(true);
});
