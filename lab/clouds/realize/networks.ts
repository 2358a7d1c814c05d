/**
 * Namespaces of one lab: the internet, its visitors, and a router for each network of a cloud; and this machine's link to them. Of this
 * machine's own network nothing else is touched. Everything is looked at first, so that it may be cut off anywhere and done again.
 */
import { existsSync, readdirSync, statfsSync } from "node:fs";
import { type CloudNetwork, type Endpoint, INTERNET } from "../world";
import { ip, ipJson, run, sysctl, type Where } from "./host";
import { LINK, type Names, namespacePath, trunkName, UPLINK } from "./names";
import { ruleset } from "./ruleset";

/** The kernel's number for the file system of namespaces (linux/magic.h). */
const NSFS = 0x6e736673;
/** The internet's end of this machine's link. */
const INTERNET_ADDRESS = "198.18.0.254";
const VISITORS = { gateway: "198.18.1.1/24", address: "198.18.1.10/24" };

export class Networks {
  /** Router namespace -> ruleset that it has. */
  private readonly rules = new Map<string, string>();

  constructor(private readonly names: Names) {}

  /** The internet with its visitors, and this machine's link to it: the admin network. */
  async ensureInternet(): Promise<void> {
    const { names } = this;
    const { adminLink, internet, visitors } = names;
    if (process.getuid?.() !== 0) throw new Error("the lab's clouds are network namespaces, which only root may make");
    await this.refuseOtherLabs();
    await Promise.all([ensureNamespace(internet), ensureNamespace(visitors)]);
    await ensurePair("here", adminLink, internet, "admin");
    await ensurePair({ namespace: internet }, "visitors", visitors, "eth0");
    await ip("here", [
      `link set ${adminLink} alias storm.lab=${names.lab}`,
      `addr replace ${INTERNET.admin}/32 dev ${adminLink}`,
      `link set ${adminLink} up`,
      `route replace ${INTERNET.cidr} via ${INTERNET_ADDRESS} dev ${adminLink} onlink src ${INTERNET.admin}`,
    ]);
    await ip({ namespace: internet }, [
      `addr replace ${INTERNET_ADDRESS}/32 dev admin`,
      "link set admin up",
      `route replace ${INTERNET.admin}/32 dev admin`,
      ...[INTERNET.dns, INTERNET.services].map((address) => `addr replace ${address}/32 dev lo`),
      `addr replace ${VISITORS.gateway} dev visitors`,
      "link set visitors up",
    ]);
    await ip({ namespace: visitors }, [
      `addr replace ${VISITORS.address} dev eth0`,
      "link set eth0 up",
      `route replace default via ${VISITORS.gateway.replace(/\/.*/, "")}`,
    ]);
  }

  /** A network's router, with the rules of its endpoints. */
  async ensureRouter(network: CloudNetwork, endpoints: readonly Endpoint[]): Promise<void> {
    const router = this.names.router(network.id);
    const trunk = trunkName(network.id);
    const internet = { namespace: this.names.internet };
    if (await ensureNamespace(router)) this.rules.delete(router);
    const text = ruleset(network, endpoints);
    if (this.rules.get(router) === text) return;
    // Rules before the way in.
    await run({ namespace: router }, "nft", ["-f", "-"], text);
    await ensurePair(internet, trunk, router, UPLINK);
    await ip(internet, [`addr replace ${LINK.internet}/32 dev ${trunk}`, `link set ${trunk} up`]);
    await ip({ namespace: router }, [
      `addr replace ${LINK.metadata}/32 dev lo`,
      `addr replace ${LINK.router}/32 dev ${UPLINK}`,
      `link set ${UPLINK} up`,
      `route replace default via ${LINK.internet} dev ${UPLINK} onlink`,
      `route replace unreachable ${network.cidr}`,
    ]);
    this.rules.set(router, text);
  }

