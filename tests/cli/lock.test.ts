import type { TLSSocket } from "node:tls";
import { dockerApi } from "../../cli/cluster/access";
import { clusterServices, containerDigests, type ServiceAnswer } from "../../cli/cluster/services";
import { changes } from "../../cli/commands/lock";
import { machineImages } from "../../cli/machine-images";
import { temporaryFolder } from "../tools/support";
import { makeCertificate, serveHttps } from "./support";

const folder = temporaryFolder();
const DIGEST = `sha256:${"a".repeat(64)}`;
const service = (image: string, asked?: string): Pick<ServiceAnswer, "Spec"> => ({
  Spec: {
    Name: "demo_web",
    Labels: asked === undefined ? null : { "com.docker.stack.image": asked },
    TaskTemplate: { ContainerSpec: { Image: image } },
  },
});

test("digests are by the reference that the compose file has; own builds and images without digest are left out", () => {
  const services = [
    service(`traefik:v3.6.0@${DIGEST}`, "traefik:v3.6.0"),
    service(`nginx:1.27@${DIGEST}`, `nginx:1.27@${DIGEST}`),
    service("redis:7", "redis:7"),
    service(`registry.service.consul:5000/demo/web:0a1b@${DIGEST}`, "registry.service.consul:5000/demo/web:0a1b"),
  ];
  expect(containerDigests(services, "registry.service.consul:5000")).toEqual({
    "nginx:1.27": DIGEST,
    "traefik:v3.6.0": DIGEST,
  });
});

test("machine images of three clouds, by provider, region and architecture; the newest node's counts, and a slug pins nothing", () => {
  const aws = (created: string, ami: string, instanceType = "t3.medium") => ({
    type: "aws:ec2/instance:Instance",
    created,
    inputs: { ami, instanceType },
    outputs: { availabilityZone: "eu-west-1b" },
  });
  const reference = { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "latest" };
  const azure = {
    type: "azure-native:compute:VirtualMachine",
    inputs: { hardwareProfile: { vmSize: "Standard_B2s" }, storageProfile: { imageReference: reference } },
    outputs: { location: "westeurope", storageProfile: { imageReference: { ...reference, exactVersion: "24.04.20" } } },
  };
  const droplet = {
    type: "digitalocean:index/droplet:Droplet",
    inputs: { region: "fra1", size: "s-2vcpu-4gb", image: 1234567 },
  };
  const template = {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    inputs: { imageId: "ami-elastic", instanceType: "t4g.small" },
    outputs: { region: "us-east-1" },
  };
  expect(
    machineImages([
      aws("2026-02-01T00:00:00Z", "ami-new"),
      aws("2026-01-01T00:00:00Z", "ami-old"),
      aws("2026-01-01T00:00:00Z", "ami-arm", "t4g.medium"),
      azure,
      droplet,
      { ...droplet, inputs: { region: "ams3", size: "s-2vcpu-4gb", image: "ubuntu-24-04-x64" } },
      template,
      { type: "storm:local:Node", inputs: { image: "node" } },
    ]),
  ).toEqual({
    "aws/eu-west-1/amd64": "ami-new",
    "aws/eu-west-1/arm64": "ami-arm",
    "azure/westeurope/amd64": "Canonical:ubuntu-24_04-lts:server:24.04.20",
    "aws/us-east-1/arm64": "ami-elastic",
    "digitalocean/fra1/amd64": "1234567",
  });
});

test("what changed is a line each", () => {
  const before = { images: { "aws/eu-west-1/amd64": "ami-1" }, containers: { "nginx:1": DIGEST } };
  const after = { images: { "aws/eu-west-1/amd64": "ami-2" }, containers: { "nginx:1": DIGEST, "redis:7": DIGEST } };
  expect(changes(before, after)).toEqual(["aws/eu-west-1/amd64: ami-1 -> ami-2", `redis:7: new -> ${DIGEST}`]);
});

test("the cluster's API is asked with the client's certificate, and believed by its authority alone", async () => {
  const [server, client] = [makeCertificate(folder, "server"), makeCertificate(folder, "client")];
  const api = await serveHttps(
    server,
    (asked, answer) => {
      const { subject } = (asked.socket as TLSSocket).getPeerCertificate(); // it is an HTTPS server
      answer.end(JSON.stringify([{ Spec: { Labels: { asked: `${asked.url} by ${String(subject.CN)}` } } }]));
    },
    client.cert,
  );
  const dockerHost = api.origin.replace("https:", "tcp:");
  const apiOf = (ca: string) =>
    dockerApi({ dockerHost, caCertificate: ca, clientCertificate: client.cert, clientKey: client.key }, {});
  try {
    expect(await clusterServices(apiOf(server.cert))).toEqual([{ Spec: { Labels: { asked: "/services by client" } } }]);
    await expect(clusterServices(apiOf(client.cert))).rejects.toThrow("does not answer");
  } finally {
    api.close();
  }
});
