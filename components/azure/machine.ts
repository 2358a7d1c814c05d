import type * as pulumi from "@pulumi/pulumi";
import { packedUserData } from "../../boot/cloud-init";
import { lockedImage } from "../../plan/lock";
import type { PoolPlan } from "../../plan/types";
import type { SiteArgs } from "../site";

/**
 * Azure asks for a user who is not root. cloud-init makes those that user-data names, which are others: nobody can log in as this
 * one.
 */
export const ADMIN_USER = "storm";

/** In GiB: images and logs of some dozen services. */
const OS_DISK_GIB = 64;

/**
 * What storm.lock has, else Canonical's Ubuntu 24.04 LTS, second generation. "latest" is looked up by Azure when a machine is made
 * and then stays the machine's own: a newer one is for machines that come later.
 */
export function imageOf({ plan, site }: Pick<SiteArgs, "plan" | "site">, architecture: PoolPlan["architecture"]) {
  const locked = lockedImage(plan.lock, site, architecture);
  if (locked?.startsWith("/")) return { id: locked };
  if (locked !== undefined) {
    const [publisher, offer, sku, version] = locked.split(":");
    return { publisher, offer, sku, version };
  }
  return {
    publisher: "Canonical",
    offer: "ubuntu-24_04-lts",
    sku: architecture === "arm64" ? "server-arm64" : "server",
    version: "latest",
  };
}

/** The disk that a machine boots from and that goes with it. Premium: Swarm's and Consul's logs wait for each write. */
export const OS_DISK = {
  createOption: "FromImage",
  deleteOption: "Delete",
  caching: "ReadWrite",
  diskSizeGB: OS_DISK_GIB,
  managedDisk: { storageAccountType: "Premium_LRS" },
} as const;

/** Disks, their caches and the temporary disk are encrypted where the machine runs; a feature to register, see docs/clouds.md. */
export const SECURITY = { encryptionAtHost: true };

/** No password; the agent runs no extensions, which would be commands from whoever may write to the machine's resource. */
export function osSettings(userData: pulumi.Output<string>, publicKey: pulumi.Output<string>) {
  return {
    adminUsername: ADMIN_USER,
    allowExtensionOperations: false,
    customData: userData.apply(packedUserData),
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      ssh: {
        publicKeys: [
          { path: `/home/${ADMIN_USER}/.ssh/authorized_keys`, keyData: publicKey.apply((line) => line.trim()) },
        ],
      },
    },
  };
}

/**
 * A spot machine costs what is asked at most as much as any other, and goes when Azure needs the place: it is deleted, as a dead
 * node is, and not kept stopped (and its disk paid) until someone starts it.
 */
export function spotSettings({ spot }: Pick<PoolPlan, "spot">) {
  return spot ? { priority: "Spot", evictionPolicy: "Delete", billingProfile: { maxPrice: -1 } } : {};
}

/** Without any role: the machine can prove who it is, and do nothing. */
export function identitySettings(identityId: pulumi.Output<string>) {
  return { type: "UserAssigned" as const, userAssignedIdentities: [identityId] };
}
