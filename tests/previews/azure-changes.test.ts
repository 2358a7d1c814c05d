/**
 * What a change touches in Azure, by the real engine on a state that the stand-in has made: the layers `base` and `nodes` alone,
 * because what comes after them needs machines that answer.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { installPlugins } from "../../lab/plugins/install";
import type { Plan } from "../../plan/types";
import { base } from "../../stacks/base";
import { nodes } from "../../stacks/nodes";
import { engineDir } from "../conformance/engine";
import { planOf } from "../plan/plans";
import { Turns } from "../../components/turns";
import { SIDE_BY_SIDE } from "../../plan/succession";
import { SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";

const here = standInOnly("an update makes resources");

jest.setTimeout(SUITE_TIMEOUT_MS);

const POOLS = {
  managers: "{name: managers, count: 1, size: small, role: manager}",
  web: "{name: web, count: 2..10, size: medium, role: worker}",
  data: "{name: data, count: 1, size: large, role: data, volume: 100GB}",
};
/** These pools, in this order. */
const planWith = (pools: Record<string, string>): Plan =>
  planOf(
    [
      "Hostname: storm.example.com",
      "network: {adminCidrs: [203.0.113.0/24]}",
      "Azure:",
      "  region: westeurope",
      "  pools:",
      ...Object.values(pools).map((pool) => `    - ${pool}`),
      "",
    ].join("\n"),
    "test",
  );
const storm = (changed: Partial<typeof POOLS> = {}) => planWith({ ...POOLS, ...changed });

const NO_MACHINE = { machine: undefined, hostsKey: undefined };
const folder = mkdtempSync(join(tmpdir(), "storm-azure-"));
let stack: Stack;
let plan: Plan;

beforeAll(async () => {
  const home = join(folder, "home");
  await installPlugins(home, ["azure-native", "tls"]);
  process.env["PATH"] = [await engineDir(), process.env["PATH"]].join(delimiter);
  stack = await LocalWorkspace.createOrSelectStack(
    {
      stackName: "test",
      projectName: "storm",
      program: () => Promise.resolve(void nodes(plan, base(plan), NO_MACHINE, new Turns(SIDE_BY_SIDE))),
    },
    {
      pulumiHome: home,
      envVars: {
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "preview",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
  plan = storm();
  await stack.up({ color: "never" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a preview of this plan does, but what stays: "update VirtualMachine data-1 (tags.x)". */
async function changes(next: Plan): Promise<string[]> {
  plan = next;
  const seen: string[] = [];
  const onEvent = ({ resourcePreEvent }: EngineEvent) => {
    const { op, urn, type, keys, diffs } = resourcePreEvent?.metadata ?? {};
    if (op === undefined || op === "same" || type?.startsWith("pulumi:")) return;
    const name = urn?.split("::").slice(3).join("::") ?? "";
    seen.push(
      `${op} ${type?.split(":").at(-1) ?? ""} ${name}${op === "update" ? ` (${diffs?.join(", ") ?? ""})` : ""}${keys?.length ? ` for ${keys.join(", ")}` : ""}`,
    );
  };
  await stack.preview({ color: "never", onEvent });
  return seen.sort();
}

here("a second run changes nothing", async () => {
  expect(await changes(storm())).toEqual([]);
});

here("no secret is in plain text in the state", () => {
  const text = readFileSync(join(folder, ".pulumi/stacks/storm/test.json"), "utf8");
  expect(text).toContain("azure-native:compute:VirtualMachine");
  // Packed user-data begins so, in base64.
  expect(["PRIVATE KEY", "H4sI"].filter((canary) => text.includes(canary))).toEqual([]);
});

here("a node more is its own resources and no other", async () => {
  expect(await changes(storm({ data: POOLS.data.replace("count: 1", "count: 2") }))).toEqual([
    "create Disk data-2-volume",
    "create NetworkInterface data-2-nic",
    "create PrivateKey data-2-host-key",
    "create PublicIPAddress data-2-address",
    "create VirtualMachine data-2",
  ]);
});

here("another pool touches none of the others, wherever it stands in the list", async () => {
  const more = { aaa: "{name: aaa, count: 1..3, size: small, role: worker}" };
  expect(await changes(planWith({ ...more, ...POOLS }))).toEqual([
    "create AutoscaleSetting azure-westeurope-aaa-autoscale",
    "create AzureElasticPool azure-westeurope-aaa",
    "create VirtualMachineScaleSet azure-westeurope-aaa",
  ]);
});

here("another size restarts a machine in place; another processor needs another machine", async () => {
  const sized = (size: string) => changes(storm({ data: POOLS.data.replace("large", size) }));
  expect(await sized("xlarge")).toEqual(["update VirtualMachine data-1 (hardwareProfile.vmSize)"]);
  expect(await sized("Standard_D2ps_v5")).toEqual([
    "create-replacement VirtualMachine data-1 for tags.architecture",
    "delete-replaced VirtualMachine data-1",
    "replace VirtualMachine data-1 for tags.architecture",
  ]);
});

here("a disk that comes later needs a machine that was born with it", async () => {
  const changed = await changes(
    storm({ managers: POOLS.managers.replace("role: manager", "role: manager, volume: 50GB") }),
  );
  expect(changed).toContain("create Disk managers-1-volume");
  expect(changed).toContain("replace VirtualMachine managers-1 for tags.volume");
});

here("another zone makes the machine anew and leaves its disk to Azure, which refuses", async () => {
  const moved = await changes(storm({ data: POOLS.data.replace("count: 1", "count: 1, zones: ['3']") }));
  expect(moved.filter((each) => each.includes("Disk"))).toEqual(["update Disk data-1-volume (zones)"]);
  expect(moved).toContain("replace VirtualMachine data-1 for zones");
});

here("other bounds of an elastic pool are its rules' alone", async () => {
  expect(await changes(storm({ web: POOLS.web.replace("2..10", "3..12") }))).toEqual([
    "update AutoscaleSetting azure-westeurope-web-autoscale (profiles)",
  ]);
});
