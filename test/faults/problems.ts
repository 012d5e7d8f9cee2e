import type { App } from '../support/app.js';
import { waitUntil } from '../support/wait-until.js';

/**
 * Resolves to what the readiness probe says once it is 503 and says so of the consumer: that it knows
 * of the fault, and why it stores nothing.
 */
export async function storesNothing(app: App, because: RegExp): Promise<string> {
  let told = '';
  return await waitUntil(
    `${app.instanceId} is not ready, because ${String(because)}`,
    async () => {
      const response = await fetch(`${app.url}/health/ready`);
      const body = (await response.json()) as { error?: { consumer?: { message?: string } } };
      told = body.error?.consumer?.message ?? JSON.stringify(body);
      return response.status === 503 && because.test(told) ? told : null;
    },
    { deadlineMs: 20_000, describe: () => told },
  );
}
