import * as pulumi from "@pulumi/pulumi";
import { StormReference } from "../../outputs";
import { parsed, stormOutputs, unexpired } from "../../outputs/schema";
import { promiseOf } from "../components/support/mocks";
import { deployed, removeBuilds } from "../components/support/program";

/** What application teams get, read as they read it. tests/previews/outputs.test.ts does so on the engine. */

const NOW = () => new Date("2026-12-01T00:00:00Z");
let shown: { storm: object; stormCredential: object };
beforeAll(async () => {
  const { outputs } = await deployed();
  shown = { storm: await promiseOf(outputs.storm), stormCredential: await promiseOf(outputs.stormCredential) };
});
afterAll(removeBuilds);

/** A reference to a stack that shows these outputs. */
async function reference(outputs: Record<string, unknown>, now = NOW): Promise<StormReference> {
  const answer = { outputs, secretOutputNames: ["stormCredential"] };
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: ({ id, inputs }) => ({ id: id ?? "", state: { ...(inputs as object), ...answer } }),
  });
  return new StormReference("dev-outputs", undefined, now);
}

test("names and addresses can be read, the credential is secret", async () => {
  const cluster = await reference(shown);
  expect(await promiseOf(cluster.outputs)).toEqual({
    schemaVersion: 1,
    env: "dev",
    name: "storm",
    domain: "dev.storm.localhost",
    domains: { demo: "demo.dev.storm.localhost" },
    httpsPort: 443,
    url: "https://guestbook.demo.dev.storm.localhost",
    urls: { "demo/guestbook": "https://guestbook.demo.dev.storm.localhost" },
    dockerHost: "tcp://127.0.0.1:2376",
    consul: { address: "https://127.0.0.1:8501", datacenter: "dev" },
    registry: "registry.service.consul:5000",
    network: "zz-edge",
    caCertificate: expect.stringContaining("CERTIFICATE") as string,
  });
  expect(await pulumi.isSecret(cluster.outputs)).toBe(false);
  expect(await pulumi.isSecret(cluster.credential)).toBe(true);
  expect((await promiseOf(cluster.credential)).key).toContain("PRIVATE KEY");
  expect(await promiseOf(cluster.addressOf("x.demo.dev.storm.localhost"))).toBe("https://x.demo.dev.storm.localhost");
});

test("another port than 443 is in the addresses", async () => {
  const cluster = await reference({ ...shown, storm: { ...shown.storm, httpsPort: 8443 } });
  expect(await promiseOf(cluster.addressOf("x.y"))).toBe("https://x.y:8443");
});

describe("one clear error:", () => {
  const read = (value: unknown) => () => parsed(stormOutputs, value, "output storm of stack x", "do this");

  test("an output that is not there", () =>
    expect(read(undefined)).toThrow("output storm of stack x is not there: do this"));
  test("one that another key encrypts", () =>
    expect(read({})).toThrow("output storm of stack x cannot be decrypted with this stack's key: do this"));
  test("a newer schema", () =>
    expect(read({ schemaVersion: 2 })).toThrow("is of schemaVersion 2, and this version of storm reads 1: do this"));
  test("a field that is missing", () =>
    expect(read({ ...shown.storm, url: undefined })).toThrow(
      /^output storm of stack x cannot be used \(url: .*\): do this$/,
    ));
  test("a credential that has ended", () => {
    const credential = { certificate: "", key: "", expires: "2027-01-01T00:00:00Z" };
    expect(unexpired(credential, "x", NOW())).toBe(credential);
    expect(() => unexpired(credential, "x", new Date("2027-01-02T00:00:00Z"))).toThrow(
      "the credential of stack x ended at 2027-01-01T00:00:00Z: its operators renew it by `pulumi up`",
    );
  });
});
