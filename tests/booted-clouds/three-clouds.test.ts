import { join } from "node:path";
import { eventually, notYet, root } from "../cluster/lab";
import { Rehearsal } from "./rehearsal";

jest.setTimeout(900_000);

const rehearsal = new Rehearsal(`c${process.pid}`);
const host = `guestbook.demo.${rehearsal.stack}.storm.example.com`;

/** A manager at each of three clouds, and a machine that AWS adds by itself. */
const STORM_YML = `
Hostname: storm.example.com
AWS:
  region: eu-central-1
  pools:
    - { name: aws, count: 1, size: small, role: manager }
    - { name: web, count: 1..2, size: small, role: worker }
Azure: { region: westeurope, pools: [{ name: azure, count: 1, size: small, role: manager }] }
DigitalOcean: { region: ams3, pools: [{ name: ocean, count: 1, size: small, role: manager }] }
dns: { provider: route53, create: true, ttl: 30 }
tls: { acme: { email: ops@storm.example.com } }
compose:
  demo: { file: "${join(root, "catalog", "guestbook", "docker-compose.yml")}", scale: 2 }
`;
const MANAGERS = ["aws-1", "azure-1", "ocean-1"];
let names: string[] = [];

beforeAll(async () => {
  const done = await rehearsal.start(STORM_YML);
  if (done.code !== 0) throw new Error(`the clouds' cluster did not come up:\n${done.stdout}\n${done.stderr}`);
  names = await eventually(120, "the elastic node among the others", async () => {
    const { swarm } = await rehearsal.members("aws-1");
    const found = swarm.map((row) => row.split(" ")[0] ?? "");
    return found.some((name) => name.startsWith("web-")) && found.length === 4 ? found : notYet(swarm);
  });
});

afterAll(async () => {
  await rehearsal.lab("stop").catch(() => undefined);
});

test("machines of three clouds are one Swarm and one Consul, the one that AWS added too", async () => {
  await rehearsal.whole("azure-1", names, 60);
  expect(names).toEqual(expect.arrayContaining(MANAGERS));
});

test("the guestbook answers at its name by every site's load balancer, with a certificate by ACME", async () => {
  const { balancers } = await rehearsal.status();
  expect(balancers).toHaveLength(3);
  for (const { id, publicAddress } of balancers) {
    const command = `curl -sS -m 10 -o /dev/null -w '%{http_code} %{ssl_verify_result}' --resolve ${host}:443:${publicAddress} https://${host}/`;
    await eventually(180, `the page by ${id}`, async () => {
      const { stdout, stderr } = await rehearsal.visit(command);
      return stdout === "200 0" ? true : notYet(`${stdout} ${stderr}`);
    });
  }
  // By the names that the lab's DNS answers.
  expect((await rehearsal.visit(`curl -sS -m 10 -o /dev/null -w '%{http_code}' https://${host}/`)).stdout).toBe("200");
});

test("the internet reaches HTTP and HTTPS at the load balancers, and no TCP port of a node of AWS or DigitalOcean", async () => {
  const { balancers, machines } = await rehearsal.status();
  const open = async (address: string | undefined): Promise<string> => {
    const ports = "22 80 443 2376 2377 5000 7946 8300 8301 8500 8501";
    const probe = `for p in ${ports}; do (timeout 3 bash -c "echo >/dev/tcp/${address}/$p" 2>/dev/null && echo $p) & done; wait`;
    const answered = (await rehearsal.visit(probe)).stdout.trim().split("\n");
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

test("an elastic pool follows its group's size alone, and a killed machine of it is replaced", async () => {
  const [group] = (await rehearsal.status()).groups;
  await rehearsal.lab("size", group?.id ?? "", "2");
  const grown = await eventually(120, "two elastic nodes", async () => {
    const { swarm } = await rehearsal.members("aws-1");
    return swarm.filter((row) => /^web-\S+ Ready$/.test(row)).length === 2 ? swarm : notYet(swarm);
  });
  expect(grown).toHaveLength(5);
  await rehearsal.lab("size", group?.id ?? "", "1");
  await eventually(120, "one elastic node, and no trace of the other", async () => {
    const seen = await rehearsal.members("aws-1");
    return seen.swarm.length === 4 && seen.consul.length === 4 ? true : notYet(seen);
  });
  const { machines } = await rehearsal.status();
  const victim = machines.find(({ group }) => group !== undefined)?.id ?? "";
  await rehearsal.lab("kill", victim);
  await eventually(150, "another machine in its place", async () => {
    const { swarm } = await rehearsal.members("aws-1");
    const ready = swarm.filter((row) => /^web-\S+ Ready$/.test(row)).map((row) => row.split(" ")[0] ?? "");
    return ready.length === 1 && !names.includes(ready[0] ?? "") ? true : notYet(swarm);
  });
});

test("a manager that its cloud lost is made anew by `up --refresh`, and the others never lose the quorum", async () => {
  await rehearsal.lab("terminate", "ocean-1");
  const done = await rehearsal.pulumi("up", "--refresh", "--yes", "--skip-preview");
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
  const { stopped, left } = await rehearsal.destroy();
  expect(stopped.code).toBe(0);
  expect(left).toEqual([]);
  expect(await rehearsal.end()).toEqual([]);
});
