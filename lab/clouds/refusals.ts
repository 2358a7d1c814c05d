/** How the clouds say no, in the words of their own errors, behind what it is about. */
import { LabError } from "../plugins/shared/lab-socket";
import { poolOf } from "./derive/common";
import type { CloudResource } from "./resources";
import type { Cloud } from "./world";

interface Words {
  title: string;
  throttled: string;
  quota: (most: number) => string;
  boot: (id: string) => string;
}

export const WORDS: Record<Cloud, Words> = {
  aws: {
    title: "AWS",
    throttled: "Throttling: Rate exceeded",
    quota: (most) =>
      `InstanceLimitExceeded: You have requested more instances (${most + 1}) than your current instance limit of ${most} allows for the ` +
      `specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
    boot: (id) =>
      `waiting for EC2 Instance (${id}) create: unexpected state 'terminated', wanted target 'running'. ` +
      `last error: Server.InternalError: Internal error on launch`,
  },
  "azure-native": {
    title: "Azure",
    throttled: `Code="TooManyRequests" Message="The request is being throttled as the limit has been reached for operation type."`,
    quota: (most) =>
      `Code="QuotaExceeded" Message="Operation could not be completed as it results in exceeding approved standardBSFamily Cores quota. ` +
      `Additional details - Deployment Model: Resource Manager, Current Limit: ${most} machines, Additional Required: 1."`,
    boot: (id) =>
      `Code="OSProvisioningTimedOut" Message="OS Provisioning for VM '${id.split("/").at(-1)}' did not finish in the allotted time."`,
  },
  digitalocean: {
    title: "DigitalOcean",
    throttled: "429 Too many requests: API Rate limit exceeded.",
    quota: (most) => `422 creating this/these droplet(s) will exceed your droplet limit (${most})`,
    boot: (id) => `Error waiting for droplet (${id}) to become ready: unexpected state 'off', wanted target 'active'`,
  },
};

/** The error with the provider, the pool and the node that it is about. */
export function refusal(
  status: number,
  { cloud, name, inputs }: Pick<CloudResource, "cloud" | "name"> & Partial<CloudResource>,
  words: string,
): LabError {
  const pool = inputs === undefined ? undefined : poolOf(inputs);
  const about = [WORDS[cloud].title, ...(pool === undefined ? [] : [`pool ${pool}`]), name].join(", ");
  return new LabError(`${about}: ${words}`, status);
}
