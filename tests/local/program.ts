/** The Pulumi program of the engine test: what `inputs.json` in the working folder says, made with our own classes. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  LocalNetwork,
  type LocalNetworkArgs,
  LocalNode,
  type LocalNodeArgs,
  LocalService,
  type LocalServiceArgs,
} from "../../components/local-resources";

interface ProgramInputs {
  network: LocalNetworkArgs;
  nodes: Record<string, Omit<LocalNodeArgs, "network">>;
  services: Record<string, Omit<LocalServiceArgs, "network">>;
}

const inputs = JSON.parse(readFileSync("inputs.json", "utf8")) as ProgramInputs;
const network = new LocalNetwork("network", inputs.network);
const nodes = Object.entries(inputs.nodes).map(([name, args]) => ({
  name,
  node: new LocalNode(name, { ...args, network: network.name }),
}));
const services = Object.entries(inputs.services).map(([name, args]) => ({
  name,
  service: new LocalService(name, {
    ...args,
    network: network.name,
    files: args.files && pulumi.secret(args.files),
  }),
}));

export const cidr = network.cidr;
export const addresses = Object.fromEntries([
  ...nodes.map(({ name, node }) => [name, node.address]),
  ...services.map(({ name, service }) => [name, service.address]),
]);
export const containers = Object.fromEntries([
  ...nodes.map(({ name, node }) => [name, node.containerId]),
  ...services.map(({ name, service }) => [name, service.containerId]),
]);
export const ports = Object.fromEntries(services.map(({ name, service }) => [name, service.ports]));
