import type { ServiceRecord } from '../../status/service-record.js';
import { serviceItem } from './service-mapping.js';
import { inARow, ServiceTexts } from './service-texts.js';

const record: ServiceRecord = {
  service_name: 'a',
  current_status: 'healthy',
  status_since: 1,
  last_seen: 2,
  last_occurred_at: 3,
  due_at: 4,
  message_count: 5,
  instance_count: 6,
  response_time_ms: 7.5,
  message: 'm',
};

const CHANGES: Required<{ [Field in keyof ServiceRecord]: ServiceRecord[Field] }> = {
  service_name: 'b',
  current_status: 'unhealthy',
  status_since: 11,
  last_seen: null,
  last_occurred_at: 13,
  due_at: null,
  message_count: 15,
  instance_count: 16,
  response_time_ms: null,
  message: 'n',
};

const textsOf = (texts: ServiceTexts, ...records: readonly ServiceRecord[]): unknown =>
  JSON.parse(`[${Buffer.concat(inARow(records.map((one) => texts.of(one)))).toString()}]`);

describe('the text of a service', () => {
  it.each(Object.entries(CHANGES))(
    'follows a change of %s to %s, and so does its digest',
    (field, value) => {
      const texts = new ServiceTexts();
      const changed = { ...record, [field]: value };
      expect(textsOf(texts, record)).toEqual([serviceItem(record)]);
      expect(textsOf(texts, changed)).toEqual([serviceItem(changed)]);
      expect(texts.of(changed).digest).not.toBe(texts.of(record).digest);
    },
  );

  it('has the digest that any other process gives it', () => {
    expect(new ServiceTexts().of({ ...record })).toEqual(new ServiceTexts().of(record));
  });

  it.each([0, 1, 3])('stands in a row of %d', (count) => {
    const records = ['a', '支付', '😀'].slice(0, count).map((message) => ({ ...record, message }));
    expect(textsOf(new ServiceTexts(), ...records)).toEqual(records.map(serviceItem));
  });

  it('is made once for a record', () => {
    const texts = new ServiceTexts();
    expect(texts.of(record)).toBe(texts.of(record));
  });
});
