import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { guestbookUrl, MANAGERS } from "../../cli/rehearsal/three-clouds";
import { eventually, notYet, root, run } from "../cluster/lab";
import { Person, REVOKED } from "../cluster/person";
import { nodeIn, RIGHT_SECONDS, statusSays } from "../cluster/status-look";
import { Traveller } from "../cluster/traveller";
import { codeBlocks, commandLines } from "../markdown";
import { ElasticPool } from "./elastic-pool";

jest.setTimeout(900_000);

const rehearsal = new Rehearsal(`c${process.pid}`);
const host = new URL(guestbookUrl(rehearsal.stack)).hostname;

const STORM_YML = join(root, "examples", "three-clouds.yml");
/** Machines that AWS adds and takes away by itself, beside a manager at each of three clouds. */
const ELASTIC = { least: 2, most: 5 };
const GROWN = ELASTIC.most;
/** README.md's commands for the lab. */
const README = codeBlocks(readFileSync(join(root, "README.md"), "utf8"))
  .flatMap(commandLines)
  .filter((line) => /^(STORM_LAB=1|npm run lab) /.test(line));
/** Seconds for machines that a group makes to be in Swarm, Consul, mesh and load balancer, and for the page to be served by them. */
const SERVING_SECONDS = 90;
const elastic = new ElasticPool(rehearsal, "web", host);
let names: string[] = [];
/** More than there are machines behind a load balancer. */
const ANSWERS = 8;

beforeAll(async () => {
  const done = await rehearsal.startFile(STORM_YML);
  if (done.code !== 0) throw new Error(`the clouds' cluster did not come up:\n${done.stdout}\n${done.stderr}`);
  names = [...MANAGERS, ...(await elastic.serving(ELASTIC.least, 120))];
});

afterAll(async () => {
  await rehearsal.end();
});

/** Status and TLS verdict of the guestbook's page, as a visitor sees it. */
function page(...way: string[]) {
  const shown = ["-o", "/dev/null", "-w", "%{http_code} %{ssl_verify_result}"];
  return rehearsal.visit("curl", "-sS", "-m", "10", ...shown, ...way, `https://${host}/`);
}

test("machines of three clouds are one Swarm and one Consul, the one that AWS added too", async () => {
  await rehearsal.whole("azure-1", names, 60);
  expect(names).toEqual(expect.arrayContaining(MANAGERS));
});

test("the guestbook answers at its name by every site's load balancer, with a certificate by ACME", async () => {
  const { balancers } = await rehearsal.status();
  expect(balancers).toHaveLength(3);
  for (const { id, publicAddress } of balancers) {
    const way = ["--resolve", `${host}:443:${publicAddress}`];
    // A balancer asks its machines in turn, and each has a new certificate some seconds sooner or later than the others.
    await eventually(180, `the page by all that is behind ${id}`, async () => {
      for (let answer = 1; answer <= ANSWERS; answer++) {
        const { stdout, stderr } = await page(...way);
        if (stdout !== "200 0") notYet(`answer ${answer}: ${stdout} ${stderr}`);
      }
      return true;
    });
  }
  // By the names that the lab's DNS answers.
  expect((await page()).stdout).toBe("200 0");
});

/** Runs a command of README.md's, as it stands there but for a name; gives what it prints. */
async function readme(verb: string, name = "", ours = ""): Promise<string> {
  const command = README.find((line) => line.startsWith(`npm run lab -- ${verb}`)) ?? notYet(README);
  expect(command).toContain(name);
  const { code, stdout, stderr } = await run("sh", ["-c", command.replace(name, ours)]);
  expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
  return stdout;
}

test("README.md's commands for the lab run, here and by the other tests", async () => {
  expect(README).toEqual([
    "STORM_LAB=1 npm start -- --stack three --file examples/three-clouds.yml", // beforeAll, in a stack of its own
    "npm run lab -- status",
    "npm run lab -- visit curl https://guestbook.demo.three.storm.example.com",
    "npm run lab -- kill aws-1", // a machine of the pool is killed
    "npm run lab -- machine house-1",
    "STORM_LAB=1 npm stop -- --stack three", // destroy, and the lab's end after it
    "npm run lab -- stop",
  ]);
  const status = await readme("status");
  for (const name of MANAGERS) expect(status).toContain(`${name}-`);
  expect(await readme("visit", "guestbook.demo.three.storm.example.com", host)).toContain("<html");
  expect(await readme("machine")).toMatch(/house-1/);
});

