import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { CREDENTIAL_OUTPUT, type StormCredential } from "../../../outputs/schema";
import { cacheFolder } from "../../../tools/paths";
import { type LabCluster, root, run } from "../lab";
import { nameOf, plainText, resources, urnOf } from "../state";

/** What the engine writes encrypted to tell a right passphrase from a wrong one (its secrets/passphrase/manager.go). */
function opens(state: string, passphrase: string): boolean {
  const salt = /"salt":\s*"v1:([^:]+):v1:([^:]+):([^"]+)"/.exec(state)?.slice(1) ?? [];
  const [own = Buffer.alloc(0), nonce = own, sealed = own] = salt.map((part) => Buffer.from(part, "base64"));
  const key = crypto.pbkdf2Sync(passphrase, own, 1_000_000, 32, "sha256");
  const decipher = crypto.createDecipheriv("aes-256-gcm", key, nonce).setAuthTag(sealed.subarray(-16));
  try {
    return decipher.update(sealed.subarray(0, -16)).toString() === "pulumi" && decipher.final().length === 0;
  } catch {
    return false;
  }
}

const CONTAINERS = "containers' settings and logs";

/** Canaries: every secret of the cluster, looked for where it must not be. */
export function secrets(lab: LabCluster): void {
  test("no secret is in plain text in state, logs, process lists or container settings", async () => {
    const canaries = await secretValues(lab);
    expect(canaries.length).toBeGreaterThan(20);
    const places: Record<string, string> = {
      ...readTree(path.join(root, ".storm", "state")),
      ...readTree(path.join(root, ".storm", "logs")),
      ...readTree(path.join(cacheFolder(), "logs")),
    };
    for (const service of ["load-balancer", "image-cache"]) {
      const { stdout, stderr } = await run("docker", ["logs", lab.container(service)]);
      places[`log of the ${service}`] = stdout + stderr;
    }
    for (const { name } of lab.nodes) {
      const what = {
        journal: "journalctl --no-pager -o cat",
        processes: "ps axww -o args; cat /proc/[0-9]*/environ | tr '\\0' '\\n'",
        "user-data": "cat /var/lib/cloud/seed/nocloud/user-data",
        "cloud-init's logs": "cat /var/log/cloud-init*.log",
        [CONTAINERS]:
          'docker ps -aq | xargs docker inspect; for each in $(docker ps -aq); do docker logs "$each" 2>&1; done',
      };
      for (const [title, command] of Object.entries(what))
        places[`${name}: ${title}`] = (await lab.on(name, command, 120)).stdout;
    }
    // A place that was not read has no secret in it either.
    expect(Object.keys(places).filter((place) => places[place] === "" && !place.startsWith("/"))).toEqual([]);
    const found = Object.entries(places).flatMap(([place, text]) =>
      canaries
        .filter(({ name, value }) => text.includes(value) && !belongsThere(lab, name, place))
        .map(({ name }) => `${name} in ${place}`),
    );
    expect(found).toEqual([]);
  });

  test("no secret shows in a process list or a container's settings while it is deployed, nor in what is printed", async () => {
    const before = await secretValues(lab);
    const seen = new Set<string>();
    const look = async () => {
      const script = "ps axww -o args; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
      const places = [run("sh", ["-c", script]), ...lab.nodes.map(({ name }) => lab.on(name, script))];
      for (const { stdout } of await Promise.all(places)) for (const line of stdout.split("\n")) seen.add(line);
    };
    let deploying = true;
    // Every command of every node runs again: all of them are told new tokens.
    const deploy = lab.pulumi("up", "--yes", "--skip-preview", "--replace", await urnOf(lab, "secrets-tokens"));
    void deploy.finally(() => (deploying = false));
    let looks = 0;
    for (; deploying; looks++) await look();
    const done = await deploy;
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    expect(looks).toBeGreaterThan(3);
    const containers = (await run("docker", ["ps", "-aq", "--filter", `name=storm-${lab.stack}-`])).stdout
      .trim()
      .split("\n");
    const places = {
      "a process list": [...seen].join("\n"),
      "what up printed": done.stdout,
      "the settings of a container": (await run("docker", ["inspect", ...containers])).stdout,
    };
    const canaries = [...before, ...(await secretValues(lab))];
    const found = Object.entries(places).flatMap(([place, text]) =>
      canaries.filter(({ value }) => text.includes(value)).map(({ name }) => `${name} in ${place}`),
    );
    expect(found).toEqual([]);
  });

  test("the state opens with this checkout's passphrase and not without; others cannot read either", () => {
    const storm = path.join(root, ".storm");
    const state = fs.readFileSync(path.join(storm, "state/.pulumi/stacks/storm", `${lab.stack}.json`), "utf8");
    expect(opens(state, fs.readFileSync(path.join(storm, "passphrase"), "utf8").trim())).toBe(true);
    expect(opens(state, "")).toBe(false);
    expect(fs.statSync(storm).mode & 0o077).toBe(0);
  });
}

