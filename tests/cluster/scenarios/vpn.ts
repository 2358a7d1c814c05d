import * as fs from "node:fs";
import * as path from "node:path";
import { eventually, type LabCluster, notYet } from "../lab";
import { Traveller } from "../traveller";
import { addresses, meshAddress } from "./names";
import { secretValues } from "./secrets";

/** What a person may use of a manager. */
const OPEN = [53, 443, 2376, 8501];
/** What nodes use of it, and more that listens there. */
const CLOSED = [22, 80, 2377, 5000, 7946, 8300, 8301, 8500, 8600];

/**
 * `storm credentials issue --vpn`: who has the bundle alone is on the cluster's names and its managers' APIs, and on nothing else.
 * @returns a test for a minute later, when the shortest time that is given is over
 */
export function vpn(lab: LabCluster): () => void {
  let erin: Traveller;
  let frank: Traveller;
  /** Seconds after its end when no manager knows a tunnel that has the shortest time that is given, a minute. */
  let forgotten: Promise<number>;
  let managers: string[];

  beforeAll(async () => {
    managers = await Promise.all(lab.managers().map((name) => meshAddress(lab, name)));
    erin = await Traveller.arrive(lab, "erin", "8h");
    frank = await Traveller.arrive(lab, "frank", "1m");
    expect(frank.address).not.toBe(erin.address);
    expect((await frank.consul("/ui/")).status).toBe("200");
    forgotten = expiry(frank);
    // Whoever waits for it hears of it; before, it is nobody's failure.
    forgotten.catch(() => undefined);
  });

  /** By manager: whether its WireGuard knows an address. */
  async function knownTo(address: string): Promise<boolean[]> {
    const looks = lab.managers().map((name) => lab.on(name, "wg show storm0 allowed-ips"));
    return (await Promise.all(looks)).map(({ stdout }) => stdout.includes(`\t${address}/32`));
  }
  const everybody = (known: boolean) => lab.managers().map(() => known);

  /** By address: those of these ports that answer a person there; all are tried side by side, for a closed one takes two seconds. */
  async function answering(addresses: string[], ports: number[]): Promise<Record<string, number[]>> {
    const looks = addresses.map(async (address) => {
      const answers = await Promise.all(ports.map((port) => erin.connects(address, port)));
      return [address, ports.filter((_, index) => answers[index])] as const;
    });
    return Object.fromEntries(await Promise.all(looks));
  }

  async function expiry({ address, person }: Traveller): Promise<number> {
    const end = Date.parse(person.issued.expires);
    await eventually(120, "no manager knows it", async () => {
      const known = await knownTo(address);
      return known.some(Boolean) ? notYet(known) : true;
    });
    return (Date.now() - end) / 1000;
  }

  test("names of services resolve by the tunnel", async () => {
    expect(await erin.ask("consul.service.consul")).toEqual([...managers].sort());
    expect(await erin.ask("demo-guestbook.service.consul")).toEqual(await addresses(lab, "local-1", "demo-guestbook"));
  });

  test("Consul's UI opens without a login, and shows nodes and services, and nothing else", async () => {
    const page = await erin.consul("/ui/");
    expect([page.status, page.body]).toEqual(["200", expect.stringMatching(/<title>Consul/)]);
    const [, script = ""] = /<script src="([^"]*consul-ui[^"]*\.js)"/.exec(page.body) ?? [];
    expect(await erin.consul(script)).toMatchObject({ status: "200" });
    // What the page asks first, and what it shows.
    const asked = JSON.stringify([
      { Resource: "service", Access: "read" },
      { Resource: "key", Access: "read" },
    ]);
    const may = await erin.consul("/v1/internal/acl/authorize", "-X", "POST", "-d", `'${asked}'`);
    expect((JSON.parse(may.body) as { Allow: boolean }[]).map(({ Allow }) => Allow)).toEqual([true, false]);
    const nodes = JSON.parse((await erin.consul("/v1/internal/ui/nodes")).body) as { Node: string }[];
    expect(nodes.map(({ Node }) => Node).sort()).toEqual(lab.nodes.map(({ name }) => name).sort());
    expect((await erin.consul("/v1/internal/ui/services")).body).toContain('"demo-guestbook"');
    for (const refused of [
      ["/v1/kv/mesh/?recurse"],
      ["/v1/kv/x", "-X", "PUT", "-d", "x"],
      ["/v1/acl/tokens"],
      ["/v1/agent/self"],
      ["/v1/agent/leave", "-X", "PUT"],
      ["/v1/agent/service/deregister/x", "-X", "PUT"],
    ] as [string, ...string[]][])
      expect([refused, (await erin.consul(...refused)).status]).not.toEqual([refused, "200"]);
    expect((await erin.consul("/v1/kv/mesh/?recurse")).body).not.toContain("publicKey");
  });

  test("who comes by another way still needs a token there", async () => {
    const { stdout } = await lab.on(
      "local-2",
      `curl -sk -m 5 -o /dev/null -w '%{http_code}' https://${managers[0]}:8501/ui/`,
    );
    expect(stdout).toBe("403");
  });

  test("docker's client works by env.sh, and as a context", async () => {
    const list = "node ls --format '{{.Hostname}}'";
    const names = lab.nodes.map(({ name }) => name).sort();
    const byEnvironment = await erin.sh(`cd /bundle && . ./env.sh && docker ${list}`);
    expect([byEnvironment.stderr, byEnvironment.stdout.trim().split("\n").sort()]).toEqual(["", names]);
    const imports = "docker context import theirs /bundle/*.dockercontext >/dev/null 2>&1";
    const byContext = await erin.sh(`${imports}; docker --context theirs ${list}`);
    expect([byContext.stderr, byContext.stdout.trim().split("\n").sort()]).toEqual(["", names]);
  });

  test("a bundle holds no key, token or password of the cluster", async () => {
    const { folder } = erin.person.issued;
    const files = fs
      .readdirSync(folder)
      .map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")] as const);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining(["consul-ca.pem", "wireguard.conf", "wireguard.svg"]),
    );
    expect(files.length).toBe(9);
    const found = (await secretValues(lab)).flatMap(({ name, value }) =>
      files.filter(([, text]) => text.includes(value)).map(([file]) => `${name} in ${file}`),
    );
    expect(found).toEqual([]);
  });

  test("of every manager four ports answer, and no other, although nodes reach those", async () => {
    const seen = await answering(managers, [...OPEN, ...CLOSED]);
    expect(seen).toEqual(Object.fromEntries(managers.map((manager) => [manager, OPEN])));
    // From a node: what is closed above is there.
    for (const port of [2377, 7946, 8300, 8301]) {
      const done = await lab.on("local-2", `timeout 2 bash -c ': </dev/tcp/${managers[0]}/${port}'`);
      expect([port, done.code]).toEqual([port, 0]);
    }
    const page = await erin.sh(
      `curl -sk -m 5 -o /dev/null -w '%{http_code}' --resolve ${new URL(lab.url).hostname}:443:${managers[0]} https://${new URL(lab.url).hostname}/`,
    );
    expect(page.stdout).toBe("200");
  });

  test("a person who takes more into their own configuration gets no further", async () => {
    const [first = "", other = ""] = managers;
    const key = (await lab.on("local-1", "/usr/local/lib/storm/storm-mesh key")).stdout.trim();
    const gateway = "docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' docker_gwbridge";
    const bridge = (await lab.on("local-1", gateway)).stdout.trim();
    // What is behind the first manager is sent there: its own other addresses, and another manager.
    const behind = ["169.254.1.1", bridge, other];
    const allowed = [first, ...behind].map((address) => `${address}/32`).join(",");
    const routes = behind.map((address) => `ip route replace ${address}/32 dev wireguard`);
    const widened = [`wg set wireguard peer '${key}' allowed-ips ${allowed}`, ...routes].join(" && ");
    expect((await erin.sh(widened)).code).toBe(0);
    expect(await erin.connects(first, 8501)).toBe(true);
    expect(await answering(behind, [...OPEN, 8500])).toEqual(
      Object.fromEntries(behind.map((address) => [address, []])),
    );
    const back = "wg-quick strip /bundle/wireguard.conf >/tmp/conf && wg syncconf wireguard /tmp/conf && rm /tmp/conf";
    expect((await erin.sh(back)).code).toBe(0);
    expect(await erin.connects(other, 8501)).toBe(true);
  });

  test("a node begins no connection to a person", async () => {
    await erin.sh("python3 -m http.server 8000 --bind 0.0.0.0 >/dev/null 2>&1 & sleep 0");
    await eventually(10, "the person's own server", async () =>
      (await erin.connects("127.0.0.1", 8000)) ? true : undefined,
    );
    const { code } = await lab.on("local-1", `timeout 3 bash -c ': </dev/tcp/${erin.address}/8000'`);
    expect(code).not.toBe(0);
  });

  test("the list says which address somebody has; it outlasts what the mesh does with its nodes", async () => {
    const done = await lab.storm(["credentials", "list", "-s", lab.stack, "--json"]);
    const found = (JSON.parse(done.stdout) as { person: string; address?: string }[]).find(
      ({ person }) => person === "erin",
    );
    expect(found?.address).toBe(erin.address);
    const text = await lab.storm(["credentials", "list", "-s", lab.stack]);
    expect(text.stdout).toMatch(
      new RegExp(`^erin +good .* ${erin.address.replaceAll(".", "\\.")} +[0-9A-F]{32}$`, "m"),
    );
    expect((await lab.on("local-1", "/usr/local/lib/storm/storm-mesh sync")).code).toBe(0);
    expect(await knownTo(erin.address)).toEqual(everybody(true));
  });

  test("once revoked, every manager lets it go within 60 seconds, and others notice nothing", async () => {
    const grace = await Traveller.arrive(lab, "grace", "8h");
    expect((await erin.consul("/ui/")).status).toBe("200");
    const done = await lab.storm(["credentials", "revoke", "erin", "-s", lab.stack]);
    const began = Date.now();
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining("Revoked: erin, ")]);
    await eventually(60, "no manager knows it", async () => {
      const known = await knownTo(erin.address);
      return known.some(Boolean) ? notYet(known) : true;
    });
    process.stdout.write(`VPN peer: out ${Date.now() - began} ms after revoke returned\n`);
    expect(Date.now() - began).toBeLessThan(60_000);
    for (const manager of managers) expect(await erin.connects(manager, 8501)).toBe(false);
    expect((await grace.consul("/ui/")).status).toBe("200");
    expect((await lab.storm(["credentials", "revoke", "grace", "-s", lab.stack])).code).toBe(0);
  }, 240_000);

  return () => {
    test("a tunnel ends by itself with its credential", async () => {
      const seconds = await forgotten;
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThan(30);
      expect(await frank.ask("consul.service.consul")).toEqual([]);
    }, 240_000);
  };
}
