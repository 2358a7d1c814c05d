import type { Power } from "../../cli/status/facts";
import { statusText } from "../../cli/status/render";
import { swarmFacts } from "../../cli/status/swarm";
import { Written } from "../tools/support";
import { NAMES, columns, gossip, inDays, statusOf, sumOf, swarmNode, task, traefik, web, worker } from "./status-of";

test("a whole cluster is OK, and the last line says so", () => {
  const status = statusOf();
  expect(status.problems).toEqual([]);
  const text = statusText(status, new Written());
  expect(text).toMatchSnapshot();
  expect(text).toMatch(/\nCluster health: OK \(3\/3\)\n$/);
});

test("a killed node is seen at once on this machine, though Swarm and Consul have not noticed", () => {
  const machines = new Map<string, Power>(NAMES.map((name) => [name, name === "local-2" ? "stopped" : "running"]));
  const status = statusOf({ machines });
  expect(columns(status, "local-2")).toEqual(["yes", "stopped", "yes", "no", "its machine is stopped"]);
  expect(sumOf(status)).toBe("DEGRADED (2/3)");
  // Swarm still counts the task on it.
  expect(status.services).toEqual([{ name: "demo_web", running: 1, wanted: 2 }]);
  const text = statusText(status, new Written());
  expect(text).toMatchSnapshot();
  expect(text).toMatch(/\nCluster health: DEGRADED \(2\/3\)\n$/);
});

test("in a cloud Consul's gossip tells; what the machine does nobody knows then", () => {
  const nodes = NAMES.map((name) => ({ name, role: "manager", site: "aws-eu-west-1", made: true, local: false }));
  const checks = NAMES.map((name) => gossip(name, name === "local-3" ? "critical" : "passing"));
  const seen = { declared: { nodes, pools: [] }, machines: undefined, checks };
  // Swarm has not noticed: who speaks there is believed to exist.
  expect(columns(statusOf(seen), "local-3")).toEqual(["yes", "yes", "yes", "no", "dead in Consul"]);
  const swarm = NAMES.map((name) => swarmNode(name, name === "local-3" ? { Status: { State: "down" } } : {}));
  const later = statusOf({ ...seen, swarm });
  expect(columns(later, "local-3")).toEqual(["yes", "unknown", "yes", "no", "down in Swarm, dead in Consul"]);
  expect(sumOf(later)).toBe("DEGRADED (2/3)");
});

test("a declared node whose machine is gone, and one that was never made", () => {
  const machines = new Map<string, Power>([
    ["local-1", "running"],
    ["local-2", "running"],
  ]);
  expect(columns(statusOf({ machines }), "local-3")?.slice(1)).toEqual(["no", "yes", "no", "it has no machine"]);
  const nodes = NAMES.map((name) => ({ name, role: "manager", site: "s", made: name !== "local-3", local: false }));
  const two = NAMES.slice(0, 2);
  const status = statusOf({
    declared: { nodes, pools: [] },
    machines: undefined,
    swarm: two.map((name) => swarmNode(name)),
    checks: two.map((name) => gossip(name)),
  });
  expect(columns(status, "local-3")).toEqual(["yes", "no", "no", "no", "it has no machine, not joined"]);
});

test("a node that nobody declared is listed wherever it shows up, and is no part of the sum", () => {
  const machines = new Map<string, Power>([...NAMES, "container"].map((name) => [name, "running"]));
  const status = statusOf({
    machines,
    swarm: [...NAMES.map((name) => swarmNode(name)), worker("stranger")],
    checks: [...NAMES, "agent"].map((name) => gossip(name)),
  });
  expect(columns(status, "container")).toEqual(["no", "yes", "no", "no", "not joined"]);
  expect(columns(status, "stranger")).toEqual(["no", "yes", "Swarm only", "no", ""]);
  expect(columns(status, "agent")).toEqual(["no", "yes", "Consul only", "no", ""]);
  expect(sumOf(status)).toBe("DEGRADED (3/3)");
  expect(status.problems).toContain("stranger: nobody declared this node: it is not in Pulumi's state");
});

test("an unhealthy container is no running replica, though Swarm has not replaced it yet", () => {
  const failing = { Node: "local-1", CheckID: "ttl", Status: "critical", ServiceID: "local-1:demo_web.1.a:8080" };
  const status = statusOf({ checks: [...NAMES.map((name) => gossip(name)), failing] });
  expect(status.services).toEqual([{ name: "demo_web", running: 1, wanted: 2 }]);
  expect(status.problems).toEqual(["demo_web: 1 of 2 replicas run"]);
  expect(sumOf(status)).toBe("DEGRADED (3/3)");
});

test("a service that lacks tasks, and a job, which may end", () => {
  expect(statusOf({ tasks: [task("a", "local-1")] }).problems).toEqual(["demo_web: 1 of 2 replicas run"]);
  const job = { ID: "job", Spec: { Name: "demo_job", Mode: { ReplicatedJob: {} } } };
  expect(swarmFacts([], [job], []).services).toEqual([{ name: "demo_job", wanted: undefined, running: [] }]);
});

test.each([
  [31, "ok", "OK"],
  [29.9, "due", "OK"],
  [6.9, "ending", "DEGRADED"],
  [-0.1, "ended", "DEGRADED"],
])("a certificate with %d days left, renewed from 30 on, is %s", (days, state, health) => {
  const status = statusOf({ certificates: [{ name: "docker-client", ends: inDays(days), renewalDays: 30 }] });
  expect(status.certificates).toEqual([
    { name: "docker-client", daysLeft: Math.floor(days), state, renewedByUp: true },
  ]);
  expect(status.health).toBe(health);
});

