/** The harness itself, and that a cluster on this machine needs no cloud. */
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

const MACHINE = JSON.stringify({ nodeImage: "node:1", cacheImage: "cache:1", ipvs: false });
let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
});
afterAll(() => lab.stop());

test("three local nodes are planned by the real engine", async () => {
  const { resources, messages } = await lab.preview("Local: [3, small]\n", { config: { "storm:local": MACHINE } });
  expect(messages).toEqual([]);
  const nodes = resources.filter(({ type }) => type === "storm:local:Node").map(({ name }) => name);
  expect(nodes.sort()).toEqual(["local-1", "local-2", "local-3"]);
  // No cloud's provider is there, so no cloud's SDK was loaded into use.
  expect(resources.filter(({ type }) => /^pulumi:providers:(aws|azure|digitalocean)/.test(type))).toEqual([]);
});

test("without set-up's word about this machine it is one clear error", async () => {
  const { text } = await lab.failing("Local: [3, small]\n", { stack: "bare" });
  expect(text).toContain("stack config storm:local is missing: run `npm start` once");
  expect(text).not.toContain("    at ");
});
