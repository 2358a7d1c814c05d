import { scalePool } from "../../spec/edit/scale-pool";
import type { Output } from "../../tools/report";
import { editAndDeploy, type EditOptions } from "../edit-and-deploy";

/** `storm scale POOL N`: another number of nodes for a pool of storm.yml, and the deployment of it. */
export async function scale(pool: string, count: string, options: EditOptions, output: Output): Promise<void> {
  const command = `npx storm scale ${pool} ${count} -s ${options.stack}`;
  await editAndDeploy(options, command, (text, load) => scalePool(text, load, pool, count), output);
}