/**
 * By design: a node's SSH host key is in its user-data, and rotates with the node. What a compose file puts into a program's
 * environment is in its container's settings, and what a program logs in its log.
 */
function belongsThere(lab: LabCluster, name: string, place: string): boolean {
  if (place.endsWith("user-data")) return name.includes("-host-key");
  return place.endsWith(CONTAINERS) && Object.hasOwn(lab.canaries, name);
}

export interface Canary {
  name: string;
  value: string;
}

/**
 * The line of a PEM that holds the private part: the first of PKCS#8 and SEC 1, the last but one of OpenSSH's own form.
 * The others hold the public key, which is no secret and is in certificates.
 */
function secretLine(pem: string): string {
  const lines = pem.trim().split("\n");
  return (pem.includes("OPENSSH") ? lines.at(-3) : lines[1]) ?? "";
}

/** One line of every secret: enough to be found, whatever line breaks surround it. */
export async function secretValues(lab: LabCluster): Promise<Canary[]> {
  const canaries: Canary[] = Object.entries(lab.canaries).map(([name, value]) => ({ name, value }));
  for (const resource of await resources(lab, "--show-secrets")) {
    for (const [property, value] of Object.entries(resource.outputs ?? {})) {
      const plain = plainText(value);
      if (plain === undefined || !/rivateKey|clientKey/.test(property)) continue;
      const secret = secretLine(plain);
      if (secret.length > 20) canaries.push({ name: `${nameOf(resource)}.${property}`, value: secret });
    }
  }
  const outputs = await lab.outputs();
  const credential = outputs[CREDENTIAL_OUTPUT] as StormCredential;
  canaries.push({ name: "stormCredential", value: secretLine(credential.key) });
  canaries.push({ name: "credentialsToken", value: String(outputs.credentialsToken) });
  const passphrase = fs.readFileSync(path.join(root, ".storm", "passphrase"), "utf8").trim();
  canaries.push({ name: "the backend's passphrase", value: passphrase });
  for (const token of ["controller", "node", "registrator", "operator"]) {
    canaries.push({
      name: `token ${token}`,
      value: (await lab.on("local-1", `cat /etc/storm/tokens/${token}`)).stdout.trim(),
    });
  }
  const consul = JSON.parse((await lab.on("local-1", "cat /etc/consul.d/secrets.json")).stdout) as {
    encrypt: string;
    acl: { tokens: Record<string, string> };
  };
  canaries.push({ name: "gossip key", value: consul.encrypt });
  for (const [token, value] of Object.entries(consul.acl.tokens)) canaries.push({ name: `consul ${token}`, value });
  for (const role of ["worker", "manager"]) {
    const { stdout: joinToken } = await lab.on("local-1", `docker swarm join-token -q ${role}`);
    canaries.push({ name: `join token ${role}`, value: joinToken.trim() });
  }
  // Nothing is found of a secret that could not be read.
  expect(canaries.filter(({ value }) => value.length < 16)).toEqual([]);
  return canaries;
}

function readTree(folder: string): Record<string, string> {
  if (!fs.existsSync(folder)) return {};
  const files = fs.readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [file, fs.readFileSync(file, "utf8")];
    }),
  );
}
