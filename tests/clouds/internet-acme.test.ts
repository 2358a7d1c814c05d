/** Certificates by Debian's lego, run as managers run it: the real names, ports and checks of propagation, but all of it ends here. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acmeCredentialErrors } from "../../boot/acme";
import type { Credentials } from "../../lab/clouds/internet/credentials";
import { Internet } from "../../lab/clouds/internet/internet";
import { recipes } from "../../lab/binaries/recipes";
import { type DnsZone, INTERNET } from "../../lab/clouds/world";
import { run } from "../../tools/command";
import { cacheFolder } from "../../tools/paths";
import { isAlive, type ProcessId } from "../../tools/processes";
import { findLego } from "../../lab/binaries/lego";
import { until } from "../acme/parts";
import { InternetLab } from "./internet-lab";

jest.setTimeout(180_000);

const SERVER = "https://acme-v02.api.letsencrypt.org/directory";
const PROVIDERS = ["route53", "digitalocean"] as const;
const ZONES: DnsZone[] = PROVIDERS.map((name) => ({ name: `${name}.example.com`, records: [] }));

let lab: InternetLab;
let lego: string;
let credentials: Credentials;
beforeAll(async () => {
  lego = await findLego(cacheFolder(), () => undefined);
  lab = await InternetLab.start();
  credentials = lab.internet.credentials();
  await lab.internet.apply(ZONES);
}, 600_000);
afterAll(() => lab?.stop());

/** storm_acme.py's command line. */
function issue(provider: string, environment: Record<string, string>, domains: string[]) {
  const names = domains.flatMap((domain) => ["--domains", domain]);
  const account = ["--accept-tos", "--email", "ops@example.com", "--server", SERVER];
  const args = [...account, "--dns", provider, "--key-type", "ec256", "--path", join(lab.folder, provider), ...names];
  return lab.run(lego, [...args, "run"], environment);
}
const server = () => JSON.parse(readFileSync(join(lab.options.folder, "server.json"), "utf8")) as ProcessId;

describe.each(PROVIDERS)("through the API of %s", (provider) => {
  const domains = [`*.web.${provider}.example.com`, `web.${provider}.example.com`];
  // boot/acme.ts adds the region.
  const environment = () => ({
    ...credentials[provider],
    ...(provider === "route53" ? { AWS_REGION: "us-east-1" } : {}),
  });

  test("the credential is what storm:acme takes", () => {
    expect(acmeCredentialErrors(provider, credentials[provider])).toEqual([]);
  });

  test("lego gets a certificate for a name and its wildcard, which the lab's root vouches for", async () => {
    const { code, stdout, stderr } = await issue(provider, environment(), domains);
    expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    const chain = join(lab.folder, provider, "certificates", `_.web.${provider}.example.com.crt`);
    const certificate = new X509Certificate(readFileSync(chain));
    expect(certificate.subjectAltName?.split(", ").sort()).toEqual(domains.map((name) => `DNS:${name}`));
    expect(Date.parse(certificate.validTo) - Date.now()).toBeGreaterThan(89 * 86_400_000);
    const roots = join(lab.folder, "roots.pem");
    writeFileSync(roots, lab.internet.rootsPem());
    expect((await run("openssl", ["verify", "-CAfile", roots, "-untrusted", chain, chain])).stdout).toContain(": OK");
  });

  test("the records are gone afterwards", async () => {
    expect(await lab.ask(`_acme-challenge.web.${provider}.example.com`, "TXT")).toBe("ENOTFOUND");
  });

  test("a wrong credential gets nothing", async () => {
    const [name = ""] = Object.keys(credentials[provider]).filter((key) => /ACCESS_KEY_ID|TOKEN/.test(key));
    const { code, stdout, stderr } = await issue(provider, { ...environment(), [name]: "not-the-one" }, [
      `x.${provider}.example.com`,
    ]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/InvalidClientTokenId|Unable to authenticate/);
  });
});

