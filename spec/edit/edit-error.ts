/** A change of storm.yml that is not made: nothing is wrong with the file. */
export class EditError extends Error {
  /** @param hints what to do instead */
  constructor(
    message: string,
    readonly hints: readonly string[] = [],
  ) {
    super(message);
    this.name = "EditError";
  }
}
