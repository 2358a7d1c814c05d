import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "./support/mocks";
import { type Deployed, deployed, ofType, removeBuilds, resource } from "./support/program";
import { addressOf } from "./support/fake-outputs";

let whole: Deployed;
beforeAll(async () => {
  whole = await deployed();
});
afterAll(removeBuilds);

/** The value of the output of this name. */
function value(name: keyof Deployed["outputs"]): Promise<unknown> {
  return promiseOf(pulumi.output(whole.outputs[name] as pulumi.Input<unknown>));
}

const certOf = (name: string) => resource(whole, "SelfSignedCert", `${name}-ca-cert`).outputs["certPem"] as string;

test("the outputs are these and no others: scripts rely on them", () => {
  expect(Object.keys(whole.outputs).sort()).toEqual([
    "caCertificate",
    "clientCertificate",
    "clientKey",
    "clusterId",
    "consul",
    "cost",
    "credentialsToken",
    "dockerHost",
    "nodes",
    "storm",
    "stormCredential",
    "survives",
    "url",
    "urls",
  ]);
});

test("the clients' keys and Consul's token are secret, the rest can be read", async () => {
  const secret: string[] = [];
  for (const [name, output] of Object.entries(whole.outputs)) {
    if (await pulumi.isSecret(pulumi.output(output as pulumi.Input<unknown>))) secret.push(name);
  }
  expect(secret).toEqual(["clientKey", "consul", "credentialsToken", "stormCredential"]);
});

test("addresses: the usual port is left out", async () => {
  expect(await value("url")).toBe("https://guestbook.demo.dev.storm.localhost");
  expect(await value("urls")).toEqual({ "demo/guestbook": "https://guestbook.demo.dev.storm.localhost" });
  expect(await value("dockerHost")).toBe("tcp://127.0.0.1:2376");
});

test("addresses: another port is in them", async () => {
  const ports = { https: 8443, http: 8080, docker: 8376, consul: 8501 };
  const { outputs } = await deployed(undefined, { answers: { "load-balancer": { ports } } });
  expect(await promiseOf(outputs.url)).toBe("https://guestbook.demo.dev.storm.localhost:8443");
  expect(await promiseOf(outputs.dockerHost)).toBe("tcp://127.0.0.1:8376");
  expect((await promiseOf(outputs.consul)).address).toBe("https://127.0.0.1:8501");
});

test("nodes, in the plan's order", async () => {
  expect(await value("nodes")).toEqual(
    ["local-1", "local-2", "local-3"].map((name) => ({
      name,
      role: "manager",
      site: "local",
      size: "small",
      address: addressOf(name),
    })),
  );
});

test("certificates and Consul's address, with the token that only reads nodes and services", async () => {
  expect(await value("caCertificate")).toBe(certOf("ingress") + certOf("docker") + certOf("consul"));
  expect(await value("clientCertificate")).toBe(
    resource(whole, "LocallySignedCert", "docker-client-cert").outputs["certPem"],
  );
  expect(await value("clientKey")).toBe(resource(whole, "PrivateKey", "docker-client-key").outputs["privateKeyPem"]);
  const document = JSON.parse(resource(whole, "Command", "consul").inputs["stdin"] as string) as {
    acl: { tokens: { description: string; secret: string }[] };
  };
  const secretOf = (name: string) => document.acl.tokens.find((token) => token.description === `storm:${name}`)?.secret;
  expect(await value("consul")).toEqual({
    address: "https://127.0.0.1:8501",
    datacenter: "dev",
    caCertificate: certOf("consul"),
    token: secretOf("operator"),
  });
  expect(await value("credentialsToken")).toBe(secretOf("credentials"));
});

test("the rest", async () => {
  expect(await value("survives")).toBe("Survives the loss of any one of its 3 managers; not of this machine.");
  expect(await value("clusterId")).toMatch(/^[0-9a-f]{4}$/);
});

test("no authority's key and no key of a node is in any output", async () => {
  const all = JSON.stringify(await promiseOf(pulumi.output(whole.outputs as unknown as pulumi.Input<object>)));
  const keys = ofType(whole, "PrivateKey").filter(
    ({ name }) => !["docker-client-key", "docker-applications-key"].includes(name),
  );
  const shown = keys.filter(({ outputs }) => all.includes((outputs["privateKeyPem"] as string).split("\n")[1] ?? "?"));
  expect(shown.map(({ name }) => name)).toEqual([]);
});
