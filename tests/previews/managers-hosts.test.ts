/**
 * Managers on machines that exist already, on the real engine. Making a host a node needs SSH, so the state is written as an update would
 * leave it; see tests/local/hosts.test.ts for the real thing.
 */
import type { Deployment } from "@pulumi/pulumi/automation";
import { fingerprint } from "../../lab/local/values";
import { birthOf, MEMORY, VOLUME_NODE } from "../../plan/before";
import { HOST_KEY, planOf } from "../plan/plans";
import { PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(2 * SUITE_TIMEOUT_MS);

const storm = (...last: number[]) =>
  [
    "Hostname: storm.example.com",
    "Hosts:",
    ...last.map((each, i) => `  - {name: h${i}, address: 192.0.2.${each}, role: manager, hostKey: ${HOST_KEY}}`),
    "",
  ].join("\n");
const FIRST = storm(1, 2, 3);
const options = {
  stack: "hosts",
  config: { "storm:layers": '["base","nodes"]' },
  secrets: { "storm:hostsKey": "-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----" },
};

interface Entry {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  parent?: string;
  provider?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start(false);
  await lab.up(FIRST, { ...options, config: { "storm:layers": "base" } });
  const stack = await lab.stack("hosts");
  const { resources } = await lab.preview(FIRST, options);
  const urnOf = (type: string, name: string) => {
    const found = resources.find((each) => each.type === type && each.name === name);
    if (!found) throw new Error(`the preview has no ${type} ${name}`);
    return found;
  };
  const state = await stack.exportStack();
  const { resources: there } = state.deployment as { resources: Entry[] };
  const root = there.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "";
  const component = (type: string, name: string): Entry => ({
    urn: urnOf(type, name).urn,
    type,
    custom: false,
    parent: root,
  });
  const providerOf = (plugin: string): Entry => {
    const type = `pulumi:providers:${plugin}`;
    const urn = resources.find((each) => each.type === type)?.urn ?? `urn:pulumi:hosts::storm::${type}::default`;
    return { urn, type, custom: true, id: `id-${plugin}`, inputs: {}, outputs: {} };
  };
  const [hostsOwn, engineOwn] = [providerOf("storm"), providerOf("pulumi")];
  const pool = component("storm:pools:HostsPool", "hosts");
  const memory = component(MEMORY, "memory");
  const plan = planOf(FIRST, "test");
  const stash = (name: string, input: unknown): Entry => ({
    ...{ urn: urnOf("pulumi:index:Stash", name).urn, type: "pulumi:index:Stash", custom: true, id: `id-${name}` },
    ...{ parent: memory.urn, provider: `${engineOwn.urn}::${engineOwn.id}` },
    ...{ inputs: { input }, outputs: { input, output: input } },
  });
  const hosts = plan.nodes.map((node): Entry => {
    const { urn, inputs } = urnOf("storm:hosts:Host", node.name);
    // The engine shows secrets as "[secret]", which here is as good as the key.
    const whole = { ...inputs, fingerprint: fingerprint(inputs, ["name", "cluster", "address", "hostKey"]) };
    return {
      ...{ urn, type: "storm:hosts:Host", custom: true, id: node.name, parent: pool.urn, inputs },
      ...{
        provider: `${hostsOwn.urn}::${hostsOwn.id}`,
        outputs: { ...whole, birth: "b", ipv4: node.address, login: {} },
      },
    };
  });
  const managers = plan.nodes.map((node) => stash(node.name, birthOf(plan, node)));
  const known = new Set(there.map(({ urn }) => urn));
  const more = [hostsOwn, engineOwn, pool, memory, ...hosts, ...managers, stash(VOLUME_NODE, plan.volumeNode)];
  there.push(...more.filter(({ urn }) => !known.has(urn)));
  await stack.importStack(state as Deployment);
});
afterAll(() => lab.stop());

const renewed = ({ resources }: Previewed) =>
  resources.filter(({ op, type }) => op === "replace" && type === "storm:hosts:Host").map(({ name }) => name);

test("two managers at other addresses: preview and update are refused by one message", async () => {
  for (const operation of ["preview", "up"] as const) {
    const { text, resources } = await lab.failing(storm(8, 9, 3), options, operation);
    expect(text).toContain("This would make 2 of 3 managers anew or restart them at once");
    expect(text).toContain("h0 (address 192.0.2.1 -> 192.0.2.8), h1 (address 192.0.2.2 -> 192.0.2.9)");
    expect(text).not.toContain("    at ");
    expect(resources.filter(({ op }) => op !== "same")).toEqual([]);
  }
});

test("one is made anew", async () => {
  expect(renewed(await lab.preview(storm(8, 2, 3), options))).toEqual(["h0"]);
});

test("--replace of two is refused, of one is not", async () => {
  const two = { ...options, replace: ["**::h0", "**::h1"] };
  expect((await lab.failing(FIRST, two)).text).toContain("This would make 2 of 3 managers anew");
  expect(renewed(await lab.preview(FIRST, { ...options, replace: ["**::h0"] }))).toEqual(["h0"]);
});