test("who renews a certificate is said where it ends", () => {
  const of = (renewalDays?: number) =>
    statusOf({ certificates: [{ name: "c", ends: inDays(3.5), renewalDays }] }).problems;
  expect(of(30)).toEqual(["certificate c ends in 3 days: `pulumi up` renews it"]);
  expect(of()).toEqual(["certificate c ends in 3 days: docs/https.md says what renews it"]);
});

test("the certificates that end first are listed first", () => {
  const certificates = [
    { name: "b", ends: inDays(300) },
    { name: "a", ends: inDays(20), renewalDays: 30 },
    { name: "at shop.example.com", ends: undefined },
  ];
  const status = statusOf({ certificates });
  expect(status.certificates.map(({ name }) => name)).toEqual(["at shop.example.com", "a", "b"]);
  expect(status.health).toBe("OK");
});

test("an ingress that answers nobody is a problem, once it is deployed; a name that leads nowhere here is none", () => {
  const silent = { name: "at web.demo.example.com", ends: undefined, silent: "connect ECONNREFUSED 192.0.2.1:443" };
  const status = statusOf({ services: [web, traefik], certificates: [silent] });
  expect(sumOf(status)).toBe("DEGRADED (3/3)");
  expect(status.problems).toEqual([
    "the ingress does not answer at web.demo.example.com: connect ECONNREFUSED 192.0.2.1:443",
  ]);
  expect(statusText(status, new Written())).toMatch(/^at web\.demo\.example\.com +unknown \(nobody answers\)$/m);
  // Layer edge is another stack's, and not there yet.
  expect(statusOf({ certificates: [silent] }).problems).toEqual([]);
  const unknown = statusOf({ services: [web, traefik], certificates: [{ name: silent.name, ends: undefined }] });
  expect(sumOf(unknown)).toBe("OK (3/3)");
  expect(statusText(unknown, new Written())).toMatch(/unknown \(the name is not known here\)$/m);
});

test("a swarm that does not answer is the problem then, not its ingress", () => {
  const silent = { name: "at web.demo.example.com", ends: undefined, silent: "no answer" };
  expect(statusOf({ swarm: { error: "nothing within 5 s" }, certificates: [silent] }).problems).toEqual([
    "Swarm does not answer: nothing within 5 s",
  ]);
});

test("who does not answer is said, and nothing is taken for healthy", () => {
  const error = { error: "nothing within 5 s" };
  const status = statusOf({ swarm: error, consul: error });
  expect(columns(status, "local-1")).toEqual(["yes", "yes", "unknown", "unknown", ""]);
  expect(status.problems).toEqual([
    "Swarm does not answer: nothing within 5 s",
    "Consul does not answer: nothing within 5 s",
  ]);
  expect(sumOf(status)).toBe("DEGRADED (0/3)");
});

test("a swarm whose leader died is no fault of the living nodes: Consul tells who they are", () => {
  const machines = new Map<string, Power>(NAMES.map((name) => [name, name === "local-2" ? "stopped" : "running"]));
  const checks = NAMES.map((name) => gossip(name, name === "local-2" ? "critical" : "passing"));
  const leaderless = statusOf({ machines, checks, swarm: { error: "500 The swarm does not have a leader" } });
  expect(columns(leaderless, "local-1")).toEqual(["yes", "yes", "unknown", "yes", ""]);
  expect(sumOf(leaderless)).toBe("DEGRADED (2/3)");
  const swarm = NAMES.map((name) => swarmNode(name, { Status: { State: "unknown" } }));
  const elected = statusOf({ machines, checks, swarm });
  expect(columns(elected, "local-1")).toEqual(["yes", "yes", "yes", "yes", "unknown in Swarm"]);
  expect(sumOf(elected)).toBe("DEGRADED (2/3)");
  expect(statusOf({ swarm }).problems).toEqual(["the swarm's leader has not heard from local-1, local-2, local-3 yet"]);
});

test("a manager without its managers' log is not healthy; a drained node is", () => {
  const swarm = [
    swarmNode("local-1"),
    swarmNode("local-2", { ManagerStatus: { Reachability: "unreachable" } }),
    swarmNode("local-3", { Spec: { Role: "manager", Availability: "drain" } }),
  ];
  const status = statusOf({ swarm });
  expect(columns(status, "local-2")?.slice(3)).toEqual(["no", "unreachable as manager"]);
  expect(columns(status, "local-3")?.slice(3)).toEqual(["yes", "drained"]);
});

test("after a replacement the old entry of a node's name does not count", () => {
  const old = swarmNode("local-2", { ID: "old", Status: { State: "down" }, ManagerStatus: null });
  const status = statusOf({ swarm: [old, ...NAMES.map((name) => swarmNode(name))] });
  expect(sumOf(status)).toBe("OK (3/3)");
});

test("an elastic pool's nodes are declared by their pool; what lacks of its least is counted", () => {
  const pool = "aws-eu-west-1/web";
  const nodes = NAMES.map((name) => ({ name, role: "manager", site: "local", made: true, local: true }));
  const elastic = (min: number) =>
    statusOf({
      declared: { nodes, pools: [{ key: pool, min }] },
      swarm: [...NAMES.map((name) => swarmNode(name)), worker("web-0a1b", pool)],
      checks: [...NAMES, "web-0a1b"].map((name) => gossip(name)),
    });
  expect(columns(elastic(1), "web-0a1b")).toEqual(["elastic", "yes", "yes", "yes", ""]);
  expect(sumOf(elastic(1))).toBe("OK (4/4)");
  expect(sumOf(elastic(2))).toBe("DEGRADED (4/5)");
  expect(elastic(2).problems).toEqual([`pool ${pool}: 1 of at least 2 nodes have joined`]);
});
