import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { POLICIES } from "../../boot/consul";
import { derive, Secrets, TOKEN_NAMES, uuid } from "../../components/secrets";
import { promiseOf, register } from "./support/mocks";

/** RFC 5869, written out: what `derive` has to give for ever, or every cluster's secrets would change. */
function hkdf(key: string, salt: string, info: string, length: number): Buffer {
  const hmac = (secret: string | Buffer, data: Buffer) => crypto.createHmac("sha256", secret).update(data).digest();
  const pseudorandom = hmac(salt, Buffer.from(key));
  let [block, all] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let counter = 1; all.length < length; counter++) {
    block = hmac(pseudorandom, Buffer.concat([block, Buffer.from(info), Buffer.from([counter])]));
    all = Buffer.concat([all, block]);
  }
  return all.subarray(0, length);
}

test.each([
  ["gossip", 32],
  ["cluster-id", 2],
  ["accessor/agent", 16],
  ["secret/agent", 100],
])("derive(%s) is HKDF-SHA256 with the salt storm", (purpose, length) => {
  expect(derive("a key", purpose, length)).toEqual(hkdf("a key", "storm", purpose, length));
});

test("the same key and purpose have given these bytes from the first version on", () => {
  expect(derive("a key", "gossip", 32).toString("base64")).toBe("0UR1W+mIoQzE1RoxaAV7jOwR0Syjq+vfOSRza3DD2uc=");
  expect(uuid(derive("a key", "secret/operator", 16))).toBe("ed71f171-6dda-8d0c-9f9e-7cf40b1d8b78");
});

test("uuid sets version 8 and the variant, and leaves the other bits", () => {
  const bytes = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
  expect(uuid(bytes)).toBe("00010203-0405-8607-8809-0a0b0c0d0e0f");
  expect(uuid(Buffer.alloc(16, 0xff))).toBe("ffffffff-ffff-8fff-bfff-ffffffffffff");
  // Its argument is somebody else's.
  expect(bytes.toString("hex")).toBe("000102030405060708090a0b0c0d0e0f");
});

/** Every value of the component, under mocks whose key `rotated` is another one. */
async function values(rotated?: string) {
  const answers = rotated === undefined ? {} : { [`secrets-${rotated}`]: { privateKeyPem: "rotated" } };
  const { result } = await register(() => new Secrets("secrets"), { answers });
  return {
    identity: await promiseOf(result.clusterId),
    gossip: await promiseOf(result.gossipKey),
    management: await promiseOf(result.management),
    tokens: await promiseOf(result.tokens),
  };
}

test.each(["identity", "gossip", "management", "tokens"] as const)(
  "rotating %s changes that group alone",
  async (group) => {
    const [before, after] = [await values(), await values(group)];
    const changed = Object.keys(before).filter(
      (key) => JSON.stringify(before[key as typeof group]) !== JSON.stringify(after[key as typeof group]),
    );
    expect(changed).toEqual([group]);
  },
);

test("every token has an accessor and a secret of its own, in the form that Consul asks for", async () => {
  const { tokens, management, gossip, identity } = await values();
  expect(Object.keys(tokens)).toEqual([...TOKEN_NAMES]);
  const all = [...Object.values(tokens), management].flatMap(({ accessor, secret }) => [accessor, secret]);
  expect(new Set(all).size).toBe(2 * (TOKEN_NAMES.length + 1));
  for (const each of all) expect(each).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Buffer.from(gossip, "base64")).toHaveLength(32);
  expect(identity).toMatch(/^[0-9a-f]{4}$/);
});

test("all of it is secret, but for the cluster's id, which is in names", async () => {
  const { result } = await register(() => new Secrets("secrets"));
  const isSecret = (output: pulumi.Output<unknown>) => pulumi.isSecret(output);
  expect(await isSecret(result.gossipKey)).toBe(true);
  expect(await isSecret(result.management)).toBe(true);
  expect(await isSecret(result.tokens)).toBe(true);
  expect(await isSecret(result.sshKey.privateKeyOpenssh)).toBe(true);
  expect(await isSecret(result.clusterId)).toBe(false);
});

test("each token has a policy of its own, and each policy a token", () => {
  expect(Object.keys(POLICIES).sort()).toEqual(TOKEN_NAMES.map((name) => `storm-${name}`).sort());
});
