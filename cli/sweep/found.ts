/** What a cloud has of an environment, by its tags. */
export interface Found {
  /** "AWS eu-west-1" */
  place: string;
  /** "volume vol-1 (store-1)" */
  what: string;
  /** As states have it. */
  id?: string;
  /** Undefined: by hand, as it is said. What it asks for may take the cloud some time. */
  remove?: () => Promise<void>;
}

/** A place that was looked at, or why it was not. */
export type Looked = { found: Found[] } | { place: string; notLooked: string };

/** By which all of an environment is known. Another checkout's cluster of the same name and environment has the same. */
export interface Mark {
  owner: string;
  stack: string;
}

/** A cloud's refusal, by its code alone: its sentences repeat what was asked. */
export class Refused extends Error {
  constructor(code: string) {
    super(`refused: ${code}`);
    this.name = "Refused";
  }
}
