/**
 * Upgrading Storm: this code's preview of what earlier versions have left (`npm run keep-state`), on the real engine. Whatever has a life of
 * its own stays: machines, disks, networks, addresses, authorities, keys.
 */
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { version } from "../../package.json";
import { PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "../previews/lab";
import { standInOnly } from "../previews/official";
import { ENVIRONMENTS } from "./environments";
import { keptEnvironments, keptVersions, layOut, readState } from "./kept-state";

const here = standInOnly("the states are of resources that stand-ins made");
jest.setTimeout(SUITE_TIMEOUT_MS);

/** What may be made anew on the way from a version, for it has no life of its own, and why it has to be. */
const MADE_ANEW: Record<string, [what: RegExp, why: string][]> = {
  "0.2.0": [
    [
      /^HealthCheck /,
      "asks the ingress by HTTP; Route53 has no way there from TCP. Records go over before the old one goes",
    ],
    [/^(CertRequest|LocallySignedCert) ingress-storm-/, "is for the cluster's bare domain, too; the key stays"],
    [
      /^(CertRequest|LocallySignedCert) (consul|docker)-server-/,
      "is for the name by which VPN peers ask; the key stays",
    ],
  ],
};

interface Resources {
  resources: Resource[];
}
interface Resource {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const MACHINES =
  /:(Node|Instance|VirtualMachine|Droplet|DropletAutoscale|VirtualMachineScaleSet)$|:autoscaling\/group:Group$/;

/** The state as somebody would have it today. */
function lived(state: Deployment): Deployment {
  const { resources, ...deployment } = state.deployment as Resources; // the engine's own form
  return { ...state, deployment: { ...deployment, resources: resources.map((each) => withCapacity(unending(each))) } };
}

/** A certificate whose time never comes: that the next `up` renews one is the day's doing, not the code's. */
function unending(resource: Resource): Resource {
  if (!/^tls:index\/\w+Cert:/.test(resource.type)) return resource;
  const outputs = { ...resource.outputs, readyForRenewal: false, validityEndTime: "2999-01-01T00:00:00Z" };
  return { ...resource, outputs };
}

/**
 * 0.2.0 asked for scale sets without a capacity. Its stand-in made them; Azure makes none (Azure/vm-scale-sets#70), so that whoever has one
 * has it with a capacity, and a state that says so.
 */
function withCapacity(resource: Resource): Resource {
  if (!resource.type.endsWith(":VirtualMachineScaleSet")) return resource;
  const counted = (properties: Resource["inputs"]) => {
    const sku = properties?.["sku"] as object; // as every version writes it
    return { ...properties, sku: { capacity: 1, ...sku } };
  };
  return { ...resource, inputs: counted(resource.inputs), outputs: counted(resource.outputs) };
}

/** What this code would do to an environment of that version. */
async function upgraded(from: string, environment: string): Promise<Previewed> {
  const lab = await PreviewLab.start(false);
  try {
    const { files, config, state } = readState(from, environment);
    await lab.replacePlugin("command", join(__dirname, "..", "previews", "answering-commands.ts"));
    layOut(lab.folder, files);
    await (await lab.stack("test")).importStack(lived(state));
    return await lab.preview(files["storm.yml"] ?? "", { config });
  } finally {
    lab.stop();
  }
}

test("the newest release has left its states, and so has every one before it since there are some", () => {
  const versions = keptVersions();
  expect(versions.at(-1)).toBe(version);
  for (const each of versions) expect(keptEnvironments(each).sort()).toEqual(Object.keys(ENVIRONMENTS).sort());
});

for (const from of keptVersions())
  for (const environment of keptEnvironments(from))
    here(`from ${from}, ${environment}: nothing is replaced, nothing goes`, async () => {
      const { resources } = await upgraded(from, environment);
      const touched = resources
        .filter(({ op }) => !["same", "update", "create"].includes(op))
        .map(({ type, name, op, replaces }) => ({ what: `${type.split(":").at(-1)} ${name}`, op, replaces }));
      const reasons = MADE_ANEW[from] ?? [];
      expect(touched.filter(({ what }) => !reasons.some(([allowed]) => allowed.test(what)))).toEqual([]);
      // They were all looked at.
      const machines = resources.filter(({ type }) => MACHINES.test(type)).map(({ name }) => name);
      expect(machines).toHaveLength(environment === "local" ? 3 : 9);
      const authorities = resources.filter(({ type }) => type.endsWith(":SelfSignedCert")).map(({ op }) => op);
      expect(authorities).toEqual(["same", "same", "same", "same"]);
    });
