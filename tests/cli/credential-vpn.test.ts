import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Api } from "../../cli/cluster/api";
import { bundleFiles } from "../../cli/credentials/bundle";
import { entries } from "../../cli/credentials/ledger";
import { qrSvg, qrText } from "../../cli/credentials/qr-code";
import { enterPeer, makeKeyPair, managerPeers, wireguardConf } from "../../cli/credentials/wireguard";
import { vpnAddresses } from "../../plan/mesh";
import { temporaryFolder } from "../tools/support";
import { makeCertificate, serveHttps } from "./support";

/** `storm credentials issue --vpn`, against a Consul with keys, indexes and transactions. */

const HOUR = 3_600_000;
const ROOT = "storm/credentials/";
const server = makeCertificate(temporaryFolder(), "consul");
const keys = new Map<string, { value: string; index: number }>();
let index = 0;
let inBetween: (() => void) | undefined;
let answers = (): boolean => true;
let ledger: Api;
const closers: (() => void)[] = [];

beforeAll(async () => {
  const apis = [await serveHttps(server, (...both) => void answer(...both))];
  apis.push(await serveHttps(server, (...both) => void answer(...both)));
  closers.push(...apis.map(({ close }) => close));
  ledger = { origins: apis.map(({ origin }) => origin), tls: { ca: server.cert }, headers: {} };
});
afterAll(() => closers.forEach((close) => close()));
beforeEach(() => {
  keys.clear();
  inBetween = undefined;
  answers = () => true;
});

function put(name: string, value: object): void {
  keys.set(ROOT + name, { value: JSON.stringify(value), index: ++index });
}

interface Operation {
  KV: { Verb: "cas" | "set"; Key: string; Value: string; Index?: number };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part as string;
  if (request.url === "/v1/status/leader") return void response.end('"100.64.12.1:8300"');
  if (request.url === "/v1/txn") {
    inBetween?.();
    inBetween = undefined;
    const operations = (JSON.parse(body) as Operation[]).map(({ KV }) => KV);
    const stale = operations.some(({ Verb, Key, Index }) => Verb === "cas" && (keys.get(Key)?.index ?? 0) !== Index);
    if (stale) return void response.writeHead(409).end('{"Errors":[{"What":"index is stale"}]}');
    for (const { Key, Value } of operations)
      put(Key.slice(ROOT.length), JSON.parse(Buffer.from(Value, "base64").toString()) as object);
    if (!answers()) return void request.socket.destroy();
    return void response.end("{}");
  }
  if (request.method === "DELETE") keys.delete((request.url ?? "").slice("/v1/kv/".length));
  if (request.method !== "GET") return void response.end("true\n");
  const rows = [...keys].map(([Key, { value, index: ModifyIndex }]) => {
    return { Key, Value: Buffer.from(value).toString("base64"), ModifyIndex };
  });
  if (rows.length === 0) return void response.writeHead(404).end();
  response.end(JSON.stringify(rows));
}

const now = Date.now();
const credential = (person: string, serial: string, expires = now + HOUR) => {
  return { person, serial, issued: new Date(now), expires: new Date(expires), certPem: "CERT", keyPem: "KEY" };
};
const manager = (name: string, number: number) => {
  const publicKey = Buffer.alloc(32, number).toString("base64");
  return { name, publicKey, endpoint: `192.0.2.${number}:51820`, address: `100.64.12.${number}`, meshCidr: MESH };
};
const MESH = "100.64.0.0/16";
const MANAGERS: [ReturnType<typeof manager>, ReturnType<typeof manager>] = [manager("m-1", 1), manager("m-2", 2)];
const [FIRST, SECOND] = vpnAddresses(MESH);
const value = (name: string) => JSON.parse(keys.get(ROOT + name)?.value ?? "null") as unknown;

test("a peer is entered together with its credential; the private key is in its configuration alone", async () => {
  const { address, conf } = await enterPeer(ledger, credential("alice", "4A"), MANAGERS);
  expect(address).toBe("100.64.3.255");
  const [, privateKey = ""] = /^PrivateKey = (\S+)$/m.exec(conf) ?? [];
  const expires = new Date(now + HOUR).toISOString();
  const claim = value(`vpn/${address}`) as { publicKey: string };
  expect(claim).toEqual({ serial: "4A", person: "alice", publicKey: expect.any(String) as string, expires });
  expect(value("issued/4A")).toEqual({ person: "alice", issued: new Date(now).toISOString(), expires, address });
  expect(publicOf(privateKey)).toBe(claim.publicKey);
  expect(JSON.stringify([...keys])).not.toContain(privateKey);
  expect(await entries(ledger)).toEqual([
    { person: "alice", serial: "4A", issued: new Date(now).toISOString(), expires, address },
  ]);
});

