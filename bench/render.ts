/**
 * Writes what bench/cluster.sh needs to build the plan's cluster by hand: the same user-data and the same documents as
 * the program's, with @@NAME@@ where a key belongs that the script makes. The script's time does not include this.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { bootFiles, pack, userDataFiles } from "../boot/boot-files";
import { unitsOf, userData } from "../boot/cloud-init";
import { LOAD_BALANCER_PORTS, loadBalancerConfig } from "../boot/load-balancer";
import { nodeConfig } from "../boot/node-config";
import { secretFiles } from "../boot/secret-files";
import { pageStack, servesPage, servicesPage } from "../boot/services-page";
import { EDGE_NETWORK, IMAGES, ingressStack, registryStack } from "../boot/system-stacks";
import { aclDocument } from "../components/acl";
import { nodeList } from "../components/consul";
import { type Token, TOKEN_NAMES, type TokenName } from "../components/secrets";
import { nodeRunFlags } from "../lab/image/run-flags";
import type { RenderedStack } from "../load";
import { ingressNames } from "../plan/certificates";
import { pinned } from "../plan/lock";
import type { Plan } from "../plan/types";
import { stackDocument } from "../stacks/apps";
import { links } from "../stacks/outputs";

export interface RenderArgs {
  plan: Plan;
  stacks: RenderedStack[];
  /** Name of the Docker network, prefix of the containers' names and value of their label. */
  cluster: string;
  /** A free /24. */
  subnet: string;
  nodeImage: string;
  cacheImage: string;
  cacheEnvironment: Record<string, string>;
  /** Free ports of 127.0.0.1 by the load balancer's names for them. */
  ports: Record<string, number>;
  /** Limits that this machine can set on a node, as flags of `docker run`. */
  limits: (node: { cpus: number; memoryMiB: number }) => Promise<string[]>;
}

/** The place of a key that the script makes. */
const key = (name: string) => `@@${name}@@`;

