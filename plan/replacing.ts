/** Stack config `storm:replaceManagers` and `storm:replaceWorkers`: how several of them may be made anew. */
export const REPLACING = ["one-by-one", "all-at-once"] as const;
export type Replacing = (typeof REPLACING)[number] | undefined;
