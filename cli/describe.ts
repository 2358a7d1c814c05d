/** Plain words for a resource, or undefined for keys and certificates: too many and too quick for a line each. */
export function describe(type: string, name: string): string | undefined {
  switch (type) {
    case "storm:local:Network":
      return "Network";
    case "storm:local:Node":
      return `Node ${name}`;
    case "aws:ec2:Instance":
    case "azure-native:compute:VirtualMachine":
    case "digitalocean:index:Droplet":
      return name.endsWith("-bastion") ? sentence(name) : `Node ${name}`;
    case "pulumi:index:Stash":
      return `Note on ${name}`;
    case "storm:local:Service":
      return sentence(name.replace(/^local-/, "").replace(/-(?:proxy|service)$/, ""));
    case "command:remote:CopyToRemote":
      return sentence(name);
    case "command:local:Command":
    case "command:remote:Command":
      return describeCommand(name);
    default:
      return type.startsWith("tls:") ? undefined : sentence(name);
  }
}

const commands: [pattern: RegExp, words: string][] = [
  [/^enroll-(.+)$/, "Node $1 ready"],
  [/^peers-(.+)$/, "Mesh of $1"],
  [/^secrets-(.+)$/, "Secrets of $1"],
  [/^stack-(.+)$/, "Stack $1"],
  [/^stacks$/, "Stacks that are no more"],
];

function describeCommand(name: string): string {
  for (const [pattern, words] of commands) {
    if (pattern.test(name)) return name.replace(pattern, words);
  }
  return sentence(name);
}

/** The type and the name in a URN. */
export function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

/** Pulumi writes "command:remote:Command" in URNs and events; a module path in between is left out here. */
export function shortType(type: string): string {
  return type.replace(/^([^:]+):([^:/]+)\/[^:]+:/, "$1:$2:");
}

/** What only holds others together, or talks to a cloud. */
export function isComponent(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:") || /^storm:(?!local:)/.test(type);
}

function sentence(name: string): string {
  const words = name.replace(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
