/** The provider's pure parts: subnets, addresses, ports, hashes, archives and the capabilities of a node. */
import { createServer } from "node:net";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { addressAt, freeAddress, freeSubnets, rangeOf, routedRanges } from "../../lab/local/addresses";
import { dockerSocket } from "../../lab/local/docker";
import { Locks } from "../../lab/local/lock";
import { nodeContainerBody } from "../../lab/local/node-container";
import { boundingSet, nodeRunFlags } from "../../lab/image/run-flags";
import { canListen, choosePorts } from "../../lab/local/ports";
import { checkInputs } from "../../lab/local/resource";
import { serviceSchema } from "../../lab/local/service-container";
import { tar } from "../../lab/local/tar";
import { canonical, changedProperties, fingerprint, hash, plain, secret, UNKNOWN } from "../../lab/local/values";

const ranges = (...cidrs: string[]) => cidrs.map(rangeOf).filter((range) => range !== undefined);

describe("subnets", () => {
  test("the first /24 that touches nothing in use", () => {
    expect(freeSubnets([])[0]).toBe("172.28.0.0/24");
    expect(freeSubnets(ranges("172.28.0.0/24", "172.28.1.128/25", "10.0.0.0/8"))[0]).toBe("172.28.2.0/24");
    expect(freeSubnets(ranges("172.28.0.0/17"))[0]).toBe("172.28.128.0/24");
    expect(freeSubnets(ranges("172.16.0.0/12"))).toEqual([]);
  });

  test("routes of this machine count, its default route does not", () => {
    const route = (destination: string, mask: string) =>
      `eth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0`;
    const text = ["Iface ...", route("00000000", "00000000"), route("00001CAC", "00FFFFFF"), ""].join("\n");
    expect(routedRanges(text)).toEqual(ranges("172.28.0.0/24"));
  });

  test("IPv6 blocks are no concern", () => expect(rangeOf("fd00::/64")).toBeUndefined());
});

describe("addresses", () => {
  test("nodes count from 10 and fill gaps", () => {
    expect(addressAt("172.28.3.0/24", 2)).toBe("172.28.3.2");
    expect(freeAddress("172.28.3.0/24", new Set())).toBe("172.28.3.10");
    expect(freeAddress("172.28.3.0/24", new Set(["172.28.3.10", "172.28.3.12"]))).toBe("172.28.3.11");
  });

  test("none is left after 254", () => {
    const all = new Set(Array.from({ length: 256 }, (_, index) => `172.28.3.${index}`));
    expect(freeAddress("172.28.3.0/24", all)).toBeUndefined();
  });
});

describe("ports", () => {
  const want = (name: string, ...preferred: number[]) => ({ name, container: 1, preferred });
  const only =
    (...free: number[]) =>
    (port: number) =>
      Promise.resolve(free.includes(port));

  test("the earlier one, else the first free preferred one, else any", async () => {
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set(), only(443, 8443))).toEqual({ a: 443 });
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set(), only(8443))).toEqual({ a: 8443 });
    expect(await choosePorts([want("a", 443, 8443)], { a: 8443 }, new Set(), only(443, 8443))).toEqual({ a: 8443 });
    expect(await choosePorts([want("a", 443)], { a: 9000 }, new Set(), only(443))).toEqual({ a: 443 });
    expect((await choosePorts([want("a", 443)], {}, new Set(), only())).a).toBeGreaterThan(1023);
  });

  test("no port twice, and none that a stopped service holds", async () => {
    const wanted = [want("a", 443, 8443), want("b", 443, 8443)];
    expect(await choosePorts(wanted, {}, new Set(), only(443, 8443))).toEqual({ a: 443, b: 8443 });
    expect(await choosePorts([want("a", 443, 8443)], {}, new Set([443]), only(443, 8443))).toEqual({ a: 8443 });
  });

  test("a port that somebody listens on is not free", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "0.0.0.0", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await canListen(port)).toBe(false);
    await new Promise((done) => server.close(done));
    expect(await canListen(port)).toBe(true);
  });
});

