/** DNS of the lab's internet: what it answers, and on the wire what resolvers make of it. */
import { Resolver } from "node:dns/promises";
import { connect, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as packet from "dns-packet";
import { Answers } from "../../lab/clouds/internet/answers";
import { Challenges } from "../../lab/clouds/internet/challenges";
import { serveDns } from "../../lab/clouds/internet/dns";
import { respond } from "../../lab/clouds/internet/dns-message";
import { type DnsAnswer, type DnsRecord, type DnsZone, INTERNET } from "../../lab/clouds/world";
import { freePorts, until } from "../acme/parts";

const record = (name: string, type: DnsRecord["type"], values: string[], more: Partial<DnsRecord> = {}): DnsRecord => ({
  name,
  type,
  ttl: 30,
  choose: "all",
  answers: values.map((value) => ({ value, weight: 1 })),
  ...more,
});
const weighed = (name: string, weights: Record<string, number>): DnsRecord => ({
  ...record(name, "A", [], { choose: "one" }),
  answers: Object.entries(weights).map(([value, weight]) => ({ value, weight })),
});
const zone = (...records: DnsRecord[]): DnsZone => ({ name: "example.com", records });
const everyone = () => true;
const data = (answers: Answers, name: string, type = "A") =>
  answers.answer(name, type).answers.map((each) => ("data" in each ? each.data : undefined));

describe("what is answered", () => {
  const answers = new Answers(
    [
      zone(
        record("example.com", "A", ["198.18.64.1"]),
        record("*.dev.example.com", "A", ["198.18.64.2", "198.18.64.3"]),
        record("host.sub.dev.example.com", "A", ["198.18.64.4"]),
        record("www.example.com", "CNAME", ["app.dev.example.com."]),
        record("away.example.com", "CNAME", ["nothing.example.org"]),
        record("round.example.com", "CNAME", ["round.example.com"]),
        record("long.example.com", "TXT", ["x".repeat(300)]),
      ),
      { name: "deep.example.com", records: [record("a.deep.example.com", "A", ["198.18.64.5"])] },
    ],
    {
      "_acme-challenge.deep.example.com": { ttl: 5, values: ["one", "two"] },
      "not.ours.test": { ttl: 5, values: ["x"] },
    },
    everyone,
  );
  const code = (name: string, type = "A") => answers.answer(name, type).code;

  test("records with their time to live, in the spelling of the question", () => {
    expect(answers.answer("Example.COM", "A")).toEqual({
      code: "NOERROR",
      authoritative: true,
      answers: [{ name: "Example.COM", type: "A", ttl: 30, data: "198.18.64.1" }],
      authorities: [],
    });
  });

  test("wildcards, for every depth, but not below a name that exists (RFC 4592)", () => {
    expect(data(answers, "web.dev.example.com")).toEqual(["198.18.64.2", "198.18.64.3"]);
    expect(data(answers, "a.b.dev.example.com")).toEqual(["198.18.64.2", "198.18.64.3"]);
    expect([code("sub.dev.example.com"), data(answers, "sub.dev.example.com")]).toEqual(["NOERROR", []]);
    expect(code("other.sub.dev.example.com")).toBe("NXDOMAIN");
    expect(code("web.dev.example.com", "AAAA")).toBe("NOERROR");
  });

  test("a name that is not there, and a type that it has not: with the zone's SOA", () => {
    for (const [name, type, wanted] of [
      ["none.example.com", "A", "NXDOMAIN"],
      ["example.com", "AAAA", "NOERROR"],
    ] as const) {
      const reply = answers.answer(name, type);
      expect([reply.code, reply.answers, reply.authorities[0]?.type, reply.authorities[0]?.name]).toEqual([
        wanted,
        [],
        "SOA",
        "example.com",
      ]);
    }
  });

  test("aliases are followed to where they lead, and one that leads to itself ends", () => {
    expect(data(answers, "www.example.com")).toEqual(["app.dev.example.com.", "198.18.64.2", "198.18.64.3"]);
    expect(data(answers, "www.example.com", "CNAME")).toEqual(["app.dev.example.com."]);
    expect([code("away.example.com"), data(answers, "away.example.com")]).toEqual([
      "NXDOMAIN",
      ["nothing.example.org"],
    ]);
    expect(data(answers, "round.example.com").length).toBeLessThan(10);
  });

  test("SOA and NS of the zone with the longest name; challenges are part of it", () => {
    expect(answers.answer("deep.example.com", "SOA").answers[0]).toMatchObject({
      type: "SOA",
      name: "deep.example.com",
    });
    expect(data(answers, "deep.example.com", "NS")).toEqual(["ns.storm-lab.test"]);
    expect(data(answers, "ns.storm-lab.test")).toEqual([INTERNET.dns]);
    expect(data(answers, "_acme-challenge.deep.example.com", "TXT")).toEqual([["one"], ["two"]]);
    expect(data(answers, "long.example.com", "TXT")).toEqual([["x".repeat(255), "x".repeat(45)]]);
  });

  test("names of the real internet that nodes use lead to this machine, all others are not there", () => {
    for (const name of ["acme-v02.api.letsencrypt.org", "route53.amazonaws.com", "registry-1.docker.io"]) {
      expect(data(answers, name)).toEqual([INTERNET.services]);
    }
    expect(["example.org", "not.ours.test", "com"].map((name) => code(name, "TXT"))).toEqual(Array(3).fill("NXDOMAIN"));
  });
});

describe("weights and health", () => {
  const shares = (record: DnsRecord, isIn: (answer: DnsAnswer) => boolean = everyone) => {
    const answers = new Answers([zone(record)], {}, isIn);
    const seen: Record<string, number> = {};
    for (let index = 0; index < 4000; index++) {
      const [only, ...more] = data(answers, record.name).map(String);
      expect(more).toEqual([]);
      seen[only ?? ""] = (seen[only ?? ""] ?? 0) + 1 / 4000;
    }
    return seen;
  };

  test("one answer, as often as its weight says", () => {
    const seen = shares(weighed("w.example.com", { "198.18.64.1": 3, "198.18.64.2": 1, "198.18.64.3": 0 }));
    // Of 4000 draws 3/4 has a standard deviation of 0.007.
    expect(seen["198.18.64.1"]).toBeCloseTo(0.75, 1);
    expect(Object.keys(seen).sort()).toEqual(["198.18.64.1", "198.18.64.2"]);
  });

  test("an answer has its own time to live, where the cloud sets it", () => {
    const own = record("w.example.com", "A", [], { answers: [{ value: "198.18.64.1", weight: 1, ttl: 60 }] });
    expect(new Answers([zone(own)], {}, everyone).answer("w.example.com", "A").answers[0]).toMatchObject({ ttl: 60 });
  });

  test("weights of 0 alone are equal ones", () => {
    const seen = shares(weighed("w.example.com", { "198.18.64.1": 0, "198.18.64.2": 0 }));
    expect(seen["198.18.64.1"]).toBeCloseTo(0.5, 1);
  });

  test("what is out is left out, unless all are", () => {
    const both = weighed("w.example.com", { "198.18.64.1": 1, "198.18.64.2": 1 });
    expect(shares(both, ({ value }) => value !== "198.18.64.1")).toEqual({ "198.18.64.2": expect.closeTo(1) });
    expect(Object.keys(shares(both, () => false))).toHaveLength(2);
  });
});

describe("on the wire", () => {
  let port: number;
  let zones: DnsZone[] = [];
  let end: () => void;
  const challenges = new Challenges(() => zones);
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  const servers: Server[] = [];

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    end = await serveDns({ address: "127.0.0.1", port }, () => zones, challenges);
    resolver.setServers([`127.0.0.1:${port}`]);
  });
  afterAll(async () => {
    end();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  /** Takes connections until it is closed. */
  const target = async (at = 0) => {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
    return server;
  };
  const close = (server: Server) => new Promise((resolve) => server.close(resolve));

  test("a resolver finds what is there from the moment it is there", async () => {
    zones = [zone(record("a.example.com", "A", ["198.18.64.7"]))];
    expect(await resolver.resolve4("a.example.com", { ttl: true })).toEqual([{ address: "198.18.64.7", ttl: 30 }]);
    challenges.set("_acme-challenge.A.example.com.", { ttl: 5, values: ["token"] });
    expect(await resolver.resolveTxt("_acme-challenge.a.example.com")).toEqual([["token"]]);
    expect((await resolver.resolveSoa("example.com")).nsname).toBe("ns.storm-lab.test");
    await expect(resolver.resolve4("b.example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(resolver.resolve6("a.example.com")).rejects.toMatchObject({ code: "ENODATA" });
  });

  test("an answer that is too long for UDP comes by TCP, two questions on one connection too", async () => {
    const many = Array.from({ length: 100 }, (_, index) => `198.18.65.${index}`);
    zones = [zone(record("many.example.com", "A", many))];
    expect((await resolver.resolve4("many.example.com")).sort()).toEqual([...many].sort());
    const socket = connect(port, "127.0.0.1");
    const question = packet.streamEncode({ type: "query", id: 7, questions: [{ type: "SOA", name: "example.com" }] });
    socket.write(Buffer.concat([question, question]));
    let got = Buffer.alloc(0);
    for await (const chunk of socket) {
      got = Buffer.concat([got, chunk as Buffer]);
      if (got.length >= 2 * (2 + got.readUInt16BE(0))) break;
    }
    expect(packet.streamDecode(got).id).toBe(7);
  });

  test("questions that no resolver asks are refused, types that nobody knows are not there, noise is dropped", () => {
    const answers = new Answers(zones, {}, everyone);
    const ask = (message: Buffer) => respond(message, () => answers, true);
    const rcode = (message: Buffer) => (ask(message)?.readUInt16BE(2) ?? 0) & 15;
    const question = { type: "A" as const, name: "many.example.com" };
    expect(rcode(packet.encode({ type: "query", flags: 0x2000, questions: [question] }))).toBe(4);
    expect(rcode(packet.encode({ type: "query", questions: [] }))).toBe(1);
    expect(ask(packet.encode({ type: "response", questions: [question] }))).toBeUndefined();
    expect(ask(Buffer.from("noise"))).toBeUndefined();
    // Type 65, HTTPS, which browsers ask for.
    const plain = packet.encode({ type: "query", questions: [question] });
    plain.writeUInt16BE(65, plain.length - 4);
    expect(rcode(plain)).toBe(0);
  });

  test("a target that does not take connections is out after two checks, and in again after one", async () => {
    const [stays, goes] = [await target(), await target()];
    const portOf = (server: Server) => (server.address() as { port: number }).port; // it listens on TCP
    const answers = [stays, goes].map((server, index) => ({
      value: `198.18.64.${index}`,
      weight: 1,
      check: { address: "127.0.0.1", port: portOf(server) },
    }));
    const again = portOf(goes);
    zones = [zone({ ...record("up.example.com", "A", []), answers })];
    const seen = async () => (await resolver.resolve4("up.example.com")).length;
    const within = (count: number, seconds: number) =>
      until(async () => expect(await seen()).toBe(count), `${count} answers`, seconds);
    await sleep(2_500);
    expect(await seen()).toBe(2);
    await close(goes);
    await within(1, 5);
    await target(again);
    await within(2, 3);
  }, 30_000);
});
