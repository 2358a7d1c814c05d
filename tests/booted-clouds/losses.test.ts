import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { guestbookUrl, MANAGERS, threeClouds, TTL } from "../../cli/rehearsal/three-clouds";
import { eventually, notYet, run } from "../cluster/lab";
import { containerOf } from "./container-of";

jest.setTimeout(900_000);

const rehearsal = new Rehearsal(`l${process.pid}`);
const url = guestbookUrl(rehearsal.stack);
/** Of the address of an AWS load balancer; nobody else can set it. */
const ALIAS_TTL = 60;
/** For DNS and ingress to notice; beside it clients keep an address for as long as its record allows. */
const NOTICE_SECONDS = 5;
const REBOOT_SECONDS = 120;

beforeAll(async () => {
  const done = await rehearsal.start(threeClouds({ guestbooks: 3 }));
  if (done.code !== 0) throw new Error(`the clouds' cluster did not come up:\n${done.stdout}\n${done.stderr}`);
  await rehearsal.whole("aws-1", MANAGERS, 60);
  await everySiteServes(180);
});

afterAll(() => rehearsal.end());

let site = "";

test.each(["of the swarm's leader", "again", "of Consul's leader"])(
  "the site %s is lost: requests go on at the others, and `up --refresh` brings it back",
  async (which) => {
    const leaders = await rehearsal.leaders("aws-1");
    if (which !== "again")
      site = await rehearsal.siteOf(which === "of Consul's leader" ? leaders.consul : leaders.swarm);
    const there = (await rehearsal.status()).machines.find((machine) => machine.site === site)?.name ?? "";
    const other = MANAGERS.find((name) => !there.includes(name)) ?? "";
    const visitors = await rehearsal.visitors(url);
    const lost = Date.now();
    await rehearsal.lab({ do: "lose", site });
    const watched = lost + (NOTICE_SECONDS + (site.startsWith("aws") ? ALIAS_TTL : TTL) + 10) * 1000;
    await eventually(120, "the end of what clients may keep", () =>
      Promise.resolve(Date.now() > watched ? true : undefined),
    );
    const tally = visitors.since(lost);
    console.info(`${site}, ${JSON.stringify(leaders)}: ${JSON.stringify({ ...tally, failures: [] })}`);
    const began = Date.now();
    const done = await rehearsal.refresh();
    if (done.code !== 0) throw new Error(done.stdout + done.stderr);
    const refreshed = (Date.now() - began) / 1000;
    await rehearsal.whole(other, MANAGERS, 60);
    await managersAre(3, other);
    const whole = (Date.now() - began) / 1000;
    await everySiteServes(120);
    await visitors.end();
    const during = visitors.since(began);
    console.info(
      `${site} (${JSON.stringify(leaders)}): of ${tally.requests} requests ${tally.failed} failed, for ${tally.failingFor.toFixed(1)} s, ` +
        `ttl ${tally.failedTtl} s; back after ${refreshed.toFixed(1)} s, whole after ${whole.toFixed(1)} s; ` +
        `meanwhile ${during.failed} of ${during.requests} failed for ${during.failingFor.toFixed(1)} s`,
      JSON.stringify([...tally.failures, ...during.failures].map(({ at, ...each }) => ({ at: at - lost, ...each }))),
    );
    expect(tally.requests).toBeGreaterThan(4 * (NOTICE_SECONDS + TTL));
    expect(tally.failingFor).toBeLessThan(NOTICE_SECONDS + tally.failedTtl);
  },
);

test("all machines reboot at once: everything is back, the guestbook's entries too", async () => {
  const text = `before the reboot of ${rehearsal.stack}`;
  const json = JSON.stringify({ name: "test", text });
  await eventually(30, "an entry", async () => {
    const { stdout } = await ask("-H", "content-type: application/json", "-d", json, `${url}/api/entries`);
    return /20[01]$/.test(stdout) ? true : notYet(stdout);
  });
  const { machines } = await rehearsal.status();
  const began = Date.now();
  const left = () => REBOOT_SECONDS - (Date.now() - began) / 1000;
  await Promise.all(machines.map(({ id }) => rehearsal.lab({ do: "reboot", machine: id })));
  const rebooted = (Date.now() - began) / 1000;
  await rehearsal.whole("aws-1", MANAGERS, left());
  await managersAre(3, "aws-1");
  const members = (Date.now() - began) / 1000;
  await everySiteServes(left());
  await eventually(left(), "the entry of before", async () => {
    const { stdout } = await ask(`${url}/api/entries`);
    return stdout.includes(text) ? true : notYet(stdout);
  });
  console.info(
    `reboot of all: machines after ${rebooted.toFixed(1)} s, Swarm and Consul after ${members.toFixed(1)} s, ` +
      `pages and entries after ${((Date.now() - began) / 1000).toFixed(1)} s`,
  );
});

/** What a visitor's curl shows, with the status at its end. */
function ask(...args: string[]) {
  return rehearsal.visit("curl", "-sS", "-m", "10", "-w", "\n%{http_code}", ...args);
}

async function managersAre(count: number, from: string): Promise<void> {
  await eventually(60, `${count} managers that reach each other`, async () => {
    const format = "{{.Hostname}} {{.Status}} {{.ManagerStatus}}";
    const { stdout } = await rehearsal.on(from, `docker node ls --format '${format}'`);
    const managing = stdout.split("\n").filter((row) => / Ready (Leader|Reachable)$/.test(row));
    return managing.length === count && !/Down|Unreachable/.test(stdout) ? true : notYet(stdout);
  });
}

/** Waits until the page is there by every site's load balancer, with a certificate that visitors believe. */
async function everySiteServes(seconds: number): Promise<void> {
  await eventually(seconds, "the page by every load balancer", async () => {
    const { balancers } = await rehearsal.status();
    if (balancers.length !== MANAGERS.length) notYet(`${balancers.length} load balancers`);
    for (const { id, publicAddress } of balancers) {
      const { stdout, stderr } = await ask("--resolve", `${new URL(url).hostname}:443:${publicAddress}`, `${url}/`);
      if (!stdout.endsWith("\n200")) notYet(`${id}: ${stdout.slice(-200)} ${stderr}\n${await lastWords(id)}`);
    }
    return true;
  });
}

/** What a load balancer says of its targets, and the swarm of the ingress's tasks. */
async function lastWords(balancer: string): Promise<string> {
  const log = await run("docker", ["logs", "--tail", "3", await containerOf(balancer)]);
  const format = "{{.Node}} {{.DesiredState}} {{.CurrentState}} {{.Error}}";
  const tasks = await rehearsal.on("azure-1", `docker service ps ingress_traefik --format '${format}'`);
  return log.stdout + log.stderr + tasks.stdout;
}
