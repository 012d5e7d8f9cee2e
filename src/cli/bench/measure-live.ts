import { startApp } from './app.js';
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figures.js';
import type { Workspace } from './workspace.js';

/** The product, from PUBLISH through Nest's transport and the journal to the row. */
export async function measureLive(
  workspace: Workspace,
  events: number,
  seed: number,
  profileFolder: string | null,
): Promise<Figure> {
  const target = await workspace.productTarget();
  const app = startApp(workspace.services, target, profileFolder);
  try {
    const load = {
      warmUpEvents: 10_000,
      // Redis drops a subscriber that is 8 MB behind for a minute: 20,000 events are 7 MB.
      windowEvents: 20_000,
      maxEvents: events,
      maxMs: Number.POSITIVE_INFINITY,
    };
    return await runClosedLoop(workspace, target, app, load, seed);
  } finally {
    await app.stop();
  }
}
