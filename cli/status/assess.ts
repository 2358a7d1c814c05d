/** What the facts come to: pure, so that each rule is tried without a cluster. */
import { assessNodes, type NodeStatus, UNKNOWN } from "./assess-nodes";
import { answered, type CertificateFacts, type Facts, type SwarmService } from "./facts";

export interface ServiceStatus {
  name: string;
  running: number;
  /** Undefined: a job. */
  wanted: number | undefined;
}

export interface CertificateStatus {
  name: string;
  /** Undefined: it could not be looked at. */
  daysLeft: number | undefined;
  /** "due": the next `up` makes a new one. "silent": nobody answers where it ought to be shown; "unknown": where that is, is not known here. */
  state: "ok" | "due" | "ending" | "ended" | "silent" | "unknown";
  /** Else docs/https.md says who does. */
  renewedByUp: boolean;
}

export interface ClusterStatus {
  stack: string;
  health: "OK" | "DEGRADED";
  /** Of the nodes that there ought to be. */
  healthyNodes: number;
  wantedNodes: number;
  nodes: NodeStatus[];
  services: ServiceStatus[];
  certificates: CertificateStatus[];
  /** Why it is not OK, a sentence each. */
  problems: string[];
}

const DAY_MS = 86_400_000;
/** What renews itself with the next `up` was due for a week or more by then, and what renews itself alone has failed to for weeks. */
const ENDING_DAYS = 7;
/** Service of the stack that stacks/edge.ts deploys. */
const INGRESS = "ingress_traefik";

export function assess(facts: Facts, now: Date): ClusterStatus {
  const nodes = assessNodes(facts);
  const wanted = nodes.filter(({ declared }) => declared !== "no");
  const healthy = wanted.filter((node) => node.healthy === "yes");
  const sick = new Set(nodes.filter((node) => node.healthy === "no").map(({ name }) => name));
  const failing = answered(facts.consul) ? facts.consul.failing : new Set<string>();
  const services = answered(facts.swarm)
    ? facts.swarm.services.map((service) => serviceStatus(service, sick, failing))
    : [];
  const certificates = facts.certificates.map((each) => certificateStatus(each, now)).sort(bySoonest);
  const problems = [
    ...silent(facts),
    ...nodes.flatMap(nodeProblem),
    ...poolProblems(facts, nodes),
    ...services.flatMap(serviceProblem),
    ...certificates.flatMap(certificateProblem),
    ...ingressProblems(facts),
  ];
  return {
    stack: facts.stack,
    health: problems.length === 0 ? "OK" : "DEGRADED",
    healthyNodes: healthy.length,
    wantedNodes: wanted.length + missingOfPools(facts, nodes),
    nodes,
    services,
    certificates,
    problems,
  };
}

/** A task on a node that died counts for Swarm until it notices, a container that fails its check until it is replaced: not here. */
function serviceStatus({ name, wanted, running }: SwarmService, sick: Set<string>, failing: Set<string>) {
  const good = running.filter(({ task, node }) => !sick.has(node) && !failing.has(task));
  return { name, wanted, running: good.length };
}

function certificateStatus({ name, ends, renewalDays, silent }: CertificateFacts, now: Date): CertificateStatus {
  const unseen = silent === undefined ? "unknown" : "silent";
  if (ends === undefined) return { name, daysLeft: undefined, state: unseen, renewedByUp: false };
  const left = (ends.getTime() - now.getTime()) / DAY_MS;
  const state = left <= 0 ? "ended" : left < ENDING_DAYS ? "ending" : left < (renewalDays ?? 0) ? "due" : "ok";
  return { name, daysLeft: Math.floor(left), state, renewedByUp: renewalDays !== undefined };
}

/** What can not be looked at comes first, as it may be worst. */
function bySoonest(a: CertificateStatus, b: CertificateStatus): number {
  return (a.daysLeft ?? -Infinity) - (b.daysLeft ?? -Infinity) || (a.name < b.name ? -1 : 1);
}

function silent({ swarm, consul, machines, clouds }: Facts): string[] {
  const say = (what: string, facts: object | undefined) =>
    facts !== undefined && "error" in facts ? [`${what} does not answer: ${String(facts.error)}`] : [];
  const unheard = answered(swarm) ? swarm.nodes.filter(({ state }) => state === UNKNOWN).map(({ name }) => name) : [];
  const leader = unheard.length > 0 ? [`the swarm's leader has not heard from ${unheard.sort().join(", ")} yet`] : [];
  return [
    ...say("Swarm", swarm),
    ...leader,
    ...say("Consul", consul),
    ...say("this machine's Docker", machines),
    ...say("the cloud of silent machines", clouds),
  ];
}

function nodeProblem({ name, declared, healthy, notes }: NodeStatus): string[] {
  const why = notes.length > 0 ? ` (${notes.join(", ")})` : "";
  if (declared === "no") return [`${name}: nobody declared this node: it is not in Pulumi's state`];
  // Of what could not be asked there is a sentence already.
  return healthy === "no" ? [`${name}: not healthy${why}`] : [];
}

/** How many nodes elastic pools lack of their least. */
function missingOfPools({ declared }: Facts, nodes: readonly NodeStatus[]): number {
  return declared.pools.reduce((sum, pool) => sum + Math.max(0, pool.min - membersOf(pool.key, nodes).length), 0);
}

function poolProblems(facts: Facts, nodes: readonly NodeStatus[]): string[] {
  if (!answered(facts.swarm)) return [];
  return facts.declared.pools.flatMap(({ key, min }) => {
    const members = membersOf(key, nodes).length;
    return members < min ? [`pool ${key}: ${members} of at least ${min} nodes have joined`] : [];
  });
}

function membersOf(key: string, nodes: readonly NodeStatus[]): NodeStatus[] {
  return nodes.filter(({ declared, pool }) => declared === "elastic" && pool === key);
}

function serviceProblem({ name, running, wanted }: ServiceStatus): string[] {
  return wanted === undefined || running >= wanted ? [] : [`${name}: ${running} of ${wanted} replicas run`];
}

function certificateProblem({ name, daysLeft, state, renewedByUp }: CertificateStatus): string[] {
  const hint = renewedByUp ? "`pulumi up` renews it" : "docs/https.md says what renews it";
  if (state === "ended") return [`certificate ${name} has ended: ${hint}`];
  return state === "ending" ? [`certificate ${name} ends in ${daysLeft} days: ${hint}`] : [];
}

/**
 * Its services may run and nobody get through to them: by its name the users come. Before it is deployed, by another stack of the
 * environment perhaps, it owes nobody an answer.
 */
function ingressProblems({ swarm, certificates }: Facts): string[] {
  if (!answered(swarm) || !swarm.services.some(({ name }) => name === INGRESS)) return [];
  return certificates.flatMap(({ name, silent }) =>
    silent === undefined ? [] : [`the ingress does not answer ${name}: ${silent}`],
  );
}
