/**
 * Real parts on loopback: Consul with ACLs and the cluster's own policies, Pebble (Let's Encrypt's ACME server for tests) with its DNS
 * server, and lego, Debian's. What is not real: the DNS provider, a program that sets records in Pebble's DNS server, and Azure, a
 * stand-in of its APIs that does the same.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { AcmeSettings } from "../../boot/acme";
import { POLICIES } from "../../boot/consul";
import { buildGoModule } from "../../lab/binaries/build";
import { ensureConsul } from "../../lab/binaries/consul";
import { findLego } from "../../lab/binaries/lego";
import { recipes } from "../../lab/binaries/recipes";
import { run } from "../../tools/command";
import { cacheFolder } from "../../tools/paths";
import { freePorts, until } from "./parts";

const SCRIPTS = join(__dirname, "..", "..", "boot", "scripts");
const say = (line: string) => void process.stdout.write(`${line}\n`);
const MANAGEMENT = "10000000-0000-0000-0000-000000000001";

export interface Ran {
  code: number;
  text: string;
}

export class AcmeLab {
  readonly folder = mkdtempSync(join(tmpdir(), "storm-acme-"));
  private readonly children: ChildProcess[] = [];
  private consul = "";
  private directory = "";
  private dns = { port: 0, management: 0 };
  private readonly tokens: Record<string, string> = {};

  private constructor() {}

  /** `validitySeconds`: life of the certificates that the authority signs. */
  static async start(validitySeconds: number): Promise<AcmeLab> {
    const lab = new AcmeLab();
    const cache = cacheFolder();
    try {
      await lab.startConsul(await ensureConsul(cache, say));
      lab.dns = await lab.startDns(await buildGoModule(recipes.challengeServer, cache, say));
      await lab.startAuthority(await buildGoModule(recipes.pebble, cache, say), validitySeconds);
      lab.wrapLego(await findLego(cache, say));
    } catch (error) {
      await lab.stop();
      throw error;
    }
    return lab;
  }

  async stop(): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A node of the cluster: a root folder of its own, with the tokens that it would have. */
  node(name: string, manager: boolean): string {
    const root = join(this.folder, name);
    const put = (file: string, text: string, mode = 0o644) => {
      mkdirSync(join(root, file, ".."), { recursive: true });
      writeFileSync(join(root, file), text, { mode });
    };
    put("etc/storm/node.json", JSON.stringify({ name }));
    for (const token of ["node", ...(manager ? ["controller"] : [])])
      put(`etc/storm/tokens/${token}`, this.tokens[token] ?? "", 0o600);
    put("etc/storm/ingress/web.crt", "internal");
    put("etc/storm/ingress/web.key", "internal", 0o600);
    mkdirSync(join(root, "etc/storm/acme"), { recursive: true });
    return root;
  }

  /** What the program would bring to a manager, with the lab's own DNS provider. */
  issueSettings(certificates: Record<string, string[]>, environment: Record<string, string> = {}): string {
    const own = { EXEC_PATH: join(this.folder, "set-record"), TEST_CREDENTIAL: "sesame-open", ...environment };
    return this.settings({ server: "", email: "ops@example.com", provider: "exec", environment: own, certificates });
  }

  /** The program's settings, to go to the lab's authority. */
  settings(settings: AcmeSettings, environment: Record<string, string> = {}): string {
    const own = {
      // Between two names of a certificate; a minute by default, for programs that set one record only.
      EXEC_SEQUENCE_INTERVAL: "1",
      LEGO_CA_CERTIFICATES: join(this.folder, "authority.crt"),
    };
    const all = { ...settings.environment, ...own, ...environment };
    return JSON.stringify({ ...settings, server: this.directory, environment: all });
  }

  /** A stand-in of Azure's login and DNS API; returns the variables that lead there. The DNS server answers what is in its zone. */
  async startAzure(credential: Record<string, string>, zone: string): Promise<Record<string, string>> {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const program = join(__dirname, "..", "boot", "fake_azure.py");
    const args = ["-B", program, String(port), `http://127.0.0.1:${this.dns.management}`];
    this.start("python3", args, { ...credential, STORM_DNS_ZONE: zone });
    await until(() => fetch(url), "Azure");
    return { STORM_AZURE_LOGIN: url, STORM_AZURE_MANAGEMENT: url };
  }

  /** The TXT records that the DNS server answers. */
  async txt(name: string): Promise<string[][]> {
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${this.dns.port}`]);
    return resolver.resolveTxt(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENODATA") return [];
      throw error;
    });
  }

  /** Runs one of the nodes' scripts below `root`. */
  async script(name: string, root: string): Promise<Ran> {
    const env = {
      PATH: [join(this.folder, "bin"), process.env["PATH"]].join(delimiter),
      STORM_ROOT: root,
      STORM_CONSUL: this.consul,
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const { code, stdout, stderr } = await run("python3", [join(SCRIPTS, name)], { env, allowFailure: true });
    return { code, text: stdout + stderr };
  }

  /** A value in Consul's KV as somebody with this token reads it: undefined when there is none, "denied" when it may not. */
  async read(key: string, token?: string): Promise<string | undefined> {
    const secret = token === undefined ? MANAGEMENT : (this.tokens[token] ?? "");
    const answer = await fetch(`${this.consul}/v1/kv/${key}?raw`, { headers: { "X-Consul-Token": secret } });
    if (answer.status === 403) return "denied";
    return answer.status === 404 ? undefined : answer.text();
  }

  /** How often lego has been run. */
  runs(): number {
    const log = join(this.folder, "runs");
    return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").length : 0;
  }

  private async startConsul(program: string): Promise<void> {
    const [http, dns, serf, rpc, wan, grpc, grpcTls] = await freePorts(7);
    const config = {
      ports: { http, dns, serf_lan: serf, serf_wan: wan, server: rpc, grpc, grpc_tls: grpcTls },
      acl: { enabled: true, default_policy: "deny", tokens: { initial_management: MANAGEMENT } },
      session_ttl_min: "10s",
    };
    writeFileSync(join(this.folder, "consul.json"), JSON.stringify(config));
    this.start(program, ["agent", "-dev", "-bind=127.0.0.1", `-config-file=${join(this.folder, "consul.json")}`]);
    this.consul = `http://127.0.0.1:${http}`;
    const call = async (path: string, body: object) => {
      const headers = { "X-Consul-Token": MANAGEMENT };
      const answer = await fetch(`${this.consul}/v1/${path}`, { method: "PUT", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    };
    for (const [index, name] of ["controller", "node", "operator", "catalog"].entries()) {
      const rules = { Name: `storm-${name}`, Rules: POLICIES[`storm-${name}`] };
      await until(() => call("acl/policy", rules), `Consul's policy storm-${name}`);
      this.tokens[name] = `20000000-0000-0000-0000-00000000001${index}`;
      await call("acl/token", { SecretID: this.tokens[name], Policies: [{ Name: `storm-${name}` }] });
    }
  }

  private async startDns(program: string): Promise<{ port: number; management: number }> {
    const [port = 0, management = 0] = await freePorts(2);
    const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""];
    this.start(program, [...off, "-dnsserver", `127.0.0.1:${port}`, "-management", `127.0.0.1:${management}`]);
    await until(() => fetch(`http://127.0.0.1:${management}/`), "the DNS server");
    return { port, management };
  }

  private async startAuthority(program: string, validityPeriod: number): Promise<void> {
    const [port, management] = await freePorts(2);
    const at = (name: string) => join(this.folder, name);
    const kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=authority".split(" ");
    const files = ["-keyout", at("authority.key"), "-out", at("authority.crt")];
    await promisify(execFile)("openssl", [...kind, "-addext", "subjectAltName=IP:127.0.0.1", ...files]);
    const config = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: at("authority.crt"),
      privateKey: at("authority.key"),
      httpPort: 5002,
      tlsPort: 5001,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: "ecdsa",
      profiles: { default: { description: "for tests", validityPeriod } },
    };
    writeFileSync(at("pebble.json"), JSON.stringify({ pebble: config }));
    this.start(program, ["-config", at("pebble.json"), "-dnsserver", `127.0.0.1:${this.dns.port}`], {
      PEBBLE_VA_NOSLEEP: "1",
    });
    this.directory = `https://127.0.0.1:${port}/dir`;
    const ask = () => promisify(execFile)("curl", ["-fsS", "--cacert", at("authority.crt"), this.directory]);
    await until(ask, "the authority");
  }

  /** What a wildcard that is a CNAME answers for a name that has no record of its own. */
  async wildcard(name: string, target: string): Promise<void> {
    const body = JSON.stringify({ host: `${name}.`, target: `${target}.` });
    const answer = await fetch(`http://127.0.0.1:${this.dns.management}/set-cname`, { method: "POST", body });
    if (!answer.ok) throw new Error(`set-cname: ${answer.status} ${await answer.text()}`);
  }

  /** lego looks for the zone's own name servers on port 53 before it goes on: here there are none, so it is told not to. */
  private wrapLego(lego: string): void {
    const { port, management } = this.dns;
    mkdirSync(join(this.folder, "bin"));
    const put = (name: string, lines: string[]) => {
      writeFileSync(join(this.folder, name), `#!/bin/sh\nset -eu\n${lines.join("\n")}\n`);
      chmodSync(join(this.folder, name), 0o755);
    };
    put("bin/lego", [
      `echo "$*" >>${join(this.folder, "runs")}`,
      `exec ${lego} --dns.disable-cp --dns.resolvers 127.0.0.1:${port} "$@"`,
    ]);
    const url = `http://127.0.0.1:${management}`;
    put("set-record", [
      '[ "$TEST_CREDENTIAL" = sesame-open ] || { echo "wrong credential $TEST_CREDENTIAL" >&2; exit 1; }',
      `case "$2" in *.storm.example.com.) ;; *) echo "$2 is not in the zone" >&2; exit 1 ;; esac`,
      `[ "$1" = present ] || exec curl -fsS -d "{\\"host\\": \\"$2\\"}" ${url}/clear-txt`,
      // A record of its own hides what a wildcard answers.
      `curl -fsS -d "{\\"host\\": \\"$2\\"}" ${url}/clear-cname`,
      // Two names of one certificate, a wildcard and its base, have one record name with two values.
      `exec curl -fsS -d "{\\"host\\": \\"$2\\", \\"value\\": \\"$3\\"}" ${url}/set-txt`,
    ]);
  }

  private start(program: string, args: string[], env: Record<string, string> = {}): void {
    const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
    this.children.push(child);
  }
}
