/** Nothing tells its maker that it is used, or asks whether there is a newer one. Every part that can is named here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { consulConfig } from "../boot/consul";
import { IMAGES, ingressStack } from "../boot/system-stacks";
import { nodeConfig } from "../boot/node-config";
import { makePlan } from "../plan/plan";
import { load as loadSpec } from "../spec/load";
import { pulumiSettings } from "../tools/pulumi-env";

const read = (...path: string[]) => readFileSync(join(__dirname, "..", ...path), "utf8");

test("Pulumi: no question for a newer engine, no partner's mark on Azure's requests", () => {
  for (const standIns of [true, false])
    expect(pulumiSettings(standIns)).toMatchObject({
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ARM_DISABLE_PULUMI_PARTNER_ID: "true",
    });
});

test("Traefik: neither usage statistics nor a question for a newer version", () => {
  const args = { httpsPort: 443, consulAddress: "169.254.1.1:8500", network: "zz-edge" };
  const { services } = ingressStack(args) as { services: { traefik: { command: string[] } } };
  const global = services.traefik.command.filter((argument) => argument.startsWith("--global."));
  expect(global).toEqual(["--global.checknewversion=false", "--global.sendanonymoususage=false"]);
  // Nor metrics or traces that somebody else would get.
  expect(services.traefik.command.filter((argument) => /^--(metrics|tracing|pilot|hub)\b/.test(argument))).toEqual([]);
});

test("Consul: no question to HashiCorp's Checkpoint, measurements go nowhere", () => {
  const { plan } = makePlan(loadSpec("Local: [3, small]\n", { fileName: "storm.yml" }).spec, { env: "dev" });
  for (const node of plan.nodes) {
    const config = consulConfig(nodeConfig(plan, node)) as Record<string, unknown>;
    expect(config).toMatchObject({ disable_update_check: true });
    // Each sink of Consul's has its address here.
    expect(config["telemetry"]).toEqual({ disable_hostname: true });
  }
});

test("the guestbook's FerretDB: its beacon is off", () => {
  const compose = load(read("catalog", "guestbook", "docker-compose.yml")) as {
    services: Record<string, { image?: string; environment?: Record<string, string> }>;
  };
  const stores = Object.values(compose.services).filter(({ image }) => image?.includes("ferretdb"));
  expect(stores).toHaveLength(1);
  for (const { environment } of stores) expect(environment).toMatchObject({ FERRETDB_TELEMETRY: "disable" });
});

test("npm: set-up sends no list of packages away and asks for no newer npm", () => {
  const flags = [...read("tools", "node-packages.js").matchAll(/"(--no-[a-z-]+)"/g)].map(([, flag]) => flag);
  expect(flags).toEqual(["--no-save", "--no-audit", "--no-fund", "--no-update-notifier"]);
});

test("there is no other part of Storm's own in the cluster: this list has to grow with it", () => {
  expect(Object.keys(IMAGES)).toEqual(["ingress", "registry", "page"]);
});
