import type { Rehearsal } from "../../cli/rehearsal/rehearsal";

/** A node whose machine was seen to be another one, or none. */
export interface Departure {
  node: string;
  /** As Date.now() says it. */
  at: number;
  /** The watched nodes that the cluster had not got, in the look before, besides it: the swarm that loses its leader shows none for a moment. */
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
    /** Of the last look after which all machines were the same still. */
    private missing: readonly string[],
  ) {}

  /** @param witness a manager whose machine stays */
  static async of(rehearsal: Rehearsal, witness: string, nodes: readonly string[]): Promise<Succession> {
    const missing = await missingOf(rehearsal, witness, nodes);
    return new Succession(rehearsal, witness, await machinesOf(rehearsal, nodes), missing);
  }

  async look(): Promise<void> {
    const nodes = [...this.before.keys()];
    const missing = await missingOf(this.rehearsal, this.witness, nodes);
    const machines = await machinesOf(this.rehearsal, nodes);
    const gone = nodes.filter((node) => machines.get(node) !== this.before.get(node));
    const news = gone.filter((node) => !this.departures.some((each) => each.node === node));
    for (const node of news)
      this.departures.push({ node, at: Date.now(), missing: this.missing.filter((other) => other !== node) });
    if (news.length === 0) this.missing = missing;
  }
}

async function missingOf(rehearsal: Rehearsal, witness: string, nodes: readonly string[]): Promise<string[]> {
  const { swarm, consul } = await rehearsal.members(witness);
  return nodes.filter((node) => !(isOnce(swarm, node, "Ready") && isOnce(consul, node, "alive")));
}

async function machinesOf(rehearsal: Rehearsal, nodes: readonly string[]): Promise<Map<string, string>> {
  const { machines } = await rehearsal.status();
  return new Map(nodes.map((node) => [node, machines.find(({ name }) => name === node)?.id ?? ""]));
}

function isOnce(rows: readonly string[], node: string, state: string): boolean {
  const own = rows.filter((row) => row.startsWith(`${node} `));
  return own.length === 1 && own[0] === `${node} ${state}`;
}
