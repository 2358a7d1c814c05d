import { type LabCluster, NAMES_SECONDS, run } from "../lab";
import { changed, stamps } from "../state";
import { stormYml } from "../storm-yml";

/** What may change for the nodes that stay: peers, the lists of nodes, and the stack whose scale the test changes. */
const MAY_CHANGE = /^(peers(-local-[123])?|consul|swarm|load-balancer|stack-demo)$/;

/** Nodes come and go. */
export function scaling(lab: LabCluster): void {
  test("three nodes to five, and back: the three are untouched, the two leave nothing", async () => {
    const ids = async () =>
      Promise.all(
        ["local-1", "local-2", "local-3"].map(async (name) =>
          (await inspect(lab.container(name), "{{.Id}} {{.State.StartedAt}}")).trim(),
        ),
      );
    expect((await lab.post("before the growth")).status).toMatch(/^20[01]$/);
    // Two nodes, and people, if any are in by the VPN.
    const peers = async () => (await lab.on("local-1", "wg show storm0 allowed-ips | sort")).stdout.trim().split("\n");
    const before = await ids();
    const peersBefore = await peers();
    expect(peersBefore.length).toBeGreaterThanOrEqual(2);
    const stampsBefore = await stamps(lab);

    // Four guestbooks, at most one on a node: at least one of them is on a new one, and has to leave it.
    const up = await lab.start(stormYml(5, undefined, 4));
    expect(`${up.code} ${up.stderr}`).toMatch(/^0 /);
    expect(await ids()).toEqual(before);
    expect(lab.nodes.map((node) => node.role)).toEqual(["manager", "manager", "manager", "worker", "worker"]);
    await lab.whole(60);
    const touched = changed(stampsBefore, await stamps(lab));
    expect(touched.filter((name) => !MAY_CHANGE.test(name))).toEqual([]);
    expect(touched).toEqual(expect.arrayContaining(["peers-local-1", "peers-local-2", "peers-local-3"]));

    const format = "{{.Node}} {{.DesiredState}}";
    const { stdout: tasks } = await lab.on("local-1", `docker service ps demo_guestbook --format '${format}'`);
    expect(tasks).toMatch(/local-[45] Running/);
    const leaving = await Promise.all(["local-4", "local-5"].map((name) => watchLeaving(lab, name)));
    const down = await lab.start(stormYml(3));
    expect(`${down.code} ${down.stderr}`).toMatch(/^0 /);
    for (const watched of leaving) drainedFirst(await watched());
    expect(await ids()).toEqual(before);
    await lab.whole(30);
    expect(await peers()).toEqual(peersBefore);
    const keys = await lab.on("local-1", "consul kv get -token-file /etc/storm/tokens/controller -recurse -keys ''");
    expect(keys.stdout).toContain("mesh/peers/local/local/local-3");
    expect(keys.stdout).not.toMatch(/local-[45]/);
    const catalog = await lab.on("local-1", "curl -s http://127.0.0.1:8500/v1/catalog/nodes");
    expect(catalog.stdout).toContain("local-3");
    expect(catalog.stdout).not.toMatch(/local-[45]/);
    expect(await inspect(lab.container("local-4"), "{{.Id}}")).toBe("");
    expect(await lab.entries(NAMES_SECONDS)).toContain("before the growth");
  });
}

interface Leaving {
  /** Tasks that ran on the node when the watch began. */
  tasks: string[];
  /** In the order of their time: "died <task>", and what the node's joiner says. */
  events: string[];
}

/** Follows what happens on a node until its machine is gone; the result tells it then. */
async function watchLeaving(lab: LabCluster, name: string): Promise<() => Promise<Leaving>> {
  const label = "com.docker.swarm.task.id";
  const { stdout } = await lab.on(name, `docker ps -q | xargs docker inspect -f '{{index .Config.Labels "${label}"}}'`);
  const died = `docker events --filter event=die --format '{{.TimeNano}} died {{index .Actor.Attributes "${label}"}}'`;
  const says = "journalctl -f -n 0 -o short-unix -u storm-joiner";
  const ended = run("docker", ["exec", lab.container(name), "sh", "-c", `${died} & exec ${says}`], 600);
  return async () => {
    const lines = (await ended).stdout.split("\n").flatMap((line) => {
      const [, whole = "", fraction = "", what] = /^(\d{10})\.?(\d{6})\d* (.*)$/.exec(line) ?? [];
      return what === undefined ? [] : [{ at: Number(`${whole}.${fraction}`), what }];
    });
    return {
      tasks: stdout.split("\n").filter((task) => task !== ""),
      events: lines.sort((one, other) => one.at - other.at).map(({ what }) => what),
    };
  };
}

/** Each task had been shut down before the node left the swarm, which it then did by itself. */
function drainedFirst({ tasks, events }: Leaving): void {
  expect(tasks.length).toBeGreaterThan(0);
  const left = events.findIndex((event) => event.endsWith("leaving the swarm: not in storm/nodes"));
  expect(events.slice(0, Math.max(left, 0))).toEqual(expect.arrayContaining(tasks.map((task) => `died ${task}`)));
}

async function inspect(container: string, format: string): Promise<string> {
  return (await run("docker", ["inspect", "-f", format, container])).stdout.trim();
}
