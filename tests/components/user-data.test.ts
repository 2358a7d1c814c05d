import * as zlib from "node:zlib";
import { type Deployed, deployed, ofType, removeBuilds, resource, secretTexts } from "./support/program";

/** Of AWS, for compressed user-data too; other clouds take more. */
const LIMIT_KIB = 16;

let whole: Deployed;
beforeAll(async () => {
  whole = await deployed();
});
afterAll(removeBuilds);

const userDataOf = (name: string) => resource(whole, "Node", name).inputs["userData"] as string;
const NODES = ["local-1", "local-2", "local-3"];

test("user-data is secret, because the host key is in it", () => {
  for (const { secretInputs } of ofType(whole, "Node")) expect(secretInputs).toEqual(["userData"]);
});

test.each(NODES)("user-data of %s holds its own host key and no other secret", (name) => {
  const text = userDataOf(name);
  const found = Object.entries(secretTexts(whole))
    .filter(([, secret]) => text.includes(secret))
    .map(([what]) => what);
  expect(found).toEqual([`${name}-host-key privateKeyOpenssh`]);
});

test("it holds no certificate: all of them rotate", () => {
  for (const name of NODES) expect(userDataOf(name)).not.toContain("BEGIN CERTIFICATE");
});

test("nodes differ in who they are alone", () => {
  const same = NODES.map((name) => {
    const { ssh_keys, hostname, write_files, ...rest } = JSON.parse(
      userDataOf(name).slice("#cloud-config\n".length),
    ) as {
      ssh_keys: object;
      hostname: string;
      write_files: { path: string }[];
    };
    expect({ hostname, keys: Object.keys(ssh_keys) }).toEqual({
      hostname: name,
      keys: ["ed25519_private", "ed25519_public"],
    });
    const own = ["/etc/storm/node.json", "/etc/consul.d/node.json"];
    return { ...rest, write_files: write_files.filter((file) => !own.includes(file.path)) };
  });
  expect(same[1]).toEqual(same[0]);
  expect(same[2]).toEqual(same[0]);
});

test(`compressed it stays below ${LIMIT_KIB} KiB`, () => {
  const sizes = NODES.map((name) => zlib.gzipSync(userDataOf(name), { level: 9 }).length / 1024);
  const largest = Math.max(...sizes);
  process.stdout.write(`user-data: ${largest.toFixed(1)} KiB compressed\n`);
  expect(largest).toBeLessThanOrEqual(LIMIT_KIB);
});
