/** What was found out about a credential, without the credential. */
export interface Finding {
  /** What it is for: "AWS". */
  title: string;
  /** Where it comes from, so that whoever reads this knows which one was meant. */
  source: string;
  /** warn: it is there and was not checked. */
  outcome: "ok" | "warn" | "fail";
  /** As whom it works, or why not. Of an answer only what is no secret: errors of the clouds repeat parts of the question. */
  words: string;
  /** What to do, one line each. */
  next?: readonly string[];
}

/** A way to say how a check ended. */
export type Judge = (outcome: Finding["outcome"], words: string, ...next: string[]) => Finding;

export const judge =
  (title: string, source: string): Judge =>
  (outcome, words, ...next) => ({ title, source, outcome, words, ...(next.length > 0 ? { next } : {}) });
