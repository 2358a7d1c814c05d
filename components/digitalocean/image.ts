import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { lockedImage } from "../../plan/lock";
import type { SiteArgs } from "../site";

/**
 * The newest Ubuntu LTS that DigitalOcean offers under this slug: always its latest build. All of the catalog's Droplets are x64
 * (docs.digitalocean.com/products/droplets/details/images).
 */
const UBUNTU_LTS = "ubuntu-24-04-x64";

/**
 * The image of a site's Droplets: what storm.lock has, else the number of the slug's build of today. A slug means another build
 * tomorrow; the number is what the state keeps and storm.lock pins. Whoever uses it has it in `ignoreChanges`.
 * @param parent by whose provider it is looked up
 */
export function ubuntuImage(
  { plan, site }: Pick<SiteArgs, "plan" | "site">,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const locked = lockedImage(plan.lock, site, "amd64");
  if (locked !== undefined) return pulumi.output(locked);
  return digitalocean.getImageOutput({ slug: UBUNTU_LTS }, { parent }).apply(({ id }) => String(id));
}
