/**
 * Previews on the official plugins instead of stand-ins (`npm run verify:official`): without an account, so that nothing may be asked
 * of a cloud. All that this takes is here, and in a lab's own folder: no real stack can come by it.
 */
import * as pulumi from "@pulumi/pulumi";
import { formatLock } from "../../spec/lock";

/** Whether this run is on the official plugins. */
export const OFFICIAL = process.env["STORM_PLUGIN"] === "official";

/** Credentials of nobody. The plugins want some before they look at a resource, and a preview of new resources uses none. */
export const NOBODY: Record<string, string> = {
  AWS_ACCESS_KEY_ID: "verify-official",
  AWS_SECRET_ACCESS_KEY: "verify-official",
  AWS_EC2_METADATA_DISABLED: "true",
  ARM_CLIENT_ID: "00000000-0000-0000-0000-000000000001",
  ARM_CLIENT_SECRET: "verify-official",
  ARM_TENANT_ID: "00000000-0000-0000-0000-000000000002",
  ARM_SUBSCRIPTION_ID: "00000000-0000-0000-0000-000000000003",
  DIGITALOCEAN_TOKEN: "verify-official",
};

const AWS_REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "us-east-2"];
const DIGITALOCEAN_REGIONS = ["ams3", "fra1", "nyc3"];

/** Images for every region that the previews name: without them the cloud would be asked for the newest. The ids are nobody's. */
export function pinnedImages(): string {
  const id = { amd64: "ami-0a00000000000a64d", arm64: "ami-0a00000000000a64a" };
  const images = [
    ...AWS_REGIONS.flatMap((region) =>
      (["amd64", "arm64"] as const).map((architecture) => [`aws/${region}/${architecture}`, id[architecture]]),
    ),
    ...DIGITALOCEAN_REGIONS.map((region) => [`digitalocean/${region}/amd64`, "195932981"]),
  ];
  return formatLock({ images: Object.fromEntries(images) as Record<string, string>, containers: {} });
}

/** What the plugins would ask an account for before a preview. */
const UNASKED = {
  "pulumi:providers:aws": {
    skipCredentialsValidation: true,
    skipRequestingAccountId: true,
    skipMetadataApiCheck: true,
    skipRegionValidation: true,
  },
};

/** For the entry program of an official lab, before the program itself. */
export function askNothing(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const more = (UNASKED as Record<string, object | undefined>)[type];
    return more === undefined ? undefined : { props: { ...(props as object), ...more }, opts };
  });
}

/** An entry program that asks nothing of a cloud, and else is the repository's own. */
export function officialProgram(index: string): string[] {
  return [
    '"use strict";',
    'require("tsx/cjs");',
    `require(${JSON.stringify(__filename)}).askNothing();`,
    `module.exports = require(${JSON.stringify(index)});`,
  ];
}

/**
 * A test that official plugins cannot pass without an account: there it is counted as skipped, with the reason in its title.
 * @param reason after "stand-ins only: "
 */
export function standInOnly(reason: string): (title: string, work: () => Promise<void> | void) => void {
  return (title, work) => {
    const whole = async () => {
      await work();
    };
    if (OFFICIAL) test.skip(`${title} (stand-ins only: ${reason})`, whole);
    else test(title, whole);
  };
}
