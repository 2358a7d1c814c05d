import * as pulumi from "@pulumi/pulumi";
import { loadAll, loadSpec } from "./load";
import { checkProduction } from "./production";
import { readBefore, type StateQuestion } from "./stacks/before";
import { environment } from "./stacks/environment";
import { handOver } from "./stacks/hand-over";
import { ReplacementGuard } from "./stacks/replacement-guard";
import { acmeCredential, checkSecret, checkSettings, readSettings } from "./stacks/settings";
import { clearly, readUpstream } from "./stacks/upstream";

// The SDK calls it: a promise that has failed by then would be reported once more by Node.js.
module.exports = deploy;

/** What is wrong with the user's files and settings is one message of ours, not a stack trace of the engine's. */
async function deploy(state: StateQuestion): Promise<object> {
  const settings = clearly(() => readSettings(__dirname));
  const { here, split, upstream } = settings.layers;
  const [first] = upstream;
  if (here.length === 0 && first) {
    clearly(() => checkSecret("credential", "`pulumi config set --secret storm:credential` (docs/layers.md)"));
    return handOver(first.stack, settings.load.env, settings.credential);
  }
  const given = await readUpstream(settings.layers, settings.load.env);
  const spec = clearly(() => loadSpec(settings.load)); // the engine is still reading the state
  const before = await readBefore(settings.layers, given, state);
  const { plan, stacks, warnings, keys, guard } = clearly(() => {
    const loaded = loadAll({ ...settings.load, before }, spec);
    checkSettings(loaded.plan, settings);
    checkProduction(loaded.plan, settings.place);
    const { certificate } = loaded;
    const keys = { certificate, acmeCredential: acmeCredential(loaded.plan) };
    return { ...loaded, keys, guard: new ReplacementGuard(loaded.plan, before, settings) };
  });
  warnings.forEach((warning) => void pulumi.log.warn(warning));
  const { succession } = guard;
  const { outputs, layers } = environment({ plan, stacks, settings, keys, here, given, succession });
  await guard.check();
  return { ...outputs, ...(split ? { layers } : {}) };
}
