import { dollars, limitSentence, priceRange } from "./compare";
import { NEAR_MS } from "./distance";
import { managerRoundTrips, milliseconds } from "./round-trips";
import { table } from "./table";
import type { CostLine, NodePlan, Plan, PoolPlan } from "./types";

/** Nodes of one pool are listed by name up to this many. */
const MAX_NAMES = 5;

/** The plan as text for people: what there will be, what it costs, what loss it survives, and what to look at. */
export function printPlan(plan: Plan): string {
  const lines = [
    `Cluster ${plan.name}, environment ${plan.env}${plan.production ? " (production)" : ""}`,
    `Hostname: ${plan.domain}`,
    "",
    ...table([["POOL", "NODES", "SIZE", "ROLE", "MONTH"], ...plan.pools.map((pool) => poolRow(plan, pool))]),
    "",
    ...table([["NODE", "ROLE", "SITE", "ZONE", "ADDRESS"], ...nodeRows(plan)]),
    "",
    `Managers: ${plan.managers.join(", ")}. ${plan.survives}`,
    ...distances(plan),
    costSentence(plan),
    ...plan.limits.map(limitSentence),
  ];
  if (plan.stacks.length > 0) {
    lines.push(
      "",
      "Stacks:",
      ...plan.stacks.map((stack) => `  ${stack.name}: ${stack.file}, at https://<service>.${stack.domain}`),
    );
  }
  if (plan.warnings.length > 0) lines.push("", "Warnings:", ...plan.warnings.map((warning) => `  ${warning}`));
  return `${lines.join("\n")}\n`;
}

function poolRow(plan: Plan, pool: PoolPlan): string[] {
  const cost = plan.cost.lines.find((line) => line.pool === pool.key);
  const size = pool.size === pool.machineType ? pool.size : `${pool.size} (${pool.machineType})`;
  const extras = [pool.spot ? "spot" : "", pool.volumeGiB > 0 ? `${pool.volumeGiB} GiB volume` : ""].filter(
    (word) => word !== "",
  );
  return [
    pool.key,
    pool.elastic ? `${pool.min}..${pool.max}` : String(pool.max),
    [size, ...extras].join(", "),
    rolesOf(plan, pool),
    cost === undefined ? "-" : priceOf(cost),
  ];
}

/** "3 managers, 2 workers": managers may have been chosen among nodes without a role. */
function rolesOf(plan: Plan, pool: PoolPlan): string {
  if (pool.elastic) return "workers";
  const roles = plan.nodes.filter((node) => node.pool === pool.key).map((node) => node.role);
  const count = (role: NodePlan["role"], words: string): string[] => {
    const nodes = roles.filter((each) => each === role).length;
    return nodes === 0 ? [] : [`${nodes} ${nodes === 1 ? words.replace(/s$/, "") : words}`];
  };
  return [...count("manager", "managers"), ...count("worker", "workers"), ...count("data", "data")].join(", ");
}

function nodeRows(plan: Plan): string[][] {
  return plan.pools.flatMap((pool) => {
    const nodes = plan.nodes.filter((node) => node.pool === pool.key);
    const shown =
      nodes.length > MAX_NAMES ? nodes.filter((node, index) => node.role === "manager" || index < 2) : nodes;
    const rows = shown.map((node) => [node.name, node.role, node.site, node.zone || "-", node.meshAddress]);
    const rest = nodes.length - shown.length;
    if (rest > 0) rows.push([`... ${rest} more of ${pool.name}`, "", pool.site, "", pool.meshCidr]);
    return rows;
  });
}

function priceOf(line: CostLine): string {
  return line.maxMonthlyUsd === 0 ? "free" : priceRange(line);
}

function costSentence(plan: Plan): string {
  const { monthlyUsd, maxMonthlyUsd, pricesOf } = plan.cost;
  if (pricesOf === "") return "Cost: nothing, all nodes are your own machines.";
  const most =
    maxMonthlyUsd > monthlyUsd ? `, at most ${dollars(maxMonthlyUsd)} with every elastic pool at its largest` : "";
  return `Cost: ${dollars(monthlyUsd)} a month for machines and volumes${most}. Prices of ${pricesOf}; not included: system disks, public IPv4 addresses, load balancers, NAT gateways, the bastion, DNS and traffic.`;
}

/** Where managers are on several sites: what they were chosen by. */
function distances(plan: Plan): string[] {
  const pairs = managerRoundTrips(plan).map(
    ({ from, to, estimatedMs }) => `${from} - ${to} ${milliseconds(estimatedMs)}`,
  );
  return pairs.length === 0
    ? []
    : [`Estimated round trips between managers: ${pairs.join(", ")}. Measured at deploy; at most ${NEAR_MS} ms.`];
}
