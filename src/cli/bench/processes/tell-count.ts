const EVERY_MS = 10;

/** Sends `{count}` to the parent now and then, until that is gone. */
export function tellCount(count: () => number): void {
  setInterval(() => process.send?.({ count: count() }), EVERY_MS);
  process.on('disconnect', () => process.exit());
}
