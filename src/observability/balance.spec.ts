import { loadEnvironment } from '../config/load.js';
import { Balance } from './balance.js';
import { Log } from './log.js';
import { Metrics } from './metrics.js';

describe('the accounts of a process', () => {
  const environment = loadEnvironment({
    DATABASE_URL: 'postgres://localhost/x',
    REDIS_URL: 'redis://localhost',
    LOG_LEVEL: 'silent',
  });

  it('tell a difference once, and that it is over', async () => {
    const metrics = new Metrics();
    const log = new Log(environment);
    const told: unknown[] = [];
    log.error = (fields, event) => told.push([event, fields]);
    log.info = (fields, event) => told.push([event, fields]);
    let [leftOver, inHand] = [5, 5];
    const balance = new Balance(
      'ingest',
      () => leftOver,
      () => inHand,
      metrics,
      log,
    );
    balance.check();
    expect(told).toEqual([]);
    leftOver = 7;
    balance.check();
    balance.check();
    expect(told).toEqual([['accounting.imbalance', { equation: 'ingest', events: 2 }]]);
    const { text } = await metrics.collect();
    expect(text).toContain('accounting_imbalance_events{equation="ingest"} 2');
    inHand = 7;
    balance.check();
    expect(told.at(-1)).toEqual(['accounting.balanced', { equation: 'ingest', events: 0 }]);
  });
});