export async function render(folder: string, args: RenderArgs): Promise<void> {
  const { plan } = args;
  const write = (name: string, content: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const writeJson = (name: string, content: object) => write(name, JSON.stringify(content));
  const at = (host: number) => args.subnet.replace(/\d+\/24$/, String(host));
  const addresses = new Map(plan.nodes.map((node, index) => [node.name, at(10 + index)]));
  const address = (name: string) => addresses.get(name) ?? "";

  write("cluster.env", environmentOf(args, at));
  // The first is the one that once-only commands run on.
  const first = plan.nodes.filter((node) => node.name === plan.managers[0]);
  const inOrder = [...first, ...plan.nodes.filter((node) => !first.includes(node))];
  write("nodes", lines(inOrder.map((node) => `${node.name} ${address(node.name)}`)));
  write("certificates", lines(certificates(plan).map((row) => row.join(" "))));
  write("cache.flags", lines([...common, ...environmentFlags(args.cacheEnvironment)]));
  write("balancer.flags", lines([...common, "--entrypoint=haproxy", ...publishFlags(args.ports)]));

  const files = bootFiles();
  const cache = { address: at(3) };
  for (const node of plan.nodes) {
    const limits = await args.limits(node);
    write(`node-${node.name}.flags`, lines([...common, `--hostname=${node.name}`, ...nodeRunFlags(), ...limits]));
    const document = userData({
      node: nodeConfig(plan, node, { imageCache: cache }),
      files: userDataFiles(files),
      hostKey: { privateOpenssh: key(`${node.name}.key`), publicOpenssh: key(`${node.name}.key.pub`) },
      authorizedKey: key("id.pub"),
    });
    write(`user-data-${node.name}.json`, document.replace(/^#.*\n/, ""));
    writeJson(`enroll-${node.name}.json`, enrolment(plan, nodeConfig(plan, node), pack(files)));
  }
  const peers = plan.nodes.map((node) => {
    const endpoint = `${address(node.name)}:${plan.network.meshPort}`;
    return { node, peer: { publicKey: key(`${node.name}.mesh`), endpoint, address: node.meshAddress } };
  });
  writeJson("peers.json", { peers: Object.fromEntries(peers.map(({ node, peer }) => [node.name, peer])) });
  writeJson("consul.json", {
    management: management.secret,
    gossip: key("gossip"),
    acl: aclDocument({ management, tokens, pools: {} }),
    nodes: nodeList(plan, Object.fromEntries(peers.map(({ node, peer }) => [node.name, peer]))),
    peers: Object.fromEntries(peers.map(({ node, peer }) => [`${node.pool}/${node.name}`, peer])),
  });
  const { network } = plan;
  writeJson("swarm.json", {
    nodes: plan.nodes.map((node) => node.name),
    overlay: { cidr: network.overlayCidr, mtu: network.overlayMtu },
    edge: EDGE_NETWORK,
  });
  writeJson("registry.json", system("registry", registryStack(registryArgs(plan))));
  const consulAddress = `${network.nodeLocalAddress}:8500`;
  const ingress = { httpsPort: args.ports.https ?? 443, consulAddress, network: EDGE_NETWORK };
  writeJson("ingress.json", system("ingress", ingressStack(ingress)));
  args.stacks.forEach((stack) =>
    writeJson(
      `stack-${stack.name}.json`,
      stackDocument(stack, plan.nodes.filter((node) => node.role !== "data").length),
    ),
  );
  if (servesPage(plan)) {
    const { compose, configs } = pageStack({
      page: servicesPage(plan, links(args.stacks, ingress.httpsPort)),
      hosts: plan.ownNames,
      image: pinned(IMAGES.page, plan.lock),
      edgeNetwork: EDGE_NETWORK,
    });
    writeJson("stack-storm.json", { ...system("storm", compose), configs });
  }
  const contexts = args.stacks.flatMap((stack) => stack.contexts);
  write("contexts", lines(contexts.map(({ localPath, remotePath }) => `${localPath} ${remotePath}`)));
  const backends = plan.nodes.map(({ name, role }) => ({ name, address: address(name), manager: role === "manager" }));
  write("balancer/etc/storm-load-balancer.cfg", loadBalancerConfig(backends));
}

/** A list that the script reads line by line. */
const lines = (all: string[]) => all.map((line) => `${line}\n`).join("");

function environmentOf(args: RenderArgs, at: (host: number) => string): string {
  const values = {
    CLUSTER: args.cluster,
    NETWORK: args.cluster,
    SUBNET: args.subnet,
    NODE_IMAGE: args.nodeImage,
    CACHE_IMAGE: args.cacheImage,
    CACHE_ADDRESS: at(3),
    BALANCER_ADDRESS: at(2),
  };
  return lines(Object.entries(values).map(([name, value]) => `${name}='${value}'`));
}

const common = ["--restart=unless-stopped", "--log-driver=json-file", "--log-opt=max-size=10m", "--log-opt=max-file=1"];

const environmentFlags = (environment: Record<string, string>) =>
  Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`);

const publishFlags = (ports: Record<string, number>) =>
  LOAD_BALANCER_PORTS.map(({ name, port }) => `--publish=127.0.0.1:${ports[name]}:${port}`);

/** Name, authority, common name, uses and alternative names: what stacks/base.ts and stacks/server-certificates.ts ask for. */
function certificates(plan: Plan): string[][] {
  const both = "serverAuth,clientAuth";
  const dns = (...names: string[]) => names.map((name) => `DNS:${name}`).join(",");
  const server = `server.${plan.datacenter}.consul`;
  return [
    ["consul", "consul", server, both, `${dns(server, "localhost", `consul.${plan.baseDomain}`)},IP:127.0.0.1`],
    [
      "docker-server",
      "docker",
      `docker.${plan.baseDomain}`,
      "serverAuth",
      `${dns(`docker.${plan.baseDomain}`, "localhost")},IP:127.0.0.1`,
    ],
    ["docker-client", "docker", "operator", "clientAuth", "-"],
    ["docker-applications", "docker", "applications", "clientAuth", "-"],
    ["registry", "registry", plan.registry.host, both, dns(plan.registry.host)],
    ...Object.entries(ingressNames(plan)).map(([name, names]) => [
      `ingress-${name}`,
      "ingress",
      names[0] ?? "",
      "serverAuth",
      dns(...names),
    ]),
  ];
}

const files = (certificate: string, authority: string) => ({
  certPem: key(`${certificate}.cert`),
  keyPem: key(`${certificate}.cert-key`),
  caPem: key(`${authority}-ca.pem`),
});

const token = (name: string): Token => ({ accessor: key(`${name}.accessor`), secret: key(`${name}.secret`) });
const management = token("management");
// One entry for each of TOKEN_NAMES.
const tokens = Object.fromEntries(TOKEN_NAMES.map((name) => [name, token(name)])) as Record<TokenName, Token>;

/** What components/mesh.ts sends to a node. */
function enrolment(plan: Plan, config: ReturnType<typeof nodeConfig>, scripts: string): object {
  const secrets = secretFiles({
    manager: config.consul.server,
    gossipKey: key("gossip"),
    managementToken: management.secret,
    tokens,
    consul: files("consul", "consul"),
    dockerApi: files("docker-server", "docker"),
    registry: files("registry", "registry"),
    ingress: Object.fromEntries(
      Object.keys(ingressNames(plan)).map((name) => [name, files(`ingress-${name}`, "ingress")]),
    ),
    registryHost: `${plan.registry.host}:${plan.registry.port}`,
    meshCidr: plan.network.meshCidr,
  });
  const acl = config.consul.server ? { acl: aclDocument({ management, tokens, pools: {} }) } : {};
  return { packed: scripts, files: secrets, start: unitsOf(config), ...acl };
}

const registryArgs = (plan: Plan) => ({
  port: plan.registry.port,
  node: plan.volumeNode,
  overlayMtu: plan.network.overlayMtu,
  certificates: "of the script's own",
});

/** A stack of the cluster's own, as stacks/edge.ts deploys it. */
const system = (stack: string, compose: object) => ({
  stack,
  compose,
  configs: [],
  secrets: [],
  builds: [],
  hidden: [],
  keepImages: [],
  spread: {},
  timeoutSeconds: 300,
});
