import { consulConfig, consulSecrets } from "../../boot/consul";
import { elasticUserData } from "../../boot/elastic";
import { elasticNodeConfig, nodeConfig } from "../../boot/node-config";
import { aclDocument, type SharedSecrets } from "../../components/acl";
import { TOKEN_NAMES } from "../../components/secrets";
import type { NodePlan, PoolPlan } from "../../plan/types";
import { planOf } from "../boot/support";

const STORM = `
Hostname: storm.example.com
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 1, size: small, role: manager}
    - {name: web, count: 2..4, size: small, role: worker}
    - {name: web2, count: 2..4, size: small, role: worker}
`;

const token = (digit: number) => {
  const id = (first: string) => `${first.repeat(8)}-0000-8000-8000-${String(digit).padStart(12, "0")}`;
  return { accessor: id("a"), secret: id("b") };
};

/** What server.py starts a cluster of: all of it made by the program, but for addresses, ports and certificates. */
export function cluster(): object {
  const plan = planOf(STORM);
  const [manager] = plan.nodes as [NodePlan]; // the only fixed one
  const elastic = plan.pools.filter((pool) => pool.elastic) as [PoolPlan, PoolPlan];
  const management = token(1);
  const entries = TOKEN_NAMES.map((name, index) => [name, token(10 + index)]);
  const tokens = Object.fromEntries(entries) as SharedSecrets["tokens"]; // one entry for each of TOKEN_NAMES
  const pools = Object.fromEntries(elastic.map(({ key }, index) => [key, token(2 + index)]));
  const secrets = {
    gossipKey: Buffer.alloc(32, "g").toString("base64"),
    managementToken: management.secret,
    agentToken: tokens.agent.secret,
    catalogToken: tokens.catalog.secret,
    hasCertificate: true,
  };
  const worker = {
    ...secrets,
    managementToken: undefined,
    ownAgentToken: tokens.node.secret,
    hasCertificate: false,
  };
  const userData = elastic.map((pool) => {
    const enrolment = { consulCaPem: "", token: pools[pool.key]?.secret ?? "" };
    return [pool.key, elasticUserData({ plan, pool, rendezvous: [], enrolment, files: [] })];
  });
  return {
    acl: aclDocument({ management, tokens, pools }),
    manager: [consulConfig(nodeConfig(plan, manager)), consulSecrets(secrets)],
    worker: [consulConfig(elasticNodeConfig(plan, elastic[0])), consulSecrets(worker)],
    userData: Object.fromEntries(userData) as Record<string, string>,
  };
}
