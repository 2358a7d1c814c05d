import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction } from "node:net";
import { certificatesOf, declaredOf, localClusterOf } from "../../cli/status/declared";
import { localMachines } from "../../cli/status/machines";
import { servedCertificates } from "../../cli/status/served-certificates";
import type { Docker } from "../../lab/local/docker";
import type { StackState } from "../../tools/backend";
import { systemError, temporaryFolder } from "../tools/support";
import { makeCertificate, serveHttps } from "./support";

/** What `storm status` takes from Pulumi's state, from this machine and from the ingress. */

const folder = temporaryFolder();

const entry = (types: string, name: string, outputs: Record<string, unknown> = {}) => ({
  urn: `urn:pulumi:dev::storm::${types}::${name}`,
  outputs,
});
const state: StackState = {
  outputs: { nodes: [{ name: "local-1", role: "manager", site: "local", size: "small", address: "172.28.0.10" }] },
  pendingOperations: 0,
  interrupted: [],
  resources: 0,
  clusters: ["3f2a"],
  containers: 1,
  entries: [
    entry("storm:pools:LocalPool$storm:local:Network", "local-network", { name: "storm-dev-3f2a" }),
    entry("storm:pools:LocalPool$storm:local:Node", "local-1"),
    entry("storm:aws:ElasticPool", "aws-eu-west-1/web"),
    entry("storm:aws:ElasticPool$aws:autoscaling/group:Group", "aws-eu-west-1/web"),
    entry("storm:certificates:Certificate$tls:index/locallySignedCert:LocallySignedCert", "docker-client-cert", {
      validityEndTime: "2027-03-01T00:00:00Z",
      earlyRenewalHours: 720,
    }),
    entry("storm:certificates:Authority$tls:index/selfSignedCert:SelfSignedCert", "docker-ca-cert", {
      validityEndTime: "2036-03-01T00:00:00Z",
    }),
  ],
};

test("what Pulumi's state declares", () => {
  const node = { name: "local-1", role: "manager", site: "local", made: true, local: true };
  expect(declaredOf(state, undefined)).toEqual({ nodes: [node], pools: [{ key: "aws-eu-west-1/web", min: 0 }] });
  expect(localClusterOf(state)).toEqual({ cluster: "3f2a", prefix: "storm-dev-3f2a-" });
  expect(certificatesOf(state)).toEqual([
    { name: "docker-client", ends: new Date("2027-03-01T00:00:00Z"), renewalDays: 30 },
    { name: "docker-ca", ends: new Date("2036-03-01T00:00:00Z"), renewalDays: 0 },
  ]);
});

test("a node of a cloud has that cloud's machine, and none of what belongs to it", () => {
  const pool = "storm:pools:AwsFixedPool$aws:ec2";
  const entries = ["networkInterface:NetworkInterface", "instance:Instance"].map((type) =>
    entry(`${pool}/${type}`, "web-1"),
  );
  const nodes = ["web-1", "own-1"].map((name) => ({ name, role: "worker", site: "aws-eu-west-1" }));
  const found = declaredOf({ ...state, outputs: { nodes }, entries }, undefined);
  expect(found.nodes.map(({ machine }) => machine)).toEqual([
    "urn:pulumi:dev::storm::storm:pools:AwsFixedPool$aws:ec2/instance:Instance::web-1",
    undefined,
  ]);
});

test("the certificate that an address shows is looked at, one a stack, whoever signed it", async () => {
  const site = await serveHttps(makeCertificate(folder, "site", 5), (_, answer) => answer.end());
  const { port } = new URL(site.origin);
  try {
    const [shown, ...others] = await servedCertificates({
      "demo/web": `https://web.demo.dev.storm.localhost:${port}`,
      "demo/api": `https://api.demo.dev.storm.localhost:${port}`,
    });
    expect(others).toEqual([]);
    const days = ((shown?.ends?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(5);
    // The first of two sites is lost, and its address still in the zone.
    const lookup = leadsTo(["127.0.0.2", "127.0.0.1"]);
    const [other] = await servedCertificates({ "demo/web": `https://web.demo.example.com:${port}` }, lookup);
    expect(other?.ends).toEqual(shown?.ends);
  } finally {
    site.close();
  }
});

/** Names lead there, as a resolver says it: later. */
const leadsTo =
  (addresses: readonly string[]): LookupFunction =>
  (_, { all }, found) =>
    setImmediate(() =>
      all
        ? found(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          )
        : found(null, addresses[0] ?? "", 4),
    );

describe("of who shows no certificate it is said whether the name led to anybody", () => {
  const at = (url: string, lookup?: LookupFunction) => servedCertificates({ "demo/web": url }, lookup);

  test("nobody listens", async () => {
    const listening = createServer().listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address() as AddressInfo; // it listens on a port
    listening.close();
    await once(listening, "close");
    const silent = `connect ECONNREFUSED 127.0.0.1:${port}`;
    expect(await at(`https://web.demo.dev.storm.localhost:${port}`)).toEqual([
      { name: "at web.demo.dev.storm.localhost", ends: undefined, silent },
    ]);
    const both = leadsTo(["127.0.0.1", "127.0.0.2"]);
    expect(await at(`https://web.demo.example.com:${port}`, both)).toMatchObject([
      { silent: `${silent}, connect ECONNREFUSED 127.0.0.2:${port}` },
    ]);
  });

  test("somebody listens and says nothing", async () => {
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo; // it listens on a port
    try {
      expect(await at(`https://web.demo.dev.storm.localhost:${port}`)).toMatchObject([{ silent: "no answer" }]);
    } finally {
      mute.close();
    }
  });

  test.each<[string, LookupFunction]>([
    ["nobody has that name", (_, __, found) => setImmediate(() => found(systemError("ENOTFOUND"), "", 4))],
    ["no resolver answers in time", () => undefined],
  ])("%s: of the ingress that says nothing", async (_, lookup) => {
    expect(await at("https://web.demo.example.com", lookup)).toEqual([
      { name: "at web.demo.example.com", ends: undefined },
    ]);
  });
});

test("the nodes among this machine's containers, by whoever made them; without any of the cluster nobody knows", async () => {
  const container = (name: string, State: string, kind: string) => ({
    Names: [`/${name}`],
    State,
    Labels: { "storm.cluster": "3f2a", "storm.kind": kind },
  });
  const asked: unknown[] = [];
  const dockerWith = (all: object[]): Docker => {
    const get = (...words: unknown[]) => (asked.push(words), Promise.resolve(all));
    return { get } as Partial<Docker> as Docker; // nothing else of it is used
  };
  const all = [
    container("storm-dev-3f2a-local-1", "running", "node"),
    container("storm-dev-3f2a-local-2", "exited", "node"),
    container("storm-dev-3f2a-local-3", "paused", "node"),
    container("by-hand", "running", "node"),
    container("storm-dev-3f2a-image-cache", "running", "service"),
  ];
  expect(await localMachines(dockerWith(all), "3f2a", "storm-dev-3f2a-")).toEqual(
    new Map([
      ["local-1", "running"],
      ["local-2", "stopped"],
      ["local-3", "stopped"],
      ["by-hand", "running"],
    ]),
  );
  expect(asked).toEqual([["/containers/json", { all: true, filters: { label: ["storm.cluster=3f2a"] } }]]);
  expect(await localMachines(dockerWith([]), "3f2a", "storm-dev-3f2a-")).toBeUndefined();
});