test("DNS leaves out what takes connections but does not speak TLS where it should", async () => {
  // Two checks and it is out; gone, it stays out.
  const script = `let n = 0; require("node:net").createServer(() => ++n === 3 && process.exit()).listen(443, "${INTERNET.dns}")`;
  const plain = lab.run("timeout", ["60", process.execPath, "-e", script]);
  const answers = [INTERNET.dns, INTERNET.services].map((address) => ({
    value: address,
    weight: 1,
    check: { address, port: 443 },
  }));
  const records = [{ name: "up.route53.example.com", type: "A" as const, ttl: 5, choose: "all" as const, answers }];
  await lab.internet.apply([{ name: "route53.example.com", records }, ...ZONES.slice(1)]);
  const ask = async () => expect(await lab.ask("up.route53.example.com")).toBe(INTERNET.services);
  await until(ask, "one answer", 10);
  expect(await plain).toMatchObject({ code: 0, stderr: "" });
});

test("other names of the real internet are not there, and the services answer to their own names alone", async () => {
  expect(await lab.ask("www.debian.org")).toBe("ENOTFOUND");
  const at = (name: string) => ["--resolve", `${name}:443:${INTERNET.services}`, `https://${name}/`];
  const { stderr } = await lab.run("curl", ["-sS", ...at("example.org")]);
  expect(stderr).toMatch(/certificate/);
});

test("registries have their images under their own names, for reading", async () => {
  const status = async (url: string, ...more: string[]) =>
    (await lab.run("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}", ...more, url])).stdout;
  const hub = "https://registry-1.docker.io/v2/";
  expect(await status(hub)).toBe("200");
  expect(await status(`${hub}library/traefik/manifests/v${recipes.traefik.version}`)).toBe("200");
  expect(await status(`https://ghcr.io/v2/ferretdb/ferretdb/manifests/${recipes.ferretdb.version}`)).toBe("200");
  expect(await status(`${hub}library/none/manifests/1`)).toBe("404");
  expect(await status(`${hub}library/traefik/blobs/uploads/`, "-X", "POST")).toBe("405");
});

test("keys and credentials are the owner's alone", () => {
  const folder = lab.options.folder;
  for (const file of ["ca.key", "credentials.json", "pebble.key", "settings.json", "server.log", "pebble.log"]) {
    expect([file, (statSync(join(folder, file)).mode & 0o077).toString(8)]).toEqual([file, "0"]);
  }
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test("another daemon takes over what runs, customers of the authority included", async () => {
  const [before, roots] = [server(), lab.internet.rootsPem()];
  const next = new Internet(lab.options);
  await next.apply(ZONES);
  expect(server()).toEqual(before);
  expect(next.rootsPem()).toBe(roots);
  const { code } = await issue("digitalocean", credentials.digitalocean, ["again.digitalocean.example.com"]);
  expect(code).toBe(0);
});

test("killed, it comes again by itself, and so does the authority", async () => {
  const before = server();
  const roots = lab.internet.rootsPem();
  await run("pkill", ["--parent", String(before.pid), "pebble"]);
  await until(async () => expect(lab.internet.rootsPem()).not.toBe(roots), "another authority", 10);
  expect(server()).toEqual(before);
  process.kill(before.pid, "SIGKILL");
  await until(async () => expect(server()).not.toEqual(before), "another server", 15);
  await lab.internet.apply(ZONES);
  expect(await lab.ask("route53.example.com", "NS")).toBe("ns.storm-lab.test");
});

test("destroyed, nothing is left but the authority and the credentials that machine images and stacks know", async () => {
  const [ca, running] = [await lab.internet.caPem(), server()];
  await lab.internet.destroy();
  expect(isAlive(running)).toBe(false);
  const label = `label=storm.lab-internet=${lab.options.lab}`;
  expect((await run("docker", ["ps", "--all", "--quiet", "--filter", label])).stdout).toBe("");
  expect(existsSync(join(lab.options.folder, "server.json"))).toBe(false);
  expect([await lab.internet.caPem(), lab.internet.credentials()]).toEqual([ca, credentials]);
});
