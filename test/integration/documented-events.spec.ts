import { decodeHealthEvent } from '../../src/events/decoder.js';
import { codeBlocksOf } from '../support/code-blocks.js';

const LIMITS = { maxBytes: 262_144 };

it.each(
  ['README.md', 'docs/publishing.md', 'docs/data-path.md'].flatMap((document) =>
    codeBlocksOf(document)
      .filter(({ language }) => language === 'json')
      .map(({ code }) => ({ document, code })),
  ),
)('the decoder takes the event that $document shows, each field of it', ({ code }) => {
  const shown = JSON.parse(code) as Record<string, unknown>;

  const decoded = decodeHealthEvent(Buffer.from(code), 'health:events', LIMITS);

  expect(decoded).toMatchObject({
    ok: true,
    event: {
      serviceName: shown['service_name'],
      instanceId: shown['instance_id'],
      status: shown['status'],
      isUnlistedStatus: false,
      messageId: shown['message_id'],
      timestampMs: Date.parse(String(shown['timestamp'])),
      ttlSeconds: shown['ttl_seconds'],
      responseTimeMs: shown['response_time_ms'],
      message: shown['message'],
      version: shown['version'],
    },
  });
});
