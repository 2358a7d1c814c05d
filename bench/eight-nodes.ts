/** Eight nodes over the lab's three clouds and a machine of one's own: how long they take, how quick a page is, and what two failures cost. */
import { join } from "node:path";
import { bareMachine, EIGHT_NODES, eightNodes } from "../cli/rehearsal/eight-nodes";
import { Rehearsal } from "../cli/rehearsal/rehearsal";
import { guestbookUrl } from "../cli/rehearsal/three-clouds";
import { run, succeeded } from "../tools/command";
import { eventually, notYet } from "../tools/eventually";
import { tsxProgram } from "../tools/tsx-program";
import { timed } from "./measure";

/** Requests that are measured, each way. */
const REQUESTS = 2_000;
const PORT = 8080;
/** What of AWS is left alone: whose view of the cluster counts. */
const WITNESS = "aws-1";

export interface EightNodes {
  /** Seconds of a first `npm start`, until the page is there at its name. */
  startSeconds: number;
  /** Milliseconds of each request by the DNS's load balancer and the ingress, with TLS. */
  byIngress: number[];
  /** Milliseconds of each request from the node of a container to the container. */
  direct: number[];
  /** A manager that its cloud deleted: seconds of `up --refresh` until all are there, and what became of requests since the deletion. */
  deleted: { seconds: number; requests: number; failed: number; failingFor: number };
  /** Seconds from the reboot of all machines until all are there and the page is served. */
  rebootSeconds: number;
}

export async function measureEightNodes(signal: AbortSignal, say: (line: string) => void): Promise<EightNodes> {
  const rehearsal = new Rehearsal("bench", signal);
  try {
    await rehearsal.labCommand("start");
    const house = await bareMachine(rehearsal);
    const startSeconds = await timed(() => start(rehearsal, eightNodes(house)));
    say(`eight nodes to the first page: ${startSeconds.toFixed(1)} s`);
    await rehearsal.whole(WITNESS, EIGHT_NODES, 120);
    const byIngress = await throughIngress(rehearsal);
    const direct = await toContainer(rehearsal);
    const deleted = await deleteManager(rehearsal);
    say(`a deleted manager is there again: ${deleted.seconds.toFixed(1)} s`);
    const rebootSeconds = await timed(() => rebootAll(rehearsal));
    say(`reboot of all: ${rebootSeconds.toFixed(1)} s`);
    return { startSeconds, byIngress, direct, deleted, rebootSeconds };
  } finally {
    await rehearsal.end();
  }
}

async function start(rehearsal: Rehearsal, stormYml: string): Promise<void> {
  succeeded(await rehearsal.start(stormYml));
  await pageServed(rehearsal, 120);
}

function pageServed(rehearsal: Rehearsal, seconds: number): Promise<boolean> {
  return eventually(seconds, "the page at its name", async () => {
    const { code, stderr } = await rehearsal.visit("curl", "-sSf", "-m", "5", guestbookUrl(rehearsal.stack));
    return code === 0 ? true : notYet(stderr);
  });
}

const latency = (url: string) => tsxProgram(join(__dirname, "latency.ts"), url, String(REQUESTS));

async function throughIngress(rehearsal: Rehearsal): Promise<number[]> {
  const done = await rehearsal.visit(...latency(guestbookUrl(rehearsal.stack)));
  succeeded(done);
  return JSON.parse(done.stdout) as number[];
}

async function toContainer(rehearsal: Rehearsal): Promise<number[]> {
  const node = await rehearsal.nodeOf("demo_guestbook", WITNESS);
  const container = "$(docker ps -q --no-trunc --filter label=com.docker.swarm.service.name=demo_guestbook | head -1)";
  // Its leg beside the overlay, on its node's own bridge.
  const format = "{{range $id, $each := .Containers}}{{$id}} {{$each.IPv4Address}}{{println}}{{end}}";
  const { stdout } = await rehearsal.on(
    node,
    `docker network inspect docker_gwbridge -f '${format}' | grep "^${container} "`,
  );
  const address = / ([\d.]+)\//.exec(stdout)?.[1] ?? notYet(stdout);
  const machine = await rehearsal.machine(node);
  const { stdout: pid } = await run("docker", ["inspect", "-f", "{{.State.Pid}}", machine.container]);
  const asked = await run("nsenter", [`--net=/proc/${pid.trim()}/ns/net`, ...latency(`http://${address}:${PORT}/`)]);
  return JSON.parse(asked.stdout) as number[];
}

async function deleteManager(rehearsal: Rehearsal): Promise<EightNodes["deleted"]> {
  const manager = rehearsal.nodes.find(({ name, role }) => role === "manager" && name.startsWith("digitalocean-"));
  if (manager === undefined) throw new Error("no manager at DigitalOcean");
  const visitors = await rehearsal.visitors(guestbookUrl(rehearsal.stack));
  const began = Date.now();
  await rehearsal.lab({ do: "terminate", machine: manager.name });
  succeeded(await rehearsal.refresh());
  await rehearsal.whole(WITNESS, EIGHT_NODES, 120);
  const seconds = (Date.now() - began) / 1000;
  await visitors.end();
  const { requests, failed, failingFor } = visitors.since(began);
  return { seconds, requests, failed, failingFor };
}

async function rebootAll(rehearsal: Rehearsal): Promise<void> {
  const { machines } = await rehearsal.status();
  await Promise.all(machines.map(({ id }) => rehearsal.lab({ do: "reboot", machine: id })));
  await rehearsal.whole(WITNESS, EIGHT_NODES, 180);
  await pageServed(rehearsal, 60);
}
