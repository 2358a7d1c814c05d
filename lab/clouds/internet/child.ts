/** What a child of the keeper does at its start and end. */
import { messageOf } from "../../../tools/errors";
import { type Settings, settingsFile } from "./folder";

/** Serves until the keeper ends it, or is gone; says when it is ready. A fault ends it: the keeper starts it anew. */
export async function childOfKeeper(serve: (settings: Settings) => Promise<void>): Promise<void> {
  // The channel closes with the keeper, however that came.
  process.once("disconnect", () => process.exit(0));
  try {
    const settings = settingsFile().read();
    if (settings === undefined) throw new Error("the folder has no settings");
    await serve(settings);
    process.send?.({ ready: true });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
}