  /** Makes the internet know where these public addresses are, and no others. */
  async routePublic(networkOf: ReadonlyMap<string, string>): Promise<void> {
    const internet = { namespace: this.names.internet };
    const routes = await ipJson<{ dst: string; dev?: string }[]>(internet, "route", "show");
    const found = new Map(routes.filter(({ dev }) => dev?.startsWith("n-")).map(({ dst, dev }) => [dst, dev]));
    const gone = [...found.keys()].filter((address) => !networkOf.has(address));
    const missing = [...networkOf].filter(([address, network]) => found.get(address) !== trunkName(network));
    await ip(internet, [
      ...gone.map((address) => `route del ${address}`),
      ...missing.map(
        ([address, network]) =>
          `route replace ${address} via ${LINK.router} dev ${trunkName(network)} onlink src ${INTERNET.dns}`,
      ),
    ]);
  }

  /** Ids of the networks that have a router here. */
  routers(): string[] {
    const prefix = this.names.router("");
    return namespaces()
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  async removeRouter(id: string): Promise<void> {
    const router = this.names.router(id);
    this.rules.delete(router);
    // The namespace takes its links along, but in its own time: the name must be free at once.
    await removeLink({ namespace: this.names.internet }, trunkName(id));
    await removeNamespace(router);
  }

  async destroy(): Promise<void> {
    this.rules.clear();
    await removeLink("here", this.names.adminLink);
    await Promise.all(
      namespaces()
        .filter((name) => name.startsWith(this.names.prefix))
        .map(removeNamespace),
    );
  }

  private async refuseOtherLabs(): Promise<void> {
    const routes = await ipJson<{ dev?: string }[]>("here", "route", "show", "exact", INTERNET.cidr);
    const other = routes.find(({ dev }) => dev !== this.names.adminLink)?.dev;
    if (other === undefined) return;
    const [link] = await ipJson<{ ifalias?: string }[]>("here", "link", "show", "dev", other);
    throw new Error(
      `${INTERNET.cidr}, the lab's internet, is in use on this machine: link ${other} (${link?.ifalias ?? "not a lab's"}). ` +
        "There can be one lab at a time: end the other one first",
    );
  }
}

function namespaces(): string[] {
  const folder = namespacePath("");
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** True when it was not there. It forwards IPv4, without hints to take shorter ways, and speaks no IPv6. */
async function ensureNamespace(name: string): Promise<boolean> {
  const path = namespacePath(name);
  if (existsSync(path) && statfsSync(path).type === NSFS) {
    // One that was cut off before its loopback was up lacks the settings too.
    const [loopback] = await ipJson<{ flags: string[] }[]>({ namespace: name }, "link", "show", "dev", "lo");
    if (loopback?.flags.includes("UP")) return false;
  } else {
    if (existsSync(path)) await run("here", "ip", ["netns", "del", name]); // a name that was never bound to a namespace
    await run("here", "ip", ["netns", "add", name]);
  }
  await sysctl(name, {
    "ipv4/ip_forward": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    ...(existsSync("/proc/sys/net/ipv6")
      ? { "ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1" }
      : {}),
  });
  await ip({ namespace: name }, ["link set lo up"]);
  return true;
}

/** Two links that are each other's ends. */
async function ensurePair(where: Where, link: string, peerNamespace: string, peer: string): Promise<void> {
  if (await hasLink(where, link)) return;
  await ip(where, [`link add ${link} type veth peer name ${peer} netns ${peerNamespace}`]);
}

export async function hasLink(where: Where, name: string): Promise<boolean> {
  return (await ipJson<{ ifname: string }[]>(where, "link", "show")).some((link) => link.ifname === name);
}

export async function removeLink(where: Where, name: string): Promise<void> {
  if (typeof where === "object" && "namespace" in where && !namespaces().includes(where.namespace)) return;
  if (await hasLink(where, name)) await ip(where, [`link del ${name}`]);
}

/** With the processes in it, which would keep it alive without a name. */
async function removeNamespace(name: string): Promise<void> {
  const pids = (await run("here", "ip", ["netns", "pids", name])).split("\n").filter((line) => line !== "");
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  await run("here", "ip", ["netns", "del", name]);
}
