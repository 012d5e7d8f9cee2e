import { Lives, NOT_ENDED_US } from './lives.js';

const at = (receivedAtUs: number, instanceId = 'i') => ({
  serviceName: 's',
  instanceId,
  receivedAtUs,
});

describe('the lives of an instance', () => {
  const lives = new Lives();
  lives.add({ serviceName: 's', instanceId: 'i' }, [10, 20]);

  it.each([
    [5, { afterUs: 0, throughUs: 10 }, false],
    [10, { afterUs: 0, throughUs: 10 }, false],
    [11, { afterUs: 10, throughUs: 20 }, false],
    [20, { afterUs: 10, throughUs: 20 }, false],
    [21, { afterUs: 20, throughUs: NOT_ENDED_US }, true],
  ])(
    'deleted at 10 and 20: what was received at %d belongs to %j',
    (receivedAtUs, life, isPresent) => {
      expect(lives.of(at(receivedAtUs))).toEqual(life);
      expect(lives.isPresent(at(receivedAtUs))).toBe(isPresent);
      expect(lives.presentAfterUs(at(receivedAtUs))).toBe(20);
    },
  );

  it('that was never deleted are one', () => {
    expect(lives.of(at(5, 'other'))).toEqual({ afterUs: 0, throughUs: NOT_ENDED_US });
    expect(lives.isPresent(at(5, 'other'))).toBe(true);
    expect(lives.presentAfterUs(at(5, 'other'))).toBeNull();
  });
});
