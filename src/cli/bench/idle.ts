import { setTimeout as delay } from 'node:timers/promises';
import type { App } from './app.js';
import { Sampler } from './sampler.js';
import type { Workspace } from './workspace.js';

/** Memory of an app that has just started and gets no events for a time. */
export async function idleRssBytes(
  workspace: Workspace,
  app: App,
  seconds: number,
): Promise<number> {
  const sampler = new Sampler(workspace, app.child);
  await delay(seconds * 1_000);
  return (await sampler.stop()).settledRssBytes;
}
