import { type Collection, MongoClient, ObjectId } from "mongodb";
import type { Draft, Entry } from "./entries";

/** The entries cannot be reached now. */
export class StoreAway extends Error {}

/** Where entries are kept. */
export interface Store {
  /** Newest first. Throws StoreAway. */
  list(limit: number): Promise<Entry[]>;
  /** Throws StoreAway: then the entry may be there or not. */
  add(draft: Draft): Promise<Entry>;
  close(): Promise<void>;
}

interface Row {
  _id: ObjectId;
  name: string;
  text: string;
  at: Date;
}

/** The longest that anything waits for the store, so that the page answers within 3 s whatever happened to it. */
const DEADLINE_MS = 2000;

/** A store behind MongoDB's protocol. Connects by itself, and again after the store was away. */
export function mongoStore(url: string): Store {
  const client = new MongoClient(url, {
    appName: "guestbook",
    directConnection: true,
    serverSelectionTimeoutMS: 1500,
    connectTimeoutMS: 1000,
    socketTimeoutMS: 1800,
    waitQueueTimeoutMS: 1500,
    heartbeatFrequencyMS: 1000,
    minHeartbeatFrequencyMS: 500,
    maxPoolSize: 20,
    // A second attempt would come after the deadline; the reader's browser asks again soon enough.
    retryReads: false,
    retryWrites: false,
  });
  // Each time, which costs nothing once it has worked: a client whose first connection failed is closed for good otherwise.
  const rows = async (): Promise<Collection<Row>> => (await client.connect()).db().collection<Row>("entries");
  return {
    list: (limit) =>
      within(async () => {
        const found = await (
          await rows()
        )
          .find({}, { sort: { at: -1, _id: -1 }, limit }) // not _id alone: within a second it goes by web container
          .toArray();
        return found.map(toEntry);
      }),
    add: (draft) =>
      within(async () => {
        const row: Row = { _id: new ObjectId(), ...draft, at: new Date() };
        await (await rows()).insertOne(row);
        return toEntry(row);
      }),
    close: () => client.close(true),
  };
}

function toEntry(row: Row): Entry {
  return { id: row._id.toHexString(), name: row.name, text: row.text, at: row.at.toISOString() };
}

/** The driver's own limits add up; this one does not. */
async function within<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreAway(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work(), deadline]);
  } catch (error) {
    throw error instanceof StoreAway ? error : new StoreAway(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}
