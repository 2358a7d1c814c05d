import * as pulumi from "@pulumi/pulumi";
import { loadAll } from "./load";
import { checkProduction } from "./production";
import { apps } from "./stacks/apps";
import { base } from "./stacks/base";
import { cluster } from "./stacks/cluster";
import { edge } from "./stacks/edge";
import { nodes } from "./stacks/nodes";
import { outputs } from "./stacks/outputs";
import { acmeCredential, checkSettings, readSettings } from "./stacks/settings";

const settings = readSettings(__dirname);
const { plan, stacks, given, warnings } = readable(() => {
  const loaded = loadAll(settings.load);
  checkSettings(loaded.plan, settings);
  checkProduction(loaded.plan, settings.place);
  const { certificate } = loaded;
  return { ...loaded, given: { certificate, acmeCredential: acmeCredential(loaded.plan) } };
});
warnings.forEach((warning) => void pulumi.log.warn(warning));

const keys = base(plan, given);
const machines = nodes(plan, keys, settings);
const whole = cluster(plan, { ...keys, nodes: machines });
const front = edge(plan, { ...keys, nodes: machines, cluster: whole });
apps(plan, stacks, { nodes: machines, cluster: whole, edge: front });

module.exports = outputs(plan, stacks, { ...keys, nodes: machines });

/** What is wrong with the user's files is one message of ours, not a stack trace of the engine's. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
