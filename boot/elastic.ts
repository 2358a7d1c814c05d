import type { Plan, PoolPlan } from "../plan/types";
import type { NodeFile } from "./boot-files";

/** What an elastic node's user-data brings besides the plan, so that it enrols by itself. Rotates with `up`. */
export interface Enrolment {
  /** PEM that the site's Consul answers are verified with, as `server.<dc>.consul`. */
  consulCaPem: string;
  /** May write its own pool's peers, read peers, scripts and the worker's join token; nothing else. */
  token: string;
}

export interface ElasticUserDataArgs {
  plan: Plan;
  pool: PoolPlan;
  /** Private addresses of the site's fixed nodes: there an elastic node enrols, on port 8501. */
  rendezvous: string[];
  enrolment: Enrolment;
  /** See bootFiles. */
  files: NodeFile[];
}

/** The user-data of every node of an elastic pool: the same text for all, each makes itself a name and an address. */
export function elasticUserData({ plan, pool, rendezvous, enrolment, files }: ElasticUserDataArgs): string {
  const config = { pool: pool.key, site: pool.site, datacenter: plan.datacenter, rendezvous };
  return `#cloud-config\n${JSON.stringify({
    write_files: [
      { path: "/etc/storm/elastic.json", content: JSON.stringify(config), permissions: "0644" },
      { path: "/etc/storm/enrolment.json", content: JSON.stringify(enrolment), permissions: "0600" },
      ...files.map(({ path, content, mode }) => ({ path, content, permissions: mode })),
    ],
  })}`;
}
