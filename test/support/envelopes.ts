/** Puts a document's bytes, JSON or not, into an envelope. */
export type Envelope = (body: Buffer) => Buffer;

const around =
  (before: string, after: string): Envelope =>
  (body) =>
    Buffer.concat([Buffer.from(before), body, Buffer.from(after)]);

export const plain: Envelope = (body) => body;

/** As Nest's Redis client sends an event. */
export const nest: Envelope = around('{"pattern":"health","data":', '}');

let events = 0;

/** CloudEvents 1.0, structured mode; the id is new each time. */
export const cloudEvents: Envelope = (body) => {
  events += 1;
  return around(
    `{"specversion":"1.0","type":"health.reported","source":"/tests","id":"ce-${events}","data":`,
    '}',
  )(body);
};
