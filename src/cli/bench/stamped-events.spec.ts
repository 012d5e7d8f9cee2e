import { Fleet } from './fleet.js';
import { StampedEvents } from './stamped-events.js';

interface Document {
  readonly message_id: string;
  readonly service_name: string;
  readonly timestamp: string;
}

const documentOf = (command: Buffer): Document =>
  JSON.parse(command.toString().split('\r\n')[6] ?? '') as Document;

it('published commands are whole events in the order of the fleet, each new and of now', () => {
  const shape = { services: 3, instancesPerService: 1 };
  const events = new StampedEvents('a', new Fleet(shape, 1), 3);
  const now = '2026-11-28T10:00:00.123Z';
  const documents = Array.from({ length: 50_000 }, () => documentOf(events.command(now)));

  expect(new Set(documents.map((event) => event.message_id)).size).toBe(documents.length);
  expect(new Set(documents.map((event) => event.timestamp))).toEqual(new Set([now]));
  expect(documents.slice(0, 4).map((event) => event.service_name)).toEqual([
    'payments-service-000',
    'payments-service-001',
    'payments-service-002',
    'payments-service-000',
  ]);
  expect(events.command(now).toString()).toMatch(
    /^\*3\r\n\$7\r\nPUBLISH\r\n\$1\r\na\r\n\$\d+\r\n\{/,
  );
  for (const { message_id: id } of documents.slice(-10)) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  }
});
