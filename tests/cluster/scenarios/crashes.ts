import * as fs from "node:fs";
import * as path from "node:path";
import { kill, type Victims, VICTIMS } from "../killing";
import { eventually, type LabCluster, NAMES_SECONDS, notYet, run } from "../lab";
import { nothingAtAll, nothingLeftOver, unusedVolumes } from "../leftovers";
import { copyOfGuestbook, stormYml } from "../storm-yml";

/** How many deployments are killed, in updates and in first ups: with the update that is taken back, each kind of victim once. Ten by `npm run test:long`. */
const CRASHES = Number(process.env.STORM_CRASHES ?? 3);

/** What is being deployed when it is killed. */
type Change = "node count" | "application" | "first up";
/** Updates first, on the cluster that runs; each first `up` begins with a stop. */
const CHANGES: Change[] = ["node count", "node count", "application", "node count", "node count"];
const VICTIM_NAMES = Object.keys(VICTIMS) as Victims[];

const rounds = Array.from({ length: CRASHES }, (_, index) => {
  const change = index < CRASHES / 2 ? (CHANGES[index % CHANGES.length] ?? "node count") : "first up";
  return { round: index + 1, change, victims: VICTIM_NAMES[index % VICTIM_NAMES.length] ?? "all" };
});

/** SIGKILL in the middle of things. */
export function crashes(lab: LabCluster, firstUpSeconds: () => number): void {
  /** How long each change takes, so that moments are spread over the whole of it. */
  const lengths: Partial<Record<Change, number>> = {};
  let unused: string[] = [];
  let nodes = 3;
  let words = 0;

  beforeAll(async () => {
    unused = await unusedVolumes();
    expect((await lab.post("before the crashes")).status).toMatch(/^20[01]$/);
  });

  /** The storm.yml of the next change: it differs from what runs, whatever of it is there already. */
  function next(change: Change): string {
    if (change === "first up") nodes = 3;
    if (change === "node count") nodes = nodes === 3 ? 5 : 3;
    if (change !== "application") return stormYml(nodes);
    const folder = copyOfGuestbook(lab.folder, `crash-${++words}`);
    fs.appendFileSync(path.join(folder, "dist", "server.js"), `\n// ${words}\n`);
    return stormYml(nodes, path.join(folder, "docker-compose.yml"));
  }

  test.each(rounds)(
    "crash $round: SIGKILL of $victims during $change; npm start converges and nothing is left over",
    async ({ change, victims }) => {
      if (change === "first up") expect((await lab.storm(["stop", "--stack", lab.stack])).code).toBe(0);
      const target = await killedDeployment(change, victims);
      const began = Date.now();
      const done = await lab.start(target);
      // The engine's reasons are in what it printed; why a task did not come up, with its node.
      const why = done.code === 0 ? "" : await lastWords();
      expect(`${done.code} ${done.stderr}\n${done.stdout}\n${why}`).toMatch(/^0 /);
      await lab.whole(60);
      console.info(`converged after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      await nothingLeftOver(lab, unused);
      const entries = await lab.entries(NAMES_SECONDS);
      if (change !== "first up") expect(entries).toContain("before the crashes");
    },
  );

  async function lastWords(): Promise<string> {
    const tasks = await lab.docker("service", "ps", "--no-trunc", "demo_guestbook");
    const journal = "journalctl -q -n 60 -o short-iso -u docker -u 'storm-*' --since -4min";
    const words = lab.nodes.map(async ({ name }) => `${name}: ${(await lab.on(name, journal)).stdout}`);
    return [tasks.stdout, ...(await Promise.all(words))].join("\n");
  }

  /** Deploys until a deployment was killed before its end, and says what it was to deploy. */
  async function killedDeployment(change: Change, victims: Victims): Promise<string> {
    for (let tries = 0; tries < 3; tries++) {
      const target = next(change);
      const child = lab.startInBackground(target);
      const began = Date.now();
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      const length = lengths[change] ?? firstUpSeconds() * (change === "first up" ? 1 : 0.5);
      const moment = Math.random() * length * 1000;
      const timer = new Promise<void>((resolve) => setTimeout(resolve, moment));
      await Promise.race([ended, timer]);
      const crash = await kill(lab.stack, child, victims);
      if (crash !== undefined) {
        const what = `${change} of about ${length.toFixed(0)} s after ${(moment / 1000).toFixed(1)} s`;
        console.info(`${what}: killed ${crash.killed.join(", ")}; living on ${crash.spared.join(", ") || "nothing"}`);
        return target;
      }
      // It was quicker than was thought, and that was no crash. The next one is of the change back.
      expect(await ended).toBe(0);
      lengths[change] = (Date.now() - began) / 1000;
      if (change === "first up") expect((await lab.storm(["stop", "--stack", lab.stack])).code).toBe(0);
    }
    throw new Error(`${change} ends too soon to be killed`);
  }

  test("the update of a stack that was cut off, and is not wanted any more, is taken back", async () => {
    const image = async () => {
      const format = "{{.Spec.TaskTemplate.ContainerSpec.Image}}";
      const { stdout, stderr } = await lab.docker("service", "inspect", "--format", format, "demo_guestbook");
      return stdout.trim() || notYet(stderr);
    };
    const wanted = stormYml(3);
    expect(await lab.start(wanted)).toMatchObject({ code: 0 });
    const before = await image();
    const child = lab.startInBackground(next("application"));
    await eventually(180, "the update of the service", async () =>
      (await image()) === before ? notYet(before) : true,
    );
    const crash = await kill(lab.stack, child, "all");
    expect(crash?.killed).toContain("engine pulumi");
    const done = await lab.start(wanted);
    expect(`${done.code} ${done.stderr}\n${done.stdout}`).toMatch(/^0 /);
    expect(await image()).toBe(before);
    await lab.whole(60);
  });

  test("npm stop with a dead node: exit 0, nothing left", async () => {
    await run("docker", ["kill", lab.container("local-2")]);
    const done = await lab.storm(["stop", "--stack", lab.stack], 120);
    expect(`${done.code} ${done.stderr}`).toMatch(/^0 /);
    await nothingAtAll(lab, unused);
  });
}