/** By another way than the one that made it: PKCS #8 (RFC 8410) around the 32 bytes. */
function publicOf(privateKey: string): string {
  const der = Buffer.concat([
    Buffer.from("302e020100300506032b656e04220420", "hex"),
    Buffer.from(privateKey, "base64"),
  ]);
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return key.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
}

test("a key pair is X25519's, and never the same twice", () => {
  const [mine, other] = [makeKeyPair(), generateKeyPairSync("x25519")];
  const spki = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), Buffer.from(mine.publicKey, "base64")]);
  const pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");
  const privateKey = Buffer.concat([pkcs8, Buffer.from(mine.privateKey, "base64")]);
  const shared = diffieHellman({
    privateKey: other.privateKey,
    publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
  });
  const same = diffieHellman({
    privateKey: createPrivateKey({ key: privateKey, format: "der", type: "pkcs8" }),
    publicKey: other.publicKey,
  });
  expect(same.equals(shared)).toBe(true);
  expect(makeKeyPair().privateKey).not.toBe(mine.privateKey);
});

test("two operators at once do not give the same address", async () => {
  inBetween = () => put(`vpn/${FIRST}`, { serial: "4F", expires: new Date(now + HOUR) });
  expect((await enterPeer(ledger, credential("alice", "4A"), MANAGERS)).address).toBe(SECOND);
  expect(value(`vpn/${FIRST}`)).toMatchObject({ serial: "4F" });
  const people = ["5A", "5B", "5C", "5D", "5E"];
  const tunnels = await Promise.all(people.map((serial) => enterPeer(ledger, credential("x", serial), MANAGERS)));
  const addresses = tunnels.map(({ address }) => address);
  expect(new Set([FIRST, SECOND, ...addresses]).size).toBe(7);
  for (const [at, serial] of people.entries()) expect(value(`vpn/${addresses[at]}`)).toMatchObject({ serial });
});

test("an entry whose answer is lost is the own one all the same", async () => {
  answers = () => false;
  const lost = enterPeer(ledger, credential("alice", "4A"), MANAGERS);
  // One manager's answer is lost, the other's says that somebody was first: who it was is read.
  expect((await lost).address).toBe(FIRST);
  expect([...keys.keys()].filter((key) => key.includes("/vpn/"))).toHaveLength(1);
});

test("an operator's clock that is ahead calls nobody's address free", async () => {
  put(`vpn/${FIRST}`, { serial: "4F", expires: new Date(now + HOUR) });
  jest.spyOn(Date, "now").mockReturnValue(now + 10_000 * HOUR);
  const { address } = await enterPeer(ledger, credential("alice", "4A"), MANAGERS);
  jest.restoreAllMocks();
  expect(address).toBe(SECOND);
});

test("the address of a credential that ended is given again, of one that was revoked not before its end", async () => {
  put(`vpn/${FIRST}`, { serial: "41", expires: new Date(now - HOUR) });
  put(`vpn/${SECOND}`, { serial: "42", expires: new Date(now + HOUR) });
  put("revoked/42", { revoked: "then" });
  expect((await enterPeer(ledger, credential("alice", "4A"), MANAGERS)).address).toBe(FIRST);
  expect((await enterPeer(ledger, credential("bob", "4B"), MANAGERS)).address).toBe(vpnAddresses(MESH)[2]);
});

test("when all are taken it says so, and enters nothing", async () => {
  for (const address of vpnAddresses(MESH)) put(`vpn/${address}`, { serial: "41", expires: new Date(now + HOUR) });
  const before = JSON.stringify([...keys]);
  await expect(enterPeer(ledger, credential("alice", "4A"), MANAGERS)).rejects.toThrow(
    "all 48 addresses of VPN peers are taken",
  );
  expect(JSON.stringify([...keys])).toBe(before);
});

