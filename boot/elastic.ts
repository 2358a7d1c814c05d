import type { Plan, PoolPlan } from "../plan/types";
import type { NodeFile } from "./boot-files";
import { consulConfig } from "./consul";
import { daemonConfig } from "./docker";
import { elasticNodeConfig } from "./node-config";

/** What an elastic node's user-data brings besides the plan, so that it enrols by itself. Rotates with `up`. */
export interface Enrolment {
  /** PEM that the site's Consul answers are verified with, as `server.<dc>.consul`. */
  consulCaPem: string;
  /** May write its own pool's peers and addresses, read peers and what a worker of its pool gets; nothing else. */
  token: string;
}

export interface ElasticUserDataArgs {
  plan: Plan;
  pool: PoolPlan;
  /** Private addresses of the site's fixed nodes: there an elastic node enrols, on port 8501. */
  rendezvous: string[];
  enrolment: Enrolment;
  /** See elasticUserDataFiles. */
  files: NodeFile[];
}

const json = (value: object) => `${JSON.stringify(value, undefined, 1)}\n`;

/**
 * The user-data of every node of an elastic pool: the same text for all, each makes itself a name and an address and puts them into the
 * templates (storm_elastic.py). cloud-init does no more than start that unit, which tries until it is in.
 */
export function elasticUserData({ plan, pool, rendezvous, enrolment, files }: ElasticUserDataArgs): string {
  const node = elasticNodeConfig(plan, pool);
  const config = {
    pool: pool.key,
    name: pool.name,
    block: pool.meshCidr,
    port: node.mesh.port,
    datacenter: plan.datacenter,
    rendezvous,
    // Nodes of other sites have no other way to it.
    publicEndpoint: plan.sites.length > 1,
    templates: {
      "/etc/storm/node.json": json(node),
      "/etc/consul.d/node.json": json(consulConfig(node)),
      "/etc/docker/daemon.json": json(daemonConfig(node)),
    },
  };
  const own: NodeFile[] = [
    { path: "/etc/storm/elastic.json", content: json(config), mode: "0644" },
    { path: "/etc/storm/enrolment.json", content: json(enrolment), mode: "0600" },
    {
      path: "/etc/ssh/sshd_config.d/storm.conf",
      content: "PasswordAuthentication no\nPermitRootLogin no\n",
      mode: "0644",
    },
  ];
  return `#cloud-config\n${json({
    // The node names itself, and keeps the name.
    preserve_hostname: true,
    manage_etc_hosts: false,
    locale: "C.UTF-8",
    disable_root: true,
    ssh_pwauth: false,
    write_files: [...own, ...files].map(({ path, content, mode }) => ({ path, content, permissions: mode })),
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "storm-elastic.service"],
    ],
  })}`;
}
