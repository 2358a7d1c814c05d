import * as fs from "node:fs";
import * as path from "node:path";
import { loadAll } from "../../load";
import { pinned } from "../../plan/lock";
import { formatLock, parseLock } from "../../spec/lock";
import { temporaryFolder } from "../tools/support";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const LOCK = {
  images: { "aws/eu-west-1/amd64": "ami-0a1b" },
  containers: { "nginx:1.27": DIGEST, "busybox:1": DIGEST },
};
const folder = temporaryFolder();

function loaded(offline: boolean) {
  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  write("storm.yml", "Local: [1, small]\ncompose: { web: { file: web.yml } }\n");
  write(
    "web.yml",
    `services: {a: {image: 'nginx:1.27'}, b: {image: 'redis:7'}, c: {image: 'nginx:1.27@sha256:${"f".repeat(64)}'}}\n`,
  );
  write("storm.lock", formatLock(LOCK));
  const settings = { directory: folder, file: "storm.yml", env: "dev", ipvs: true, buildDirectory: `${folder}/builds` };
  return loadAll({ ...settings, offline });
}
const images = (offline: boolean) => {
  const { services } = loaded(offline).stacks[0]?.stack as { services: Record<string, { image: string }> };
  return Object.values(services).map(({ image }) => image);
};

test("what is written is read again, sorted", () => {
  expect(parseLock(formatLock(LOCK))).toEqual(LOCK);
  expect(formatLock(LOCK)).toMatchInlineSnapshot(`
   "# Written by \`npx storm lock\`; commit it. What is pinned here changes by that command alone.
   version: 1
   images:
     "aws/eu-west-1/amd64": "ami-0a1b"
   containers:
     "busybox:1": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
     "nginx:1.27": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
   "
  `);
  expect(formatLock(parseLock("version: 1\n"))).toContain("images: {}");
});

test("an image of a compose file gets its digest; one with a digest of its own keeps it, one that is not locked its tag", () => {
  expect(images(false)).toEqual([`nginx:1.27@${DIGEST}`, "redis:7", `nginx:1.27@sha256:${"f".repeat(64)}`]);
});

test("where images are built on this machine, no digest of a publisher's is theirs; machine images stay pinned", () => {
  expect(images(true)[0]).toBe("nginx:1.27");
  expect(loaded(true).plan.lock).toEqual({ images: LOCK.images, containers: {} });
});

test("Storm's own images by the same rule", () => {
  expect(pinned("traefik:v3.6.0", { images: {}, containers: { "traefik:v3.6.0": DIGEST } })).toBe(
    `traefik:v3.6.0@${DIGEST}`,
  );
  expect(pinned("traefik:v3.6.0", undefined)).toBe("traefik:v3.6.0");
});

test.each([
  ["- a\n", "storm.lock:1:1: must be a mapping of version, images, containers, got a list of 1"],
  ["version: 2\n", "storm.lock:1:10 version: must be 1, got 2"],
  ["version: 1\nimage: {}\n", "storm.lock:2:8 image: unknown key (allowed: version, images, containers)"],
  ["version: 1\nimages: [a]\n", "storm.lock:2:9 images: must be a mapping, got a list of 1"],
  [
    "version: 1\nimages:\n  aws-amd64: ami-1\n",
    "storm.lock:3:14 images/aws-amd64: the key must be <provider>/<region>/<amd64 or arm64>",
  ],
  [
    "version: 1\ncontainers:\n  nginx: latest\n",
    'storm.lock:3:10 containers/nginx: must be sha256: and 64 digits, got "latest"',
  ],
])("%j is an error with its place", (text, message) => {
  expect(() => parseLock(text)).toThrow(message);
});
