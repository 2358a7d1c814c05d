/**
 * A service of an application team. All that it knows of the cluster is the operators' stack of outputs: no cloud credentials, no SSH,
 * no storm.yml.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { StormReference } from "storm/outputs";
import { compose } from "./compose";

const config = new pulumi.Config();
const cluster = new StormReference(config.require("cluster"));
const stack = config.get("stack") ?? "demo";
// The ingress has a certificate for each stack of storm.yml, for one label before its domain.
const domain = cluster.outputs.apply(({ domains }) => {
  const found = domains[stack];
  if (found !== undefined) return found;
  throw new pulumi.RunError(`whoami:stack is ${stack}; the cluster's stacks are ${Object.keys(domains).join(", ")}`);
});
const host = pulumi.interpolate`whoami.${domain}`;
const programHash = createHash("sha256")
  .update(readFileSync(join(__dirname, "whoami.js")))
  .digest("hex")
  .slice(0, 12);

const document = pulumi.all([host, cluster.outputs]).apply(([name, { network }]) =>
  compose({
    image: config.get("image") ?? "node:22-bookworm-slim",
    replicas: config.getNumber("replicas") ?? 2,
    host: name,
    network,
    programHash,
  }),
);

new command.local.Command("whoami", {
  dir: __dirname,
  create: "./deploy.sh up",
  delete: "./deploy.sh down",
  stdin: pulumi.jsonStringify(document),
  environment: {
    STACK: "whoami",
    STORM_HOST: cluster.dockerHost,
    STORM_CA: cluster.caCertificate,
    STORM_CERTIFICATE: cluster.credential.certificate,
    STORM_KEY: cluster.credential.key,
  },
  // A renewed credential is a change: what `pulumi destroy` will use is then the new one.
  addPreviousOutputInEnv: false,
});

export const url = cluster.addressOf(host);
