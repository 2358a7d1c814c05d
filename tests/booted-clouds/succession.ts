import type { Rehearsal } from "../../cli/rehearsal/rehearsal";

/** A node whose machine was seen to be another one, or none. */
export interface Departure {
  node: string;
  /** As Date.now() says it. */
  at: number;
  /** The watched nodes that the cluster had not got, at that moment, besides it. */
  missing: string[];
}

/** What the cluster has of nodes that an update makes anew, whenever the next one goes. */
export class Succession {
  readonly departures: Departure[] = [];

  private constructor(
    private readonly rehearsal: Rehearsal,
    private readonly witness: string,
    /** Node -> Machine.id, before the update. */
    private readonly before: ReadonlyMap<string, string>,
  ) {}

  /** @param witness a manager whose machine stays */
  static async of(rehearsal: Rehearsal, witness: string, nodes: readonly string[]): Promise<Succession> {
    return new Succession(rehearsal, witness, await machinesOf(rehearsal, nodes));
  }

  async look(): Promise<void> {
    const nodes = [...this.before.keys()];
    const machines = await machinesOf(this.rehearsal, nodes);
    const gone = nodes.filter((node) => machines.get(node) !== this.before.get(node));
    const news = gone.filter((node) => !this.departures.some((each) => each.node === node));
    if (news.length === 0) return;
    const at = Date.now();
    const { swarm, consul } = await this.rehearsal.members(this.witness);
    for (const node of news) {
      const missing = nodes.filter(
        (other) => other !== node && !(isOnce(swarm, other, "Ready") && isOnce(consul, other, "alive")),
      );
      this.departures.push({ node, at, missing });
    }
  }
}

async function machinesOf(rehearsal: Rehearsal, nodes: readonly string[]): Promise<Map<string, string>> {
  const { machines } = await rehearsal.status();
  return new Map(nodes.map((node) => [node, machines.find(({ name }) => name === node)?.id ?? ""]));
}

function isOnce(rows: readonly string[], node: string, state: string): boolean {
  const own = rows.filter((row) => row.startsWith(`${node} `));
  return own.length === 1 && own[0] === `${node} ${state}`;
}
