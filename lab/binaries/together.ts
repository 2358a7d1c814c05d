/** Waits for all of it, then throws the first failure: nothing goes on behind the back of whoever hears of one. */
export async function together<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as unknown as Promise<T>; // the same tuple, settled
}
