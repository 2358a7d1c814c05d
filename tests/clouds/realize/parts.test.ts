/** The pure parts of what makes the lab's clouds real. */
import { gzipSync } from "node:zlib";
import { balancerConfig } from "../../../lab/clouds/realize/balancer-config";
import { hostName } from "../../../lab/clouds/realize/containers";
import { type MachineMetadata, metadataAnswer, Tokens } from "../../../lab/clouds/realize/metadata-answers";
import { Names, portName } from "../../../lab/clouds/realize/names";
import { userDataBytes } from "../../../lab/clouds/realize/user-data";
import { balancer } from "./support";

describe("user-data", () => {
  test("is decoded where the cloud was given base64, compressed or not", () => {
    const packed = gzipSync("#cloud-config\n{}\n");
    expect(userDataBytes(packed.toString("base64"))).toEqual(packed);
    expect(userDataBytes(Buffer.from("#!/bin/sh\n").toString("base64")).toString()).toBe("#!/bin/sh\n");
  });

  test("is left alone where the cloud was given text", () => {
    expect(userDataBytes("#cloud-config\n{}\n").toString()).toBe("#cloud-config\n{}\n");
    expect(userDataBytes("")).toHaveLength(0);
  });
});

describe("names", () => {
  test("fit the kernel, and no lab's begin with another's", () => {
    expect(portName("a-very-long-identifier-of-a-machine").length).toBeLessThanOrEqual(15);
    expect(new Names("abcdefghijkl").adminLink.length).toBeLessThanOrEqual(15);
    expect(() => new Names("lab-1")).toThrow('"lab-1" is no name for a lab');
  });

  test("a host name is what the kernel takes", () => {
    expect(hostName("Storm_prod.AWS 1")).toBe("storm-prod-aws-1");
    expect(hostName("-")).toBe("machine");
    expect(hostName("x".repeat(80))).toHaveLength(63);
  });
});

describe("a balancer's configuration", () => {
  const addresses = new Map([
    ["b", "10.0.0.5"],
    ["a", "10.0.0.4"],
  ]);
  const config = (more: object) =>
    balancerConfig(balancer("front", { network: "one", privateAddress: "10.0.0.9", ...more }), (id) =>
      addresses.get(id),
    );

  test("has the listeners, the targets that are there, and the checks' figures", () => {
    const text = config({
      listeners: [
        { port: 443, targetPort: 8443 },
        { port: 80, targetPort: 8080 },
      ],
      targets: ["b", "gone", "a"],
      ...{ intervalSeconds: 10, fall: 3, rise: 2 },
    });
    expect(text).toContain(
      "listen port-443\n  bind :443\n  server a 10.0.0.4:8443\n  server b 10.0.0.5:8443\nlisten port-80\n",
    );
    expect(text).toContain("default-server check inter 10s fall 3 rise 2");
    expect(text).toContain("timeout check 5s");
    expect(text).not.toContain("send-proxy");
  });

  test("sends PROXY headers where it is to", () => {
    expect(config({ proxyProtocol: true, targets: ["a"] })).toContain("server a 10.0.0.4:80 send-proxy\n");
  });
});

describe("metadata", () => {
  const machine: MachineMetadata = {
    ...{ cloud: "aws", name: "a", privateAddress: "10.0.0.4", publicAddress: "198.18.64.4" },
    userData: Buffer.from("#!/bin/sh\n").toString("base64"),
    metaData: { "instance-id": "i-a", interfaces: { public: [{ ipv4: { ip_address: "198.18.64.4" } }] } },
  };
  const ask = (url: string, more: Partial<MachineMetadata> = {}, headers = {}, method = "GET", tokens = new Tokens()) =>
    metadataAnswer({ method, url, headers }, { ...machine, ...more }, tokens);

  test("of AWS needs a token of the same machine, not proxied, of at most six hours", () => {
    const tokens = new Tokens();
    const ttl = (seconds: string, more = {}) =>
      ask("/latest/api/token", {}, { "x-aws-ec2-metadata-token-ttl-seconds": seconds, ...more }, "PUT", tokens);
    expect([ttl("0").status, ttl("21601").status, ttl("").status]).toEqual([400, 400, 400]);
    expect(ttl("60", { "x-forwarded-for": "172.17.0.2" }).status).toBe(403);
    const headers = { "x-aws-ec2-metadata-token": String(ttl("60").body) };
    const get = (more = {}) => ask("/latest/meta-data/instance-id", more, headers, "GET", tokens);
    expect(get()).toEqual({ status: 200, body: "i-a" });
    expect(get({ privateAddress: "10.0.0.5" }).status).toBe(401);
    expect(ask("/latest/user-data").status).toBe(401);
  });

  test("a token ends", () => {
    const tokens = new Tokens();
    expect(tokens.holds(tokens.give("10.0.0.4", -1), "10.0.0.4")).toBe(false);
  });

  test("of Azure needs its header and a version, and tells only public addresses that are there", () => {
    const azure = { cloud: "azure-native" } as const;
    const url = "/metadata/loadbalancer?api-version=2020-10-01";
    expect(ask(url, azure).status).toBe(400);
    expect(ask("/metadata/loadbalancer", azure, { metadata: "true" }).status).toBe(400);
    expect(ask(url, { ...azure, publicAddress: undefined }, { metadata: "true" }).status).toBe(404);
    expect(JSON.parse(String(ask(url, azure, { metadata: "true" }).body))).toMatchObject({
      loadbalancer: { publicIpAddresses: [{ frontendIpAddress: "198.18.64.4", privateIpAddress: "10.0.0.4" }] },
    });
    const instance = ask("/metadata/instance?api-version=2021-02-01", azure, { metadata: "true" });
    expect(JSON.parse(String(instance.body))).toMatchObject({ compute: { name: "a", vmId: "i-a" } });
  });

  test("of DigitalOcean is a tree", () => {
    const ocean = { cloud: "digitalocean" } as const;
    expect(ask("/metadata/v1/interfaces/public/0/ipv4/ip_address", ocean).body).toBe("198.18.64.4");
    expect(ask("/metadata/v1/", ocean).body).toBe("instance-id\ninterfaces/");
    expect(ask("/metadata/v1/user-data", ocean).body).toEqual(Buffer.from("#!/bin/sh\n"));
    expect(ask("/metadata/v1/nothing", ocean).status).toBe(404);
    expect(ask("/metadata/v1/user-data", ocean, {}, "POST").status).toBe(405);
  });
});
