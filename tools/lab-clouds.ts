import { createHash } from "node:crypto";
import { join } from "node:path";
import { findLego } from "../lab/binaries/lego";
import { labEnvironment, startDaemon } from "../lab/clouds/client";
import { ensureCa } from "../lab/clouds/internet/ca";
import { ensureLabImage } from "../lab/clouds/realize/image";
import { cacheFolder, labCheckout } from "./paths";
import type { Say } from "./steps";

/** Where the lab's clouds keep what they know. */
export const labFolder = join(labCheckout, "clouds");

/** Part of every container's and namespace's name; each checkout has a lab of its own. */
export const labName = `lab${createHash("sha256").update(labCheckout).digest("hex").slice(0, 6)}`;

/**
 * The image of the lab's machines, made when it is not there, and the daemon that answers the stand-ins. Engines that this process
 * starts find it.
 */
export async function startClouds(nodeImage: { reference: string }, say: Say): Promise<void> {
  const cache = cacheFolder();
  const [{ certificate }, lego] = await Promise.all([ensureCa(join(labFolder, "internet")), findLego(cache, say)]);
  const image = await ensureLabImage({ nodeImage: nodeImage.reference, caPem: certificate, lego });
  await startDaemon(labFolder, { lab: labName, image });
  Object.assign(process.env, labEnvironment(labFolder));
}
