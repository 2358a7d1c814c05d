/** The stack file, as plain data. */
export interface WhoamiArgs {
  image: string;
  replicas: number;
  /** Host name that the ingress routes. */
  host: string;
  /** Overlay that the ingress reaches services on. */
  network: string;
  /** Hash of whoami.js. */
  programHash: string;
}

/** What `docker stack deploy` reads. A config cannot change in place, so its content's hash is in its name. */
export function compose({ image, replicas, host, network, programHash }: WhoamiArgs): object {
  return {
    version: "3.8",
    services: {
      whoami: {
        image,
        command: ["node", "/whoami.js"],
        user: "1000:1000",
        environment: { TASK: "{{.Task.Name}}", NODE: "{{.Node.Hostname}}" },
        // What the nodes' registrator reads: the ingress routes this host to this port of each task.
        labels: { "storm.route.host": host, "storm.route.port": "8080", "storm.expose": "8080" },
        configs: [{ source: "program", target: "/whoami.js" }],
        networks: [network],
        deploy: {
          replicas,
          endpoint_mode: "dnsrr",
          placement: { constraints: ["node.labels.storm.role != data"] },
          update_config: { order: "start-first", failure_action: "rollback" },
        },
      },
    },
    configs: { program: { name: `whoami-${programHash}`, file: "./whoami.js" } },
    networks: { [network]: { external: true } },
  };
}
