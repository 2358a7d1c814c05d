import { POLICIES, poolPolicy, poolPolicyName } from "../boot/consul";
import type { NodeSecrets } from "../boot/secret-files";
import type { Token, TokenName } from "./secrets";

/** What all nodes get; servers also the tokens' identifiers. */
export type SharedSecrets = Omit<NodeSecrets, "manager" | "managementToken"> & {
  management: Token;
  tokens: Record<TokenName, Token>;
  /** By the key of an elastic pool: what its nodes enrol with. */
  pools: Record<string, Token>;
};

/** Policies and tokens as storm_acl.py takes them; the management token has an identifier of its own from the start. */
export function aclDocument({ management, tokens, pools }: Pick<SharedSecrets, "management" | "tokens" | "pools">) {
  const poolKeys = Object.keys(pools).sort();
  return {
    policies: [
      ...Object.entries(POLICIES).map(([name, rules]) => ({ name, rules })),
      ...poolKeys.map((key) => ({ name: poolPolicyName(key), rules: poolPolicy(key) })),
    ],
    tokens: [
      { ...management, description: "storm:management", policies: ["global-management"] },
      ...Object.entries(tokens).map(([name, token]) => ({
        ...token,
        description: `storm:${name}`,
        policies: [`storm-${name}`],
      })),
      ...poolKeys.map((key) => ({
        ...pools[key],
        description: `storm:pool ${key}`,
        policies: [poolPolicyName(key)],
      })),
    ],
  };
}
