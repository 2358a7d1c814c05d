import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../tools/paths";
import { temporaryFolder } from "./support";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- plain JavaScript, run before anything is compiled
const { installedMatches, nodePackages, lock } = require("../../tools/node-packages.js") as {
  installedMatches(root: string): boolean;
  nodePackages(root: string): boolean;
  lock(file: string): () => void;
};

const root = temporaryFolder();
const wanted = {
  "": {},
  "node_modules/a": { integrity: "sha512-a" },
  "node_modules/b": { integrity: "b", optional: true },
};

function writePackages(folder: string, file: string, packages: object): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(join(folder, file), JSON.stringify({ packages }));
}

test("packages that somebody's own npm installed are accepted, other versions are not", () => {
  const folder = join(root, "packages");
  writePackages(folder, "package-lock.json", wanted);
  expect(installedMatches(folder)).toBe(false);
  writePackages(folder, "node_modules/.package-lock.json", { "node_modules/a": { integrity: "sha512-old" } });
  expect(installedMatches(folder)).toBe(false);
  writePackages(folder, "node_modules/.package-lock.json", { "node_modules/a": { integrity: "sha512-a" } });
  expect(installedMatches(folder)).toBe(true);
  expect(nodePackages(folder)).toBe(false);
  expect(existsSync(join(folder, "node_modules", ".storm-stamp"))).toBe(true);
});

test.each([
  ["died", "4194305:1"],
  // After a reboot, or in another container, the id is another process's, or our own.
  ["had this process's id before it", `${process.pid}:1`],
  ["wrote nothing", ""],
])("a lock whose owner %s is taken over", (_, owner) => {
  const file = join(root, "some.lock");
  writeFileSync(file, owner);
  lock(file)();
  expect(existsSync(file)).toBe(false);
});

/** A checkout of the plain JavaScript alone, with a record of an engine that shows what it gets. */
function readyCheckout(name: string): { folder: string; engine: string } {
  const folder = join(root, name);
  mkdirSync(join(folder, "tools"), { recursive: true });
  const own = ["lab-root", "node-packages", "policy-pack", "read-ready", "state-backend"];
  for (const file of ["bootstrap", ...own].map((name) => `${name}.js`)) {
    copyFileSync(join(checkout, "tools", file), join(folder, "tools", file));
  }
  writePackages(folder, "package-lock.json", wanted);
  writePackages(folder, "node_modules/.package-lock.json", { "node_modules/a": { integrity: "sha512-a" } });
  const engine = join(folder, "pulumi");
  writeFileSync(
    engine,
    '#!/bin/sh\necho "$@ home=$PULUMI_HOME docker=$DOCKER_HOST run=$STORM_RUN root=$STORM_ROOT passphrase=${PULUMI_CONFIG_PASSPHRASE-unset}"\necho "backend=$PULUMI_BACKEND_URL file=${PULUMI_CONFIG_PASSPHRASE_FILE-unset} token=$PULUMI_ACCESS_TOKEN"\nexit 7\n',
  );
  chmodSync(engine, 0o755);
  const { mtimeMs, size } = statSync(engine);
  const ready = {
    format: 4,
    root: folder,
    setup: "",
    given: "",
    engine,
    path: folder,
    env: { PULUMI_HOME: "/home/of/plugins" },
    watched: [[engine, `${mtimeMs}:${size}`]],
  };
  mkdirSync(join(folder, ".storm"));
  writeFileSync(join(folder, ".storm", "ready.json"), JSON.stringify(ready));
  return { folder, engine };
}

function bootstrap(folder: string, args: string[], more: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, DOCKER_HOST: "tcp://127.0.0.1:2376", ...more };
  return spawnSync(process.execPath, [join(folder, "tools", "bootstrap.js"), ...args], { encoding: "utf8", env });
}

test("`pulumi` goes straight to the recorded engine: quiet, with its exit code and this checkout's settings", () => {
  const { folder } = readyCheckout("ready");
  const { stdout, stderr, status } = bootstrap(folder, ["pulumi", "stack", "ls"]);
  expect(stdout).toMatch(
    /^stack ls home=\/home\/of\/plugins docker=unix:\/\/\/var\/run\/docker.sock run=cli:\d+:\d+ root=\/.+\/ready passphrase=unset\nbackend=file:\/\/\/.+\/ready\/.storm\/state file=\/.+\/ready\/.storm\/passphrase token=\n$/,
  );
  expect({ stderr, status }).toEqual({ stderr: "", status: 7 });
});

test("the user's own backend wins, and with it what opens it", () => {
  const { folder } = readyCheckout("elsewhere");
  const last = (more: Record<string, string>) =>
    bootstrap(folder, ["pulumi", "stack", "ls"], more).stdout.replace(/^.* passphrase=/, "passphrase=");
  const bucket = { PULUMI_BACKEND_URL: "s3://state/prod?region=eu-west-1" };
  expect(last({ ...bucket, PULUMI_CONFIG_PASSPHRASE: "own" })).toBe(
    `passphrase=own\nbackend=${bucket.PULUMI_BACKEND_URL} file=unset token=\n`,
  );
  expect(last({ ...bucket, PULUMI_CONFIG_PASSPHRASE_FILE: "/own" })).toContain("file=/own token=");
  expect(last({ PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_ACCESS_TOKEN: "pul-1" })).toBe(
    "passphrase=unset\nbackend=https://api.pulumi.com file=unset token=pul-1\n",
  );
  // This checkout's folder by its own name is not another one.
  for (const own of [`file://${folder}/.storm/state`, "file://.storm/state"])
    expect(last({ PULUMI_BACKEND_URL: own, PULUMI_CONFIG_PASSPHRASE: "" })).toMatch(
      /^passphrase=unset\nbackend=file:\/\/\/.+\/elsewhere\/.storm\/state file=\/.+\/.storm\/passphrase token=\n$/,
    );
});

test("a changed engine voids the record", () => {
  const { folder, engine } = readyCheckout("changed");
  writeFileSync(engine, "#!/bin/sh\necho another\n");
  const { stdout, status } = bootstrap(folder, ["pulumi", "version"]);
  expect(stdout).toBe("");
  expect(status).not.toBe(0);
});
