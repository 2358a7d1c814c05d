/** What `npm run demo` shows: a cluster over three clouds, and what becomes of requests when parts of it die. */
import { succeeded } from "../../tools/command";
import { eventually, notYet } from "../../tools/eventually";
import { sleep } from "../../tools/processes";
import type { Rehearsal } from "./rehearsal";
import { guestbookUrl, MANAGERS, threeClouds, TTL } from "./three-clouds";
import type { Tally, Visitors } from "./visitors";

/** For how long requests are watched after a death, at least: notice, what clients keep, and some more. */
const WATCH_SECONDS = TTL + 15;
/** Of the group: at its start, and grown. */
const FEW = 1;
const MANY = 3;
const POOL = "web";

/** What was done, how long it took, and what came out. */
export interface DemoStep {
  /** For programs. */
  key: string;
  title: string;
  seconds: number;
  /** A sentence on what was seen. */
  note: string;
  figures: Record<string, number>;
}

type Seen = Pick<DemoStep, "note"> & Partial<Pick<DemoStep, "figures">>;

export class Demo {
  private readonly url: string;
  private elastic: string[] = [];

  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly tell: (step: DemoStep) => void,
    private readonly signal: AbortSignal,
  ) {
    this.url = guestbookUrl(rehearsal.stack);
  }

  async run(): Promise<void> {
    await this.step("deploy", "Three clouds, one cluster", () => this.deploy());
    await this.step("write", "An entry in the guestbook", () => this.write());
    const store = await this.rehearsal.nodeOf("demo_store", MANAGERS[0]);
    const { swarm } = await this.rehearsal.leaders(MANAGERS[0]);
    // The store's disk is its node's own: with it the entries would go. And an address of AWS's load balancer is kept for a minute.
    const spared = [store, MANAGERS[0]];
    const dying = spared.includes(swarm) ? this.another(...spared) : swarm;
    await this.step("kill", `Power cut of ${dying}`, () => this.kill(dying, store));
    await this.step("revive", `Power is back at ${dying}`, () => this.revive(dying, store));
    const site = await this.rehearsal.siteOf(this.another(...spared));
    await this.step("lose", `All of ${site} is lost`, () => this.lose(site));
    await this.step("refresh", "`pulumi up --refresh` makes it anew", () => this.refresh(store));
    await this.step("grow", `AWS's group grows from ${FEW} to ${MANY}`, () => this.resize(MANY, store));
    await this.step("shrink", `... and shrinks to ${FEW}`, () => this.resize(FEW, store));
    await this.step("read", "The entry is still there", () => this.read());
    await this.step("destroy", "The cluster is destroyed", () => this.destroy());
  }

  private async step(key: string, title: string, work: () => Promise<Seen>): Promise<void> {
    this.signal.throwIfAborted();
    const began = Date.now();
    const { note, figures = {} } = await work();
    this.tell({ key, title, note, figures, seconds: (Date.now() - began) / 1000 });
  }

  private another(...than: string[]): string {
    return MANAGERS.find((name) => !than.includes(name)) ?? MANAGERS[0];
  }

  private async deploy(): Promise<Seen> {
    const pools = { AWS: `{ name: ${POOL}, count: ${FEW}..${MANY}, size: small, role: worker }` };
    succeeded(await this.rehearsal.start(threeClouds({ guestbooks: 2, pools })));
    await this.serving(FEW, MANAGERS[0]);
    await eventually(120, `the page of ${this.url}`, async () => {
      const { stdout, stderr } = await this.rehearsal.visit("curl", "-sSf", "-m", "10", this.url);
      return stdout === "" ? notYet(stderr) : true;
    });
    return { note: `${[...MANAGERS, ...this.elastic].join(", ")} are one Swarm; it serves ${this.url}` };
  }

  private async write(): Promise<Seen> {
    const body = JSON.stringify({ name: "demo", text: this.text });
    const json = ["-H", "content-type: application/json", "-d", body];
    await eventually(60, "an entry", async () => {
      const { code, stderr } = await this.rehearsal.visit(
        "curl",
        "-sSf",
        "-m",
        "10",
        ...json,
        `${this.url}/api/entries`,
      );
      return code === 0 ? true : notYet(stderr);
    });
    return this.read();
  }

  private readonly text = `Written by the demo at ${new Date().toISOString()}`;

  private async read(): Promise<Seen> {
    await eventually(60, "the entry", async () => {
      const { stdout, stderr } = await this.rehearsal.visit("curl", "-sSf", "-m", "10", `${this.url}/api/entries`);
      return stdout.includes(this.text) ? true : notYet(`${stdout} ${stderr}`);
    });
    return { note: `"${this.text}"` };
  }

  private async kill(node: string, from: string): Promise<Seen> {
    const visitors = await this.rehearsal.visitors(this.url);
    const died = Date.now();
    await this.rehearsal.lab({ do: "kill", machine: node });
    const moved = await eventually(60, `the tasks of ${node} elsewhere`, async () => {
      const format = "{{.Node}} {{.DesiredState}} {{.CurrentState}}";
      const { stdout } = await this.rehearsal.on(from, `docker service ps demo_guestbook --format '${format}'`);
      const running = stdout.split("\n").filter((row) => / Running Running/.test(row) && !row.startsWith(node));
      return running.length === 2 ? (Date.now() - died) / 1000 : notYet(stdout);
    });
    await sleep(Math.max(0, died + WATCH_SECONDS * 1000 - Date.now()));
    const { note, figures } = await ended(visitors, died);
    return { note: `${note}; its tasks ran elsewhere after ${moved.toFixed(1)} s`, figures: { ...figures, moved } };
  }

  private async revive(node: string, from: string): Promise<Seen> {
    await this.rehearsal.lab({ do: "start", machine: node });
    await this.whole(from);
    return { note: "it is in Swarm and Consul again" };
  }

  private async lose(site: string): Promise<Seen> {
    const visitors = await this.rehearsal.visitors(this.url);
    const died = Date.now();
    await this.rehearsal.lab({ do: "lose", site });
    await sleep(died + WATCH_SECONDS * 1000 - Date.now());
    return ended(visitors, died);
  }

  private async refresh(from: string): Promise<Seen> {
    const visitors = await this.rehearsal.visitors(this.url);
    const began = Date.now();
    succeeded(await this.rehearsal.refresh());
    await this.whole(from);
    const { note, figures } = await ended(visitors, began);
    return { note: `${note}; no node is down`, figures };
  }

  private async resize(machines: number, from: string): Promise<Seen> {
    const [group] = (await this.rehearsal.status()).groups;
    await this.rehearsal.lab({ do: "size", group: group?.id ?? "", machines });
    await this.serving(machines, from);
    return { note: `without any \`up\`: ${this.elastic.join(", ")}` };
  }

  private async destroy(): Promise<Seen> {
    const { stopped, left } = await this.rehearsal.stop();
    succeeded(stopped);
    if (left.length > 0) throw new Error(`the clouds still have ${left.join(", ")}`);
    return { note: "the clouds have nothing any more" };
  }

  private whole(from: string): Promise<void> {
    return this.rehearsal.whole(from, [...MANAGERS, ...this.elastic], 90);
  }

  /** Waits until the group has so many nodes in the swarm, and none of others. */
  private async serving(machines: number, from: string): Promise<void> {
    this.elastic = await eventually(150, `${machines} nodes of ${POOL}`, async () => {
      const { swarm } = await this.rehearsal.members(from);
      const ready = swarm.filter((row) => row.startsWith(`${POOL}-`) && row.endsWith(" Ready"));
      const whole = ready.length === machines && swarm.length === MANAGERS.length + machines;
      return whole ? ready.map((row) => row.split(" ")[0] ?? "") : notYet(swarm);
    });
    await this.whole(from);
  }
}

async function ended(visitors: Visitors, event: number): Promise<Seen> {
  await visitors.end();
  const { requests, failed, failingFor, slowest } = visitors.since(event);
  return { note: sentence({ requests, failed, failingFor }), figures: { requests, failed, failingFor, slowest } };
}

function sentence({ requests, failed, failingFor }: Pick<Tally, "requests" | "failed" | "failingFor">): string {
  const last = failed === 0 ? "" : `, the last one ${failingFor.toFixed(1)} s after`;
  return `of ${requests} requests ${failed === 0 ? "none" : failed} failed${last}`;
}
