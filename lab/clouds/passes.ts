/** One piece of work that makes everything right, asked for by many: whoever asks gets the end of one that began after the question. */
export class Passes {
  private current: Promise<void> = Promise.resolve();
  private next?: Promise<void>;

  constructor(private readonly work: () => Promise<void>) {}

  run(): Promise<void> {
    this.next ??= this.after(this.current);
    return this.next;
  }

  private async after(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined); // whoever asked for it has its error
    this.current = this.next ?? this.current;
    this.next = undefined;
    await this.work();
  }
}
