import { existsSync } from "node:fs";
import { join } from "node:path";
import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { MANAGERS, threeClouds } from "../../cli/rehearsal/three-clouds";
import { labBackend } from "../../tools/backend";
import { labCheckout } from "../../tools/paths";
import { runProcesses } from "../../tools/processes";
import { kill, type Victims, VICTIMS } from "../cluster/killing";
import { eventually, notYet, run } from "../cluster/lab";

jest.setTimeout(900_000);

/** How many deployments are killed. Ten by `npm run test:long`. */
const CRASHES = Number(process.env.STORM_CRASHES ?? 3);
/** What is being deployed when it is killed: nodes more or less on the cluster that runs, or all of it. */
type Change = "node count" | "first up";
const VICTIM_NAMES = Object.keys(VICTIMS) as Victims[];

const rehearsal = new Rehearsal(`k${process.pid}`);
/** How long each change takes, so that moments are spread over the whole of it. */
const lengths: Record<Change, number> = { "node count": 60, "first up": 150 };
let workers = 0;

const rounds = Array.from({ length: CRASHES }, (_, index) => {
  // The first finds nothing there; then updates and first ups take turns.
  const change: Change = index % 2 === 0 ? "first up" : "node count";
  return { round: index + 1, change, victims: VICTIM_NAMES[index % VICTIM_NAMES.length] ?? "all" };
});

afterAll(() => rehearsal.end());

test.each(rounds)(
  "crash $round: SIGKILL of $victims during $change; npm start converges, and the clouds have what the stack has",
  async ({ change, victims }) => {
    if (change === "first up") expect((await rehearsal.stop()).left).toEqual([]);
    const target = await killedDeployment(change, victims);
    const began = Date.now();
    const done = await rehearsal.start(target);
    expect(`${done.code} ${done.stdout}\n${done.stderr}`).toMatch(/^0 /);
    await rehearsal.whole("aws-1", nodes(), 90);
    console.info(`converged after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    await noOrphan();
  },
);

beforeAll(async () => {
  const { code, stderr } = await rehearsal.storm(["lab", "start"], 300);
  if (code !== 0) throw new Error(stderr);
});

/** The storm.yml of the next change: it differs from what runs, whatever of it is there already. */
function next(change: Change): string {
  workers = change === "first up" || workers > 0 ? 0 : 1;
  const pool = `{ name: more, count: ${workers}, size: small, role: worker }`;
  return threeClouds({
    guestbooks: 1,

    pools: workers > 0 ? { AWS: pool, DigitalOcean: pool.replace("more", "sea") } : {},
  });
}

const nodes = () => [...MANAGERS, ...(workers > 0 ? ["more-1", "sea-1"] : [])];

/** Deploys until a deployment was killed before its end, and gives what it was to deploy. */
async function killedDeployment(change: Change, victims: Victims): Promise<string> {
  for (let tries = 0; tries < 3; tries++) {
    const target = next(change);
    const child = rehearsal.startInBackground(target);
    const began = Date.now();
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const moment = Math.random() * lengths[change] * 1000;
    await Promise.race([ended, new Promise<void>((resolve) => setTimeout(resolve, moment))]);
    const crash = await kill(rehearsal.stack, child, victims, labCheckout);
    if (crash !== undefined) {
      console.info(
        `${change} after ${(moment / 1000).toFixed(1)} s: killed ${crash.killed.join(", ")}; living on ${crash.spared.join(", ") || "nothing"}`,
      );
      return target;
    }
    // It was quicker than was thought, and that was no crash. The next one is of the change back.
    expect(await ended).toBe(0);
    lengths[change] = (Date.now() - began) / 1000;
    if (change === "first up") expect((await rehearsal.stop()).left).toEqual([]);
  }
  throw new Error(`${change} ends too soon to be killed`);
}

/** What the clouds have is what the stack has, all of it is real, and nothing of the dead run goes on. */
async function noOrphan(): Promise<void> {
  const backend = labBackend();
  const state = await backend.state(rehearsal.stack);
  const { resources, lost, machines, balancers, failure } = await rehearsal.status();
  const ofClouds = /^(aws|azure-native|digitalocean):/;
  const typeOf = (urn: string) => urn.split("::")[2]?.split("$").at(-1) ?? "";
  const known = (state?.entries ?? []).map(({ urn }) => urn).filter((urn) => ofClouds.test(typeOf(urn)));
  expect([...resources].sort()).toEqual(known.sort());
  expect({ lost, failure, pending: state?.pendingOperations }).toEqual({ lost: [], failure: "", pending: 0 });
  await eventually(10, "a container for each machine and load balancer, and no other", async () => {
    const { stdout } = await run("docker", [
      "ps",
      "-a",
      "--filter",
      "label=storm.lab.kind",
      "--format",
      "{{.Names}} {{.State}}",
    ]);
    const rows = stdout.trim().split("\n");
    const running = rows.filter((row) => row.endsWith(" running"));
    const count = machines.length + balancers.length;
    return rows.length === count && running.length === count ? true : notYet(rows);
  });
  expect(await backend.locks(rehearsal.stack)).toEqual([]);
  expect(existsSync(join(labCheckout, ".storm", `run-${rehearsal.stack}.json`))).toBe(false);
  expect(runProcesses(labCheckout).filter(({ run: { kind } }) => kind === rehearsal.stack)).toEqual([]);
}
