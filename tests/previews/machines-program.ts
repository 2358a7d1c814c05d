/** The program's layers that need no machine to answer: what stand-ins can bring up, and a second `up` must leave alone. */
import { loadAll } from "../../load";
import { base } from "../../stacks/base";
import { nodes } from "../../stacks/nodes";
import { dnsModule } from "../../stacks/providers";
import { readSettings } from "../../stacks/settings";
import { Turns } from "../../components/turns";
import { SIDE_BY_SIDE } from "../../plan/succession";
import type { PreviewLab } from "./lab";

/** Makes a lab's `up` run this file instead of the whole program. */
export function onlyMachines(lab: PreviewLab): void {
  lab.write("machines.js", ['require("tsx/cjs");', `require(${JSON.stringify(__filename)}).run();`]);
  lab.write("Pulumi.yaml", [
    "name: storm",
    "main: machines.js",
    "runtime: {name: nodejs, options: {typescript: false}}",
  ]);
}

export function run(): void {
  const { plan } = loadAll(readSettings(__dirname).load);
  const { entries } = nodes(plan, base(plan), { machine: undefined, hostsKey: undefined }, new Turns(SIDE_BY_SIDE));
  if (plan.dns === undefined) return;
  const { name: owner, env, production, dns } = plan;
  const sites = plan.sites.flatMap((site) => {
    const entry = entries[site.name];
    return entry === undefined ? [] : [{ site, entry }];
  });
  dnsModule(dns.provider).createRecords({ env, owner, production, dns, sites });
}
