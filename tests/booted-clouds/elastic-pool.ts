import type { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { eventually, notYet, run } from "../cluster/lab";
import { containerOf } from "./container-of";

/** The nodes that a cloud makes by itself, wherever the cluster knows them. */
export class ElasticPool {
  /** `host`: whose page they serve. */
  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly pool: string,
    private readonly host: string,
  ) {}

  /**
   * Waits until the pool has so many nodes, in Swarm, Consul, mesh and load balancer, each of which serves the page; names them.
   * @param others names that were there before: at least one of these has to be gone, and those of the dead do not count.
   */
  async serving(count: number, seconds: number, others: readonly string[] = []): Promise<string[]> {
    const whole = eventually(seconds, `${count} nodes of ${this.pool} that serve the page`, async () => {
      const seen = await this.rehearsal.members("aws-1");
      const named = (rows: string[], state: string) =>
        rows
          .filter((row) => row.startsWith(`${this.pool}-`) && row.endsWith(` ${state}`))
          .map((row) => row.split(" ")[0] ?? "");
      const names = named(seen.swarm, "Ready");
      const dead = others.length > 0 ? seen.swarm.filter((row) => row.endsWith(" Down")).length : 0;
      const listed = seen.swarm.filter((row) => row.startsWith(`${this.pool}-`)).length - dead;
      if (names.length !== count || listed !== count) notYet(seen);
      if (named(seen.consul, "alive").join() !== names.join()) notYet(seen);
      if (others.length > 0 && others.every((name) => names.includes(name))) notYet(seen);
      await this.inMesh(seen.swarm.length - 1);
      await this.behindBalancer(count);
      return names;
    });
    return whole.catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.lastWords()}`);
    });
  }

  /** What the machines themselves say about why one is not there yet. */
  private async lastWords(): Promise<string> {
    const { machines } = await this.rehearsal.status();
    const own = machines.filter(({ group, state }) => group !== undefined && state === "running");
    const command = "hostname; docker info --format '{{json .Swarm}}'; journalctl -n 20 -o short-iso -u 'storm-*'";
    const words = own.map(async ({ id }) => {
      const { stdout, stderr } = await run("docker", ["exec", await containerOf(id), "sh", "-c", command]);
      return `${id}: ${stdout}${stderr}`;
    });
    return (await Promise.all(words)).join("\n");
  }

  private async inMesh(peers: number): Promise<void> {
    const { stdout } = await this.rehearsal.on("aws-1", "wg show storm0 peers | wc -l");
    if (Number(stdout) !== peers) notYet(`${stdout.trim()} peers of aws-1, not ${peers}`);
  }

  /** The machines that run are the load balancer's targets, and each gives the page to it; nobody else is let in there. */
  private async behindBalancer(count: number): Promise<void> {
    const { machines, balancers } = await this.rehearsal.status();
    const own = machines.filter(({ group, state }) => group !== undefined && state === "running");
    if (own.length !== count) notYet(machines.map(({ id, state }) => `${id} ${state}`));
    for (const { id, privateAddress } of own) {
      const balancer = balancers.find(({ targets }) => targets.includes(id)) ?? notYet(`${id} is no target`);
      const page = await this.pageSeenBy(balancer.id, privateAddress);
      if (page !== "200") notYet(`the page by ${id}: ${page}`);
    }
  }

  /** Status of the page at an address, as a load balancer gets it. */
  private async pageSeenBy(balancer: string, address: string): Promise<string> {
    const way = ["--resolve", `${this.host}:443:${address}`, `https://${this.host}/`];
    const shown = ["-sSk", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}"];
    const { stdout, stderr } = await run("docker", ["exec", await containerOf(balancer), "curl", ...shown, ...way]);
    return stdout === "000" ? stderr : stdout;
  }
}
