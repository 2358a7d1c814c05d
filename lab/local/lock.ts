/** Work that must not run twice at once under one key, in the order in which it came. */
export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    // The next one waits for this one's end, well or not.
    this.tails.set(
      key,
      result.catch(() => undefined),
    );
    return result;
  }
}