test("the managers are those of the stack that say so themselves, each written as it ought to be", async () => {
  const nodes = ["m-1", "m-2", "m-3"].map((name) => ({ name, role: "manager" }));
  const outputs = { nodes: [...nodes, { name: "w-1", role: "worker" }] };
  const none = "no manager of stack dev takes VPN peers";
  await expect(managerPeers("dev", ledger, outputs)).rejects.toThrow(none);
  const enter = ({ name, ...rest }: ReturnType<typeof manager>, more = {}) =>
    put(`managers/${name}`, { ...rest, ...more });
  enter(manager("m-1", 1));
  enter(manager("m-2", 2));
  enter(manager("w-1", 3));
  enter(manager("gone", 4));
  for (const bad of [
    { endpoint: "192.0.2.5:51820\nPostUp = reboot" },
    { publicKey: "short" },
    { address: "x" },
    { meshCidr: "0.0.0.0/0" },
    { endpoint: 7 },
  ]) {
    enter(manager("m-3", 5), bad);
    expect(await managerPeers("dev", ledger, outputs)).toEqual(MANAGERS);
  }
});

const section = (index: 0 | 1) => `
[Peer]
# m-${index + 1}
PublicKey = ${MANAGERS[index].publicKey}
Endpoint = 192.0.2.${index + 1}:51820
AllowedIPs = 100.64.12.${index + 1}/32
PersistentKeepalive = 25
`;
const CONF = `[Interface]
PrivateKey = PRIVATE
Address = 100.64.3.255/32
DNS = 100.64.12.1, 100.64.12.2
${section(0)}${section(1)}`;

test("wireguard.conf: every manager for itself, with its own address alone; names by the tunnel", () => {
  expect(wireguardConf("PRIVATE", "100.64.3.255", MANAGERS)).toBe(CONF);
  const seven = [1, 2, 3, 4, 5, 6, 7].map((number) => manager(`m-${number}`, number));
  expect(wireguardConf("PRIVATE", "100.64.3.255", seven)).toContain("DNS = 100.64.12.1, 100.64.12.2, 100.64.12.3\n");
});

test("the bundle has it, its QR code and Consul's authority; docker goes by the tunnel, and can do without", () => {
  const dockerHosts: [string, string] = ["tcp://consul.service.consul:2376", "tcp://192.0.2.1:2376"];
  const vpn = { conf: CONF, consulCaPem: "CONSUL CA\n" };
  const files = bundleFiles({ stack: "dev", dockerHosts, caPem: "CA\n", credential: credential("alice", "4A"), vpn });
  expect(Object.keys(files)).toEqual([
    ...["ca.pem", "cert.pem", "key.pem", "env.sh", "storm-dev.dockercontext"],
    ...["wireguard.conf", "wireguard.svg", "consul-ca.pem"],
  ]);
  expect([files["wireguard.conf"], files["consul-ca.pem"]]).toEqual([CONF, "CONSUL CA\n"]);
  expect(String(files["wireguard.svg"])).toMatch(/^<\?xml [^]*<svg [^]*<\/svg>\s*$/);
  expect(String(files["env.sh"])).toContain(
    "DOCKER_HOST='tcp://consul.service.consul:2376'\n# without the tunnel: DOCKER_HOST='tcp://192.0.2.1:2376'\n",
  );
});

test("the QR code on a terminal is black on white with its three corners, and is left out where it has no room", () => {
  const text = qrText(CONF, 200) ?? "";
  const rows = text.split("\n").slice(0, -1);
  const cells = rows.map((row) => /^\x1b\[30;107m([ ▄▀█]+)\x1b\[0m$/.exec(row)?.[1] ?? "");
  const width = cells[0]?.length ?? 0;
  expect(new Set(cells.map(({ length }) => length))).toEqual(new Set([width]));
  expect(rows.length).toBe(Math.ceil(width / 2));
  // Four modules of quiet, then the pattern of seven by seven.
  for (const at of [4, width - 11]) {
    expect(cells.slice(0, 6).map((line) => line.slice(at, at + 7))).toEqual([
      "       ",
      "       ",
      "█▀▀▀▀▀█",
      "█ ███ █",
      "█ ▀▀▀ █",
      "▀▀▀▀▀▀▀",
    ]);
  }
  expect([qrText(CONF, width) === text, qrText(CONF, width - 1)]).toEqual([true, undefined]);
  // Comments would only make it larger.
  const short = CONF.replace(/^#.*\n/gm, "").replace(/^\n/gm, "");
  expect([qrText(short, 200) === text, qrSvg(short) === qrSvg(CONF)]).toEqual([true, true]);
});
