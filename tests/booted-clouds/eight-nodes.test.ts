import { bareMachine, EIGHT_NODES, eightNodes, HOUSE } from "../../cli/rehearsal/eight-nodes";
import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { guestbookUrl } from "../../cli/rehearsal/three-clouds";
import type { CommandResult } from "../../tools/command";
import { eventually, notYet, run } from "../cluster/lab";
import { SNAPSHOT } from "../local/host-snapshot";
import { Succession } from "./succession";

jest.setTimeout(900_000);

const rehearsal = new Rehearsal(`e${process.pid}`);
const { hostname: host } = new URL(guestbookUrl(rehearsal.stack));

/** For load balancer and ingress to notice a death. */
const NOTICE_MS = 5_000;
/** A death is seen so much after it, at most. */
const SEEN_MS = 2_000;

let before = "";
/** The machine of one's own, as storm.yml has it. */
let house = "";

beforeAll(async () => {
  await rehearsal.labCommand("start");
  house = await bareMachine(rehearsal);
  before = await snapshot();
  const done = await rehearsal.start(eightNodes(house));
  if (done.code !== 0) throw new Error(`the eight nodes did not come up:\n${done.stdout}\n${done.stderr}`);
}, 1_200_000);

afterAll(async () => {
  await rehearsal.end();
}, 300_000);

/** What of the machine of one's own must be the same before and after. */
async function snapshot(): Promise<string> {
  const { code, stdout, stderr } = await rehearsal.on(HOUSE, SNAPSHOT);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

test("eight nodes are ready in one Swarm, and alive in one Consul", async () => {
  await rehearsal.whole("azure-1", EIGHT_NODES, 120);
});

test("the guestbook answers at its name by every site's load balancer and at the host, with a certificate by ACME", async () => {
  const { balancers, machines } = await rehearsal.status();
  const own = machines.filter(({ cloud }) => cloud === undefined);
  expect([balancers.length, own.length]).toEqual([3, 1]);
  for (const { id, publicAddress } of [...balancers, ...own]) {
    const command = `curl -sS -m 10 -o /dev/null -w '%{http_code} %{ssl_verify_result}' --resolve ${host}:443:${publicAddress} https://${host}/`;
    await eventually(180, `the page by ${id}`, async () => {
      const { stdout, stderr } = await rehearsal.visit("sh", "-c", command);
      return stdout === "200 0" ? true : notYet(`${stdout} ${stderr}`);
    });
  }
});

test("containers on all nodes reach each other over an overlay", async () => {
  const image = await rehearsal.on(
    "aws-1",
    "docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' demo_guestbook",
  );
  const server = `require("http").createServer((_, answer) => answer.end(process.env.NODE)).listen(8080)`;
  const created = await rehearsal.on(
    "aws-1",
    `docker network create --driver overlay probe && docker service create --detach --quiet --mode global --name probe --network probe ` +
      `--endpoint-mode dnsrr --env NODE='{{.Node.Hostname}}' --entrypoint node ${image.stdout.trim()} -e '${server}'`,
  );
  expect(created).toMatchObject({ code: 0 });
  // Asks every task of the service, its own included.
  const client = `require("dns").promises.resolve4("tasks.probe").then((all) => Promise.all(all.map(async (each) => (await fetch("http://" + each + ":8080")).text()))).then((names) => console.log(names.sort().join(" ")))`;
  for (const node of EIGHT_NODES) {
    await eventually(120, `every task from ${node}`, async () => {
      const { stdout, stderr } = await rehearsal.on(
        node,
        `docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=probe) node -e '${client}'`,
      );
      return stdout.trim() === EIGHT_NODES.join(" ") ? true : notYet(stdout + stderr);
    });
  }
  await rehearsal.on("aws-1", "docker service rm probe");
  await eventually(60, "the network is nobody's any more", async () => {
    const { code, stderr } = await rehearsal.on("aws-1", "docker network rm probe");
    return code === 0 ? true : notYet(stderr);
  });
});

test("another size: the manager, then the workers, each when the one before is back; the page is there", async () => {
  const changing = ["aws-1", "aws-2", "aws-3"];
  const succession = await Succession.of(rehearsal, "azure-1", changing);
  const visitors = await rehearsal.visitors(guestbookUrl(rehearsal.stack));
  const began = Date.now();
  let done: CommandResult | undefined;
  void rehearsal.start(eightNodes(house, "medium")).then((result) => (done = result));
  const { code, stdout, stderr } = await eventually(900, "the end of the update", async () => {
    await succession.look();
    return done;
  });
  const seconds = (Date.now() - began) / 1000;
  await visitors.end();
  const { requests, failed, failures } = visitors.since(began);
  const { departures } = succession;
  const after = departures.map(({ node, at }) => `${node} ${((at - began) / 1000).toFixed(1)}`);
  console.info(
    `${failed} of ${requests} requests failed in ${seconds.toFixed(1)} s; machines went after ${after.join(", ")} s`,
    JSON.stringify(failures.map(({ at, ...each }) => ({ at: (at - began) / 1000, ...each }))),
  );
  expect(`${code} ${stdout}\n${stderr}`).toMatch(/^0 /);
  expect(departures.map(({ node, missing }) => ({ node, missing }))).toEqual(
    changing.map((node) => ({ node, missing: [] })),
  );
  const isNear = (time: number) => departures.some(({ at }) => time > at - SEEN_MS && time < at + NOTICE_MS);
  expect(failures.filter(({ at }) => !isNear(at))).toEqual([]);
  await rehearsal.whole("azure-1", EIGHT_NODES, 60);
});

test("destroy leaves nothing in any cloud, and the machine of one's own as it was found", async () => {
  const { stopped, left } = await rehearsal.stop();
  expect(stopped.code).toBe(0);
  expect(left).toEqual(["own", `own-${HOUSE}`]);
  expect(await snapshot()).toBe(before);
  await rehearsal.lab({ do: "terminate", machine: HOUSE });
  const { networks, machines } = await rehearsal.status();
  expect([...networks, ...machines]).toEqual([]);
  await rehearsal.end();
  expect((await run("docker", ["ps", "-aq", "--filter", "label=storm.lab"])).stdout).toBe("");
  expect((await run("ip", ["netns", "list"])).stdout).not.toMatch(/^storm-lab/m);
  expect((await run("ip", ["route", "show", "198.18.0.0/15"])).stdout).toBe("");
});
