import * as pulumi from "@pulumi/pulumi";
import { createSite } from "../../../components/pools/digitalocean";
import type { Site } from "../../../components/site";
import type { Plan } from "../../../plan/types";
import { planOf } from "../../plan/plans";
import { Turns } from "../../../components/turns";
import { SIDE_BY_SIDE } from "../../../plan/succession";
import { IMAGES } from "./look-ups";
import { type Registered, register } from "./mocks";

/** A site with a pool of each kind. */
export const WHOLE = `
Hostname: storm.example.com
DigitalOcean:
  region: ams3
  pools:
    - {name: managers, count: 1, role: manager}
    - {name: web, count: 1..4, scaleOn: {cpu: 60%}}
    - {name: data, count: 1, role: data, volume: 100GB}
network: {adminCidrs: [203.0.113.0/24]}
`;

export interface Made {
  resources: Registered[];
  site: Site;
  plan: Plan;
}

export async function siteOf(text: string, preview = false): Promise<Made> {
  const plan = planOf(text);
  const [site] = plan.sites;
  if (!site) throw new Error("the plan has no site");
  const { resources, result } = await register(
    () =>
      createSite({
        plan,
        site,
        clusterId: pulumi.output("ab12"),
        ssh: { publicKey: pulumi.output("ssh-ed25519 AAAA\n"), privateKey: pulumi.secret("program's key") },
        enrolment: (pool) => pulumi.secret({ consulCaPem: "CA", token: `token of ${pool.key}` }),
        turns: new Turns(SIDE_BY_SIDE),
      }),
    { preview, lookUps: IMAGES },
  );
  return { resources, site: result, plan };
}

/** The one resource of this type (its last part) and name. */
export function resourceOf(made: Made, type: string, name: string): Registered {
  const [one, ...more] = made.resources.filter((each) => each.type.endsWith(`:${type}`) && each.name === name);
  if (!one || more.length > 0) throw new Error(`not exactly one ${type} ${name}`);
  return one;
}
