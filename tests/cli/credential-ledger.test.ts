import type { IncomingMessage, ServerResponse } from "node:http";
import { revokeMatching } from "../../cli/commands/credentials";
import { clockOf, entries, ledgerOf, record, revoke, stateOf } from "../../cli/credentials/ledger";
import type { Api } from "../../cli/cluster/api";
import { temporaryFolder } from "../tools/support";
import { makeCertificate, serveHttps } from "./support";

/** The list of credentials, against a Consul that keeps keys in a map. */

const DAY = 86_400_000;
const ROOT = "/v1/kv/storm/credentials/";
const server = makeCertificate(temporaryFolder(), "consul");
const keys = new Map<string, string>();
const tokens = new Set<unknown>();
let refusal = "";
/** What the clock of Consul's machine says. */
let clock = "";
let ledger: Api;
let close: () => void;

beforeAll(async () => {
  const api = await serveHttps(server, (request, response) => void answer(request, response));
  close = api.close;
  ledger = ledgerOf("dev", {
    credentialsToken: "TOKEN",
    consul: { address: api.origin, caCertificate: server.cert, token: "ONLY LOOKS" },
  });
});
afterAll(() => close());
beforeEach(() => {
  keys.clear();
  refusal = "";
  clock = new Date().toUTCString();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  tokens.add(request.headers["x-consul-token"]);
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part as string;
  const path = (request.url ?? "").replace("?recurse", "");
  response.setHeader("date", clock);
  if (refusal !== "") return void response.writeHead(403).end(refusal);
  if (request.method === "PUT") keys.set(path, body);
  if (request.method === "DELETE") keys.delete(path);
  if (request.method !== "GET") return void response.end("true\n");
  if (path === "/v1/status/leader") return void response.end('"100.64.0.1:8300"');
  const found = [...keys].filter(([key]) => key.startsWith(path));
  if (found.length === 0) return void response.writeHead(404).end();
  const rows = found.map(([Key, value]) => ({
    Key: Key.slice("/v1/kv/".length),
    Value: Buffer.from(value).toString("base64"),
  }));
  response.end(JSON.stringify(rows));
}

const credential = (person: string, serial: string, issued: number, expires: number) => {
  const [certPem, keyPem] = ["CERT", "KEY"];
  return { person, serial, issued: new Date(issued), expires: new Date(expires), certPem, keyPem };
};
const now = Date.now();

test("nobody, then somebody: the newest first, with the token that writes", async () => {
  expect(await entries(ledger)).toEqual([]);
  await record(ledger, credential("alice", "4A", now - 2000, now + DAY));
  await record(ledger, credential("bob", "4B", now - 1000, now + DAY));
  expect(await entries(ledger)).toEqual(
    [
      { person: "bob", serial: "4B", issued: now - 1000 },
      { person: "alice", serial: "4A", issued: now - 2000 },
    ].map((each) => ({
      ...each,
      issued: new Date(each.issued).toISOString(),
      expires: new Date(now + DAY).toISOString(),
    })),
  );
  expect([...tokens]).toEqual(["TOKEN"]);
});

test("neither key nor certificate is in the list", async () => {
  await record(ledger, credential("alice", "4A", now, now + DAY));
  expect(JSON.stringify([...keys])).not.toMatch(/KEY|CERT/);
});

test("revoking enters the serial number where the managers look, and says when", async () => {
  await record(ledger, credential("alice", "4A", now, now + DAY));
  const [entry] = await entries(ledger);
  if (entry === undefined) throw new Error("the list has nobody");
  const when = new Date(now + 1000);
  await revoke(ledger, entry, when);
  expect([...keys.keys()]).toContain(`${ROOT}revoked/4A`);
  const [after] = await entries(ledger);
  expect(after).toEqual({ ...entry, revoked: when.toISOString() });
});

test("what ended more than thirty days ago is taken out when somebody new comes, what was revoked with it", async () => {
  keys.set(`${ROOT}issued/41`, JSON.stringify({ person: "old", issued: "a", expires: new Date(now - 31 * DAY) }));
  keys.set(`${ROOT}revoked/41`, JSON.stringify({ revoked: "then" }));
  keys.set(`${ROOT}issued/42`, JSON.stringify({ person: "ended", issued: "a", expires: new Date(now - 29 * DAY) }));
  await record(ledger, credential("new", "43", now, now + DAY));
  expect([...keys.keys()].sort()).toEqual([`${ROOT}issued/42`, `${ROOT}issued/43`]);
});

test("days are counted by the cluster's clock, for one's own may be wrong", async () => {
  clock = new Date(now - 2 * DAY).toUTCString();
  expect((await clockOf(ledger)).toUTCString()).toBe(clock);
  keys.set(`${ROOT}issued/41`, JSON.stringify({ person: "old", issued: "a", expires: new Date(now - 31 * DAY) }));
  keys.set(`${ROOT}revoked/41`, JSON.stringify({ revoked: "then" }));
  await record(ledger, credential("new", "43", now, now + DAY));
  expect([...keys.keys()].sort()).toEqual([`${ROOT}issued/41`, `${ROOT}issued/43`, `${ROOT}revoked/41`]);
});

test("a Consul that does not say its time is an error, not a guess", async () => {
  clock = "now";
  await expect(clockOf(ledger)).rejects.toThrow("the cluster's list of credentials can not be asked");
});

test("all that somebody has is revoked, what seems to have ended, too, and nothing twice", async () => {
  await record(ledger, credential("alice", "41", now - 3 * DAY, now - DAY));
  await record(ledger, credential("alice", "42", now - 2 * DAY, now + DAY));
  await record(ledger, credential("bob", "43", now, now + DAY));
  const serials = async (wanted: string) =>
    (await revokeMatching(ledger, wanted)).map(({ serial, state }) => [serial, state]);
  expect(await serials("alice")).toEqual([
    ["42", "good"],
    ["41", "ended"],
  ]);
  expect([...keys.keys()].filter((key) => key.startsWith(`${ROOT}revoked/`)).sort()).toEqual([
    `${ROOT}revoked/41`,
    `${ROOT}revoked/42`,
  ]);
  expect(await serials("alice")).toEqual([]);
  expect(await serials("43")).toEqual([["43", "good"]]);
  await expect(revokeMatching(ledger, "alcie")).rejects.toThrow("did you mean alice?");
});

test("good, revoked, ended", () => {
  const entry = { person: "alice", serial: "4A", issued: "", expires: new Date(now + 1).toISOString() };
  expect(stateOf(entry, new Date(now))).toBe("good");
  expect(stateOf({ ...entry, revoked: "then" }, new Date(now))).toBe("revoked");
  expect(stateOf({ ...entry, revoked: "then" }, new Date(now + 1))).toBe("ended");
});

test("a Consul that refuses is said, and nothing is entered", async () => {
  refusal = "Permission denied";
  const message = "the cluster's list of credentials can not be asked: 403 Permission denied";
  await expect(record(ledger, credential("alice", "4A", now, now + DAY))).rejects.toThrow(message);
  await expect(entries(ledger)).rejects.toThrow(message);
  expect(keys.size).toBe(0);
});

test("a stack of an older version has no list", () => {
  const consul = { address: "https://127.0.0.1:1", caCertificate: "CA", token: "ONLY LOOKS" };
  for (const outputs of [{}, { consul }, { credentialsToken: "TOKEN" }])
    expect(() => ledgerOf("dev", outputs)).toThrow("stack dev has no list of credentials");
});
