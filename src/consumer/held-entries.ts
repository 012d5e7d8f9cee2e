/** The journal entries that this instance has read and not acknowledged. */
export class HeldEntries {
  private readonly bytesById = new Map<string, number>();
  private heldBytes = 0;

  get bytes(): number {
    return this.heldBytes;
  }

  ids(): string[] {
    return [...this.bytesById.keys()];
  }

  has(id: string): boolean {
    return this.bytesById.has(id);
  }

  add(id: string, bytes: number): void {
    this.bytesById.set(id, bytes);
    this.heldBytes += bytes;
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.heldBytes -= this.bytesById.get(id) ?? 0;
      this.bytesById.delete(id);
    }
  }
}
