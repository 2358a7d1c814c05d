import type { ReadMachine } from "./provider";

export const machines: ReadMachine = {
  "aws:ec2/instance:Instance": (inputs, outputs) => ({
    region: outputs["region"] ?? String(outputs["availabilityZone"] ?? "").replace(/[a-z]$/, ""),
    size: inputs["instanceType"],
    image: inputs["ami"] ?? outputs["ami"],
  }),
  // Of elastic pools, which may have a processor that no fixed node has.
  "aws:ec2/launchTemplate:LaunchTemplate": (inputs, outputs) => ({
    region: outputs["region"],
    size: inputs["instanceType"],
    image: inputs["imageId"],
  }),
};
