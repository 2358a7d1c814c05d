/** What a router's rules say, as text; reach.test.ts shows what they do. */
import { ruleset } from "../../../lab/clouds/realize/ruleset";
import { portName } from "../../../lab/clouds/realize/names";
import type { InboundRule } from "../../../lab/clouds/world";
import { machine, network } from "./support";

const one = network("one", "10.0.0.0/16");
const at = (host: number) => ({ network: "one", privateAddress: `10.0.0.${host}` });

/** Lines of a chain, map or set. */
function part(text: string, head: string): string[] {
  const [, body = ""] = text.split(`  ${head} {\n`);
  return body
    .slice(0, body.indexOf("  }"))
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

const inbound = (...rules: InboundRule[]) =>
  part(ruleset(one, [machine("a", { ...at(4), inbound: rules })]), "chain to-a");

test("a network without endpoints forwards nothing", () => {
  const text = ruleset(one, []);
  expect(part(text, "map inside")).toEqual(["type ipv4_addr : ipv4_addr"]);
  expect(part(text, "chain forward")).toEqual([
    "type filter hook forward priority filter; policy drop;",
    "ct state established,related accept",
    'oifname "uplink" ip saddr @travellers accept',
  ]);
});

test("our table is replaced as one, whether it was there or not", () => {
  expect(ruleset(one, []).split("\n").slice(0, 3)).toEqual([
    "table ip storm",
    "delete table ip storm",
    "table ip storm {",
  ]);
});

test("own addresses are translated both ways, a NAT gateway's one way; whoever has neither does not travel", () => {
  const text = ruleset(one, [
    machine("a", { ...at(4), publicAddress: "198.18.64.4", natAddress: "198.18.65.1" }),
    machine("b", { ...at(5), natAddress: "198.18.65.1" }),
    machine("c", at(6)),
  ]);
  expect(part(text, "map inside")[1]).toBe("elements = { 198.18.64.4 : 10.0.0.4 }");
  expect(part(text, "map outside")[1]).toBe("elements = { 10.0.0.4 : 198.18.64.4 }");
  expect(part(text, "map nat")[1]).toBe("elements = { 10.0.0.5 : 198.18.65.1 }");
  expect(part(text, "set travellers")[1]).toBe("elements = { 10.0.0.4, 10.0.0.5 }");
  expect(part(text, "set ports")[1]).toContain(`"${portName("c")}" . 10.0.0.6`);
  expect(part(text, "chain forward")[3]).toBe(
    "ip daddr vmap { 10.0.0.4 : jump to-a, 10.0.0.5 : jump to-b, 10.0.0.6 : jump to-c }",
  );
});

test("rules keep their order, and what none fits is dropped", () => {
  expect(
    inbound(
      { allow: false, protocol: "tcp", ports: [22, 22], from: ["10.0.0.0/8", "198.18.1.0/24"] },
      { allow: true, protocol: "tcp", ports: [20, 30], from: ["0.0.0.0/0", "::/0"] },
      { allow: true, protocol: "udp", ports: [0, 65535], from: ["10.0.0.0/16"] },
      { allow: true, protocol: "any", ports: [53, 53], from: ["10.0.0.0/16"] },
      { allow: true, protocol: "any", ports: [0, 65535], from: ["10.1.0.0/16"] },
    ),
  ).toEqual([
    "ip saddr 10.0.0.0/8 tcp dport 22 drop",
    "ip saddr 198.18.1.0/24 tcp dport 22 drop",
    "tcp dport 20-30 accept",
    "ip saddr 10.0.0.0/16 meta l4proto udp accept",
    "ip saddr 10.0.0.0/16 meta l4proto { tcp, udp } th dport 53 accept",
    "ip saddr 10.1.0.0/16 accept",
    "drop",
  ]);
});

test("without rules nothing comes in", () => {
  expect(inbound()).toEqual(["drop"]);
  expect(inbound({ allow: true, protocol: "tcp", ports: [22, 22], from: [] })).toEqual(["drop"]);
});

test("the order of endpoints is no change of the rules", () => {
  const [a, b] = [machine("a", at(4)), machine("b", at(5))];
  expect(ruleset(one, [a, b])).toBe(ruleset(one, [b, a]));
});
