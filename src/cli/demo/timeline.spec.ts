import { type Script, Timeline } from './timeline.js';

function* saying(timeline: Timeline<string>, word: string, everyMs: number): Script {
  for (let nth = 1; nth <= 3; nth += 1) {
    timeline.tell(`${word} ${nth} at ${timeline.nowMs}`);
    yield everyMs;
  }
}

describe('a timeline', () => {
  it('plays scripts side by side, in the order of their times', () => {
    const timeline = new Timeline<string>();
    timeline.play(saying(timeline, 'slow', 100));
    timeline.play(saying(timeline, 'quick', 30), 10);
    expect([...timeline.beats()]).toEqual([
      'slow 1 at 0',
      'quick 1 at 10',
      'quick 2 at 40',
      'quick 3 at 70',
      'slow 2 at 100',
      'slow 3 at 200',
    ]);
  });

  it('lets those that are due together go in the order of their cues', () => {
    const timeline = new Timeline<string>();
    timeline.play(saying(timeline, 'first', 10));
    timeline.play(saying(timeline, 'second', 10));
    expect([...timeline.beats()].map((line) => line.split(' ')[0])).toEqual([
      ...['first', 'second', 'first', 'second', 'first', 'second'],
    ]);
  });

  it('lets a script start others, and wait for what they return', () => {
    const timeline = new Timeline<string>();
    function* asked(): Script<string> {
      yield 5;
      return 'an answer';
    }
    function* asking(): Script {
      timeline.play(saying(timeline, 'other', 4));
      timeline.tell(`${yield* asked()} at ${timeline.nowMs}`);
    }
    timeline.play(asking(), 1);
    expect([...timeline.beats()]).toEqual([
      'other 1 at 1',
      'other 2 at 5',
      'an answer at 6',
      'other 3 at 9',
    ]);
  });

  it('goes on for as long as it is asked to', () => {
    const timeline = new Timeline<number>();
    function* endless(): Script {
      for (;;) {
        timeline.tell(timeline.nowMs);
        yield 1_000;
      }
    }
    timeline.play(endless());
    const beats = timeline.beats();
    expect([1, 2, 3].map(() => beats.next().value)).toEqual([0, 1_000, 2_000]);
  });
});