describe("values", () => {
  test("order of keys and undefined do not change a hash, content does", () => {
    expect(canonical({ b: [1, { d: null, c: "x" }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
    expect(hash({ a: 1, b: 2 })).toBe(hash({ b: 2, a: 1 }));
    expect(hash({ a: 1 })).not.toBe(hash({ a: "1" }));
  });

  test("secrets are unwrapped however deep", () => {
    expect(plain({ a: secret({ b: [secret("x")] }), c: 1 })).toEqual({ a: { b: ["x"] }, c: 1 });
  });

  test("changed, new, dropped and unknown properties are told by the fingerprint", () => {
    const names = ["a", "b", "c", "d", "e"];
    const old = fingerprint({ a: 1, b: 1, c: 1, e: { f: 1 } }, names);
    expect(changedProperties(old, { a: 1, b: 2, d: 1, e: { f: UNKNOWN } }, names)).toEqual(["b", "c", "d", "e"]);
  });
});

describe("inputs", () => {
  const good = { name: "lb", network: "net", cluster: "c", image: "i" };

  test("what is wrong is named, what is unknown is let through", () => {
    expect(checkInputs(serviceSchema, good)).toEqual([]);
    expect(checkInputs(serviceSchema, { ...good, addressIndex: UNKNOWN, files: { "/a": UNKNOWN } })).toEqual([]);
    expect(checkInputs(serviceSchema, { ...good, files: UNKNOWN, reloadSignal: "HUP" })).toEqual([
      { property: "reloadSignal", reason: 'must be a signal, e.g. "SIGHUP"' },
    ]);
    expect(checkInputs(serviceSchema, { ...good, addressIndex: 300 })).toHaveLength(1);
    expect(checkInputs(serviceSchema, { ...good, surprise: 1 })).toHaveLength(1);
  });
});

test("an archive holds its files with their modes, long paths included", () => {
  const long = `/${"folder/".repeat(20)}file`;
  const files = [
    { path: "/etc/secret", content: "naïve", mode: 0o600 },
    { path: long, content: "", mode: 0o644 },
  ];
  const list = execFileSync("tar", ["-tvf", "-"], { input: tar(files), encoding: "utf8" });
  expect(list).toMatch(/^-rw------- root\/root +6 .* etc\/secret$/m);
  expect(list).toContain(long.slice(1));
  expect(execFileSync("tar", ["-xOf", "-", "etc/secret"], { input: tar(files), encoding: "utf8" })).toBe("naïve");
  expect(() => tar([{ path: `/${"x".repeat(200)}`, content: "", mode: 0o644 }])).toThrow("too long");
});

test("a node's container has what the image's flags for `docker run` say", () => {
  const body = nodeContainerBody({
    ...{ image: "i", hostname: "h", network: { name: "n", address: "172.28.0.10" }, labels: {}, limits: {} },
  });
  const {
    HostConfig: host,
    StopSignal,
    Volumes,
  } = body as {
    HostConfig: { CapAdd: string[]; Tmpfs: Record<string, string>; CgroupnsMode: string };
    StopSignal: string;
    Volumes: Record<string, object>;
  };
  const flags = nodeRunFlags();
  expect(host.CapAdd).toEqual(boundingSet(readFileSync("/proc/self/status", "utf8")));
  expect(Object.entries(host.Tmpfs).map(([path, how]) => `--tmpfs=${path}:${how}`)).toEqual(
    flags.filter((flag) => flag.startsWith("--tmpfs")),
  );
  const said = [
    ...host.CapAdd.map((name) => `--cap-add=${name}`),
    `--cgroupns=${host.CgroupnsMode}`,
    `--stop-signal=${StopSignal}`,
    ...Object.keys(Volumes).map((path) => `--volume=${path}`),
  ];
  expect(flags).toEqual(expect.arrayContaining(said));
});

test("work under one lock runs one after the other, also after a failure", async () => {
  const locks = new Locks();
  const order: string[] = [];
  const work = (name: string, ms: number, fails = false) =>
    locks.run("key", async () => {
      await new Promise((done) => setTimeout(done, ms));
      order.push(name);
      if (fails) throw new Error(name);
    });
  const results = await Promise.allSettled([work("a", 20), work("b", 5, true), work("c", 0)]);
  expect(order).toEqual(["a", "b", "c"]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("the socket is DOCKER_HOST's, which must be of this machine", () => {
  expect(dockerSocket(undefined)).toBe("/var/run/docker.sock");
  expect(dockerSocket("unix:///run/user/1000/docker.sock")).toBe("/run/user/1000/docker.sock");
  expect(() => dockerSocket("tcp://192.0.2.1:2375")).toThrow("must begin with unix://");
});
