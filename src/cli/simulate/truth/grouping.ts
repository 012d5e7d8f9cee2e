/** The items by their keys, each group in the order given. */
export function groupBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Names hold no line break. */
export const nameOf = (of: { readonly serviceName: string; readonly instanceId: string }): string =>
  `${of.serviceName}\n${of.instanceId}`;