test("the internet reaches HTTP and HTTPS at the load balancers, and no TCP port of a node of AWS or DigitalOcean", async () => {
  const { balancers, machines } = await rehearsal.status();
  const open = async (address: string | undefined): Promise<string> => {
    const ports = "22 80 443 2376 2377 5000 7946 8300 8301 8500 8501";
    const probe = `for p in ${ports}; do (timeout 3 bash -c "echo >/dev/tcp/${address}/$p" 2>/dev/null && echo $p) & done; wait`;
    const answered = (await rehearsal.visit("bash", "-c", probe)).stdout.trim().split("\n");
    return answered.sort((a, b) => Number(a) - Number(b)).join(" ");
  };
  for (const { publicAddress } of balancers) expect(await open(publicAddress)).toBe("80 443");
  for (const { cloud, publicAddress } of machines) {
    // Azure's load balancer keeps the client's address, so its nodes' own 80 and 443 cannot be told apart from it.
    expect(await open(publicAddress)).toBe(cloud === "azure-native" ? "80 443" : "");
  }
});

test("a container gets no answer from the metadata service; its machine does, with a token only", async () => {
  const url = "http://169.254.169.254/latest";
  const token = `curl -s -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${url}/api/token`;
  const status = `curl -s -m 3 -o /dev/null -w '%{http_code}' ${url}/meta-data/instance-id`;
  expect((await rehearsal.on("aws-1", status)).stdout).toBe("401");
  const answered = await rehearsal.on("aws-1", `t=$(${token}); ${status} -H "X-aws-ec2-metadata-token: $t"`);
  expect(answered.stdout).toBe("200");
  const container = "$(docker ps -q --filter label=com.docker.swarm.service.name=ingress_traefik | head -1)";
  const inside = `nsenter -t $(docker inspect -f '{{.State.Pid}}' ${container}) -n ${token}`;
  expect((await rehearsal.on("aws-1", inside)).stdout).toBe("");
});

test("a person's bundle works with the plain docker client from where operators are, not from the internet, until it is revoked", async () => {
  const alice = await Person.issue(rehearsal, "alice", "1h");
  const list = "docker node ls --format '{{.Hostname}}'";
  const listed = await alice.sh(list);
  expect([listed.stderr, listed.stdout.trim().split("\n").sort()]).toEqual(["", [...names].sort()]);
  const { folder, dockerHost } = alice.issued;
  const files = { tlscacert: "ca", tlscert: "cert", tlskey: "key" };
  const tls = Object.entries(files).map(([option, name]) => `--${option}=${folder}/${name}.pem`);
  const client = ["10", "docker", "-H", dockerHost, "--tlsverify", ...tls, "version", "-f", "{{.Server.Os}}"];
  expect((await run("timeout", client)).stdout.trim()).toBe("linux");
  // Nobody answers: Docker's own patience is longer.
  const outside = await rehearsal.visit("timeout", ...client);
  expect([outside.code, outside.stdout.trim()]).toEqual([124, ""]);
  const revoked = await rehearsal.storm(["credentials", "revoke", "alice", "-s", rehearsal.stack]);
  expect([revoked.code, revoked.stdout]).toEqual([0, expect.stringContaining("Revoked: alice")]);
  await eventually(60, "the person is refused", async () => {
    const { code, stdout, stderr } = await alice.sh(list);
    return code !== 0 && (stdout + stderr).includes(REVOKED) ? true : notYet(stdout + stderr);
  });
});

