import type { MachineProvider } from "./sizes/catalog";
import { catalog } from "./sizes/catalog";

/** What `storm init` asks. */
export interface StarterAnswers {
  name: string;
  domain: string;
  provider: MachineProvider;
  nodes: number;
  size: string;
  /** Clouds only. */
  region: string;
  /** AWS, where accounts see different zones of a region; empty: the catalog's. */
  zones?: readonly string[];
  /** Network from which a cloud's nodes are reached; "" for none. */
  adminCidr: string;
}

/** The text of a new storm.yml: what was answered, and the next keys to think of as comments. */
export function starter(answers: StarterAnswers): string {
  const { name, domain, adminCidr } = answers;
  const isLocal = answers.provider === "local";
  return [
    "# A Storm cluster. Every key: docs/storm-yml.md; editors complete it from docs/storm.schema.json.",
    "# `npx storm plan` says what it comes to, `npx storm deploy` deploys it.",
    `name: ${name}`,
    "",
    "# Services answer at https://<service>.<stack>.<environment>.<Hostname>.",
    `Hostname: ${domain}`,
    "",
    ...nodeLines(answers),
    "",
    ...(isLocal ? [] : adminLines(adminCidr)),
    "# Your compose files, a stack each. `scale` is for routed services without deploy.replicas.",
    "# compose:",
    "#   web: { file: docker-compose.yml, scale: 2 }",
    "",
    "# What the cluster may use at most: `npx storm available` says what is left.",
    "# limits:",
    `#   global: { nodes: ${answers.nodes + 7}, monthlyCost: 500 }`,
    ...(isLocal
      ? []
      : [
          "",
          "# Who serves the domain's zone, and certificates that browsers believe.",
          "# dns: { provider: route53 }",
          "# tls: { acme: { email: you@example.com } }",
        ]),
    "",
  ].join("\n");
}

/** A short form is all that nodes of this machine need; a cloud has a region, and soon a second pool. */
function nodeLines({ provider, nodes, size, region, zones = [] }: StarterAnswers): string[] {
  const { key, title, elastic } = catalog[provider];
  if (provider === "local")
    return [
      `# Nodes as containers on this machine: [count, size]; \`npx storm scale local ${nodes + 1}\` adds one.`,
      `${key}: [${nodes}, ${size}]`,
    ];
  const zoneWords = zones.length === 0 ? "" : `, zones: [${zones.join(", ")}]`;
  return [
    `# Nodes of ${title}. Managers are chosen among those without a role.`,
    `${key}:`,
    `  region: ${region}`,
    "  pools:",
    `    - { name: main, count: ${nodes}, size: ${size}${zoneWords} }`,
    ...(elastic
      ? [`    # - { name: web, count: 2..6, size: ${size}, role: worker }  # grows and shrinks with its load`]
      : []),
  ];
}

function adminLines(adminCidr: string): string[] {
  return [
    "# From where the nodes may be reached by SSH and the Docker API: the machine that deploys is one of them.",
    ...(adminCidr === ""
      ? ["# network: { adminCidrs: [203.0.113.7/32] }"]
      : [`network: { adminCidrs: [${adminCidr}] }`]),
    "",
  ];
}
