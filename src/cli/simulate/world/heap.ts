/** Gives things back in the order of their times; those of one time in the order they came. */
export class Heap<Item> {
  private readonly entries: { readonly at: number; readonly nth: number; readonly item: Item }[] =
    [];
  private count = 0;

  push(at: number, item: Item): void {
    const entry = { at, nth: this.count, item };
    this.count += 1;
    let index = this.entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.isBefore(index, parent)) return;
      this.swap(index, parent);
      index = parent;
    }
  }

  /** The earliest; undefined where none is left. */
  pop(): Item | undefined {
    const [first] = this.entries;
    const last = this.entries.pop();
    if (first === undefined || last === undefined) return undefined;
    if (this.entries.length === 0) return first.item;
    this.entries[0] = last;
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.entries.length && this.isBefore(child, least)) least = child;
      }
      if (least === index) return first.item;
      this.swap(index, least);
      index = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const x = this.entries[a];
    const y = this.entries[b];
    if (x === undefined || y === undefined) return false;
    return x.at === y.at ? x.nth < y.nth : x.at < y.at;
  }

  private swap(a: number, b: number): void {
    const x = this.entries[a];
    const y = this.entries[b];
    if (x === undefined || y === undefined) return;
    this.entries[a] = y;
    this.entries[b] = x;
  }
}