test("a person on a machine somewhere on the internet has the cluster's names, Consul's UI and docker's API by the VPN, until revoked", async () => {
  // README's machine, which is outside of the admin networks.
  const traveller = await Traveller.at((await rehearsal.machine("house-1")).container, rehearsal, "vera", "1h");
  const managers = await traveller.ask("consul.service.consul");
  expect(managers).toHaveLength(MANAGERS.length);
  expect(await traveller.ask("demo-guestbook.service.consul")).not.toEqual([]);
  expect((await traveller.consul("/ui/")).status).toBe("200");
  const list = "cd /bundle && . ./env.sh && timeout 20 docker node ls --format '{{.Hostname}}'";
  const listed = await traveller.sh(list);
  expect([listed.stderr, listed.stdout.trim().split("\n").sort()]).toEqual(["", [...names].sort()]);
  const revoked = await rehearsal.storm(["credentials", "revoke", "vera", "-s", rehearsal.stack]);
  expect([revoked.code, revoked.stdout]).toEqual([0, expect.stringContaining("Revoked: vera")]);
  await eventually(60, "no manager lets the person in", async () => {
    const open = await Promise.all(managers.map((manager) => traveller.connects(manager, 8501)));
    return open.some(Boolean) ? notYet(open) : true;
  });
  await rehearsal.labCommand("terminate", "house-1");
});

test("an elastic pool follows its group's size alone: two machines, five, and two again, drained first", async () => {
  const [group] = (await rehearsal.status()).groups;
  const resize = (machines: number) => rehearsal.lab({ do: "size", group: group?.id ?? "", machines });
  await resize(GROWN);
  const grown = await elastic.serving(GROWN, 120);
  const since = Math.floor(Date.now() / 1000);
  await resize(ELASTIC.least);
  const left = await elastic.serving(ELASTIC.least, 120);
  const gone = grown.filter((name) => !left.includes(name));
  expect(gone).toHaveLength(GROWN - ELASTIC.least);
  const filter = `--since ${since} --until ${Math.ceil(Date.now() / 1000)} --filter type=node`;
  const { stdout } = await rehearsal.on("aws-1", `docker events ${filter} --format '{{json .Actor.Attributes}}'`);
  for (const name of gone) expect(stdout).toMatch(new RegExp(`"availability.new":"drain".*"name":"${name}"`));
});

test(`a machine of the pool that is killed is replaced, and the page is served by the new one within ${SERVING_SECONDS} s`, async () => {
  const before = await elastic.serving(ELASTIC.least, 60);
  const victim = (await rehearsal.status()).machines.find(({ group }) => group !== undefined)?.id ?? "";
  await readme("kill", "aws-1", victim);
  const after = await elastic.serving(ELASTIC.least, SERVING_SECONDS, before);
  // The dead one's name is out of swarm and Consul soon after.
  await rehearsal.whole("aws-1", [...MANAGERS, ...after], 120);
});

test("a manager that its cloud lost is made anew by `up --refresh`, and the others never lose the quorum", async () => {
  await rehearsal.lab({ do: "terminate", machine: "ocean-1" });
  // Swarm and Consul have to miss it before its cloud is asked.
  await statusSays(rehearsal, "`storm status` says that the machine is gone", RIGHT_SECONDS, (found) => {
    const node = nodeIn(found, "ocean-1");
    return found.health !== "OK" && node?.exists === "no" && node.healthy === "no";
  });
  const done = await rehearsal.refresh();
  if (done.code !== 0) throw new Error(done.stdout + done.stderr);
  await eventually(120, "three managers", async () => {
    const { stdout } = await rehearsal.on(
      "aws-1",
      "docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'",
    );
    const managing = stdout.split("\n").filter((row) => / Ready (Leader|Reachable)$/.test(row));
    return managing.length === 3 && !/Down|Unreachable/.test(stdout) ? true : notYet(stdout);
  });
});

test("destroy leaves nothing: no resource, machine, network, rule", async () => {
  const { stopped, left } = await rehearsal.stop();
  expect(stopped.code).toBe(0);
  expect(left).toEqual([]);
  // What is the lab's own goes with the lab.
  await rehearsal.end();
  const { stdout: containers } = await run("docker", ["ps", "-aq", "--filter", "label=storm.lab"]);
  expect(containers).toBe("");
  const { stdout: namespaces } = await run("ip", ["netns", "list"]);
  expect(namespaces.split("\n").filter((line) => line.startsWith("storm-lab"))).toEqual([]);
  expect((await run("ip", ["route", "show", "198.18.0.0/15"])).stdout).toBe("");
});
