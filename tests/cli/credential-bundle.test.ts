import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dockerHosts as hostsOf } from "../../cli/cluster/access";
import { bundleFiles, claimFolder, writeBundle } from "../../cli/credentials/bundle";
import { checkPerson, parseTtl } from "../../cli/credentials/ttl";
import { temporaryFolder } from "../tools/support";

/** What `storm credentials issue` writes, and for whom. */

const folder = temporaryFolder();
const credential = { person: "alice", certPem: "CERT\n", keyPem: "KEY\n", expires: new Date("2026-11-26T20:50:00Z") };
const dockerHosts: [string, string] = ["tcp://192.0.2.10:2376", "tcp://192.0.2.11:2376"];
const files = bundleFiles({ stack: "dev", dockerHosts, caPem: "CA\n", credential });
// What no shell may take for its own.
const bundle = join(folder, "it's $HOME and a blank");
claimFolder(bundle);
writeBundle(bundle, files);

test("the docker client's three files, the shell's one, and one to import", () => {
  const names = [".gitignore", "ca.pem", "cert.pem", "env.sh", "key.pem", "storm-dev.dockercontext"];
  expect(readdirSync(bundle).sort()).toEqual(names);
  expect(["ca.pem", "cert.pem", "key.pem"].map((name) => files[name])).toEqual(["CA\n", "CERT\n", "KEY\n"]);
});

test("in a repository git sees nothing of it", () => {
  const git = (...args: string[]) => String(execFileSync("git", ["-C", folder, ...args]));
  git("init", "-q");
  const seen = git("status", "--porcelain", "--untracked-files=all").split("\n").filter(Boolean);
  rmSync(join(folder, ".git"), { recursive: true });
  expect(seen).toEqual([]);
});

test("it is its owner's alone", () => {
  expect(statSync(bundle).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(bundle)) expect(statSync(join(bundle, name)).mode & 0o777).toBe(0o600);
});

test.each([
  ["bash", ["--norc"], "/", `. "$1/env.sh"`],
  ["sh", [], bundle, ". ./env.sh"],
])("env.sh in %s %j, from %s", (shell, options, cwd, line) => {
  const script = `${line} && printf '%s|' "$DOCKER_CERT_PATH" && sh -c 'echo "$DOCKER_HOST $DOCKER_TLS_VERIFY $DOCKER_CERT_PATH"'`;
  const args = [...options, "-euc", script, shell, bundle];
  const read = execFileSync(shell, args, { cwd, env: { PATH: process.env.PATH ?? "" } });
  expect(String(read)).toBe(`${bundle}|tcp://192.0.2.10:2376 1 ${bundle}\n`);
});

test("env.sh in a shell that does not know where the file is says so", () => {
  const { stdout, stderr } = spawnSync("sh", ["-c", '. "$1/env.sh"', "sh", bundle], { cwd: "/", encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({
    stdout: "",
    stderr: "env.sh: no ca.pem in /: this shell has to read it in its own folder\n",
  });
});

test("the other managers are in env.sh, for when that one is dead", () => {
  expect(String(files["env.sh"])).toContain(
    "# if that manager does not answer: DOCKER_HOST='tcp://192.0.2.11:2376'\nDOCKER_TLS_VERIFY=1\n",
  );
});

test("they are the stack's managers, or the load balancer that knows by itself who lives", () => {
  const access = { dockerHost: "tcp://192.0.2.10:2376", caCertificate: "", clientCertificate: "", clientKey: "" };
  const node = (role: string, address: string) => ({ role, address });
  const nodes = [node("manager", "192.0.2.10"), node("worker", "192.0.2.20"), node("manager", "192.0.2.11")];
  expect(hostsOf(access, { nodes })).toEqual(dockerHosts);
  const local = { ...access, dockerHost: "tcp://127.0.0.1:4711" };
  expect(hostsOf(local, { nodes })).toEqual(["tcp://127.0.0.1:4711"]);
});

test("docker takes the other one as a context", () => {
  const home = join(folder, "home");
  mkdirSync(home);
  const docker = (...args: string[]) =>
    String(execFileSync("docker", args, { env: { PATH: process.env.PATH ?? "", HOME: home } }));
  docker("context", "import", "theirs", join(bundle, "storm-dev.dockercontext"));
  const [found] = JSON.parse(docker("context", "inspect", "theirs")) as [
    { Metadata: object; Endpoints: object; TLSMaterial: object; Storage: { TLSPath: string } },
  ];
  expect(found.Metadata).toEqual({ Description: "Storm's cluster dev, for alice until 2026-11-26T20:50:00.000Z" });
  expect(found.Endpoints).toEqual({ docker: { Host: "tcp://192.0.2.10:2376", SkipTLSVerify: false } });
  expect(found.TLSMaterial).toEqual({ docker: ["ca.pem", "cert.pem", "key.pem"] });
  expect(readFileSync(join(found.Storage.TLSPath, "docker", "key.pem"), "utf8")).toBe("KEY\n");
});

test("a folder that has something in it is left as it is", () => {
  const other = join(folder, "other");
  mkdirSync(other, { mode: 0o755 });
  writeFileSync(join(other, "key.pem"), "SOMEBODY'S");
  expect(() => claimFolder(other)).toThrow(`${other} is not empty`);
  expect(readFileSync(join(other, "key.pem"), "utf8")).toBe("SOMEBODY'S");
  expect(statSync(other).mode & 0o777).toBe(0o755);
  claimFolder(join(folder, "new", "deep"));
  expect(existsSync(join(folder, "new", "deep"))).toBe(true);
});

test.each([
  ["1m", 60_000],
  ["90m", 5_400_000],
  ["8h", 28_800_000],
  ["30d", 2_592_000_000],
])("--ttl %s", (text, milliseconds) => expect(parseTtl(text)).toBe(milliseconds));

test.each(["", "8", "h", "0h", "-1h", "1.5h", "8H", "8 h", "31d", "99999d", "1y", "8h8m"])(
  "--ttl %j is refused with what it takes",
  (text) => {
    expect(() => parseTtl(text)).toThrow(`--ttl takes a time such as 30m, 8h or 7d, at most 30d, got "${text}"`);
  },
);

test.each(["alice", "Alice.B", "alice@example.com", "a+b@c-d_e", "a1", "x".repeat(64)])("a person: %s", (name) => {
  expect(checkPerson(name)).toBe(name);
});

test.each([
  "",
  "a",
  "-rf",
  "../alice",
  "al ice",
  "alice\n",
  "alice/bob",
  "operator",
  "applications",
  "x".repeat(65),
  "ålice",
])("no person: %j", (name) => expect(() => checkPerson(name)).toThrow("PERSON is a name such as alice"));
