/** The SDK side of the provider `storm` (lab/local): networks, nodes and helper services as containers of this machine. */
import * as pulumi from "@pulumi/pulumi";

/** The provider's version; the engine finds the plugin by Pulumi.yaml's `plugins`. */
const VERSION = "0.1.0";

function options(opts: pulumi.CustomResourceOptions | undefined): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ version: VERSION }, opts);
}

export interface LocalNetworkArgs {
  /** Docker network's name, unique on the machine, e.g. "storm-dev-3f2a". */
  name: pulumi.Input<string>;
  /** Owner, the label `storm.cluster`: a network of this name that another cluster owns is an error. */
  cluster: pulumi.Input<string>;
  /**
   * Further labels.
   * @default none
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A Docker bridge network with a /24 of its own out of 172.28.0.0/16. Deleting it removes this cluster's leftovers on it. */
export class LocalNetwork extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  /** Docker's id of it. */
  declare readonly networkId: pulumi.Output<string>;
  /** E.g. "172.28.0.0/24". */
  declare readonly cidr: pulumi.Output<string>;
  /** This machine's own address on the network. */
  declare readonly gateway: pulumi.Output<string>;

  constructor(name: string, args: LocalNetworkArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "storm:local:Network",
      name,
      { ...args, networkId: undefined, cidr: undefined, gateway: undefined },
      options(opts),
    );
  }
}

export interface LocalNodeArgs {
  /** Container's name, unique on the machine, e.g. "storm-dev-3f2a-local-1". */
  name: pulumi.Input<string>;
  /** Host name inside the node. */
  hostname: pulumi.Input<string>;
  /** Name of the Docker network (LocalNetwork.name). */
  network: pulumi.Input<string>;
  /** Owner, the label `storm.cluster`. */
  cluster: pulumi.Input<string>;
  /** Image of the node's root file system; must be on this machine. */
  image: pulumi.Input<string>;
  /** cloud-init's user-data, as a cloud's instance would get it. Always secret. */
  userData: pulumi.Input<string>;
  /** cloud-init's meta-data: YAML with `instance-id` and `local-hostname`. */
  metaData: pulumi.Input<string>;
  /**
   * Limit of processor time; changed in place. Never more than the machine has.
   * @default no limit
   */
  cpus?: pulumi.Input<number>;
  /**
   * Limit of memory; changed in place. Never more than the machine has.
   * @default no limit
   */
  memoryMiB?: pulumi.Input<number>;
  /**
   * Host number of the address in the network's /24.
   * @default the lowest free one from 10 on
   */
  addressIndex?: pulumi.Input<number>;
}

/** A machine as a container that boots systemd and cloud-init. Any change but of its limits replaces it. */
export class LocalNode extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly hostname: pulumi.Output<string>;
  declare readonly network: pulumi.Output<string>;
  declare readonly image: pulumi.Output<string>;
  declare readonly containerId: pulumi.Output<string>;
  /** Fixed address on the network, reachable from this machine. */
  declare readonly address: pulumi.Output<string>;
  /** False if a refresh found it stopped; the next `up` starts it. */
  declare readonly running: pulumi.Output<boolean>;

  constructor(name: string, args: LocalNodeArgs, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, userData: pulumi.secret(args.userData) };
    super(
      "storm:local:Node",
      name,
      { ...props, containerId: undefined, address: undefined, running: undefined },
      options(opts),
    );
  }
}

/** A port of a service that the user of this machine reaches on 127.0.0.1. */
export interface LocalPort {
  /** Key in the output `ports`. */
  name: string;
  /** Port inside the container. */
  container: number;
  /** Tried in this order when the service is first made; then any free one. */
  preferred: number[];
}

/** Something of this machine inside a service's container. */
export interface LocalMount {
  /** Absolute path on this machine, or the name of a Docker volume. */
  source: string;
  target: string;
  /** @default false */
  readOnly?: boolean;
}

export interface LocalServiceArgs {
  /** Container's name, unique on the machine. */
  name: pulumi.Input<string>;
  /** Name of the Docker network (LocalNetwork.name). */
  network: pulumi.Input<string>;
  /** Owner, the label `storm.cluster`. */
  cluster: pulumi.Input<string>;
  /** Must be on this machine. */
  image: pulumi.Input<string>;
  /** @default the image's */
  command?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default the image's */
  entrypoint?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default none */
  environment?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Content by absolute path, put in before the start. A changed or new file goes into the running container; one that
   * is taken away replaces it. Contents may be secret.
   * @default none
   */
  files?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Sent after files changed, e.g. "SIGHUP".
   * @default none: the container is restarted
   */
  reloadSignal?: pulumi.Input<string>;
  /**
   * Host number of the address in the network's /24; numbers below 10 are kept for services.
   * @default the lowest free one from 10 on
   */
  addressIndex?: pulumi.Input<number>;
  /**
   * Ports to publish on 127.0.0.1; the numbers chosen are in the output `ports`.
   * @default none
   */
  ports?: pulumi.Input<LocalPort[]>;
  /** @default none */
  mounts?: pulumi.Input<LocalMount[]>;
  /**
   * Limit of memory; changed in place.
   * @default no limit
   */
  memoryMiB?: pulumi.Input<number>;
}

/** A helper container next to the nodes: load balancer, image cache. */
export class LocalService extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly containerId: pulumi.Output<string>;
  /** Fixed address on the network. */
  declare readonly address: pulumi.Output<string>;
  /** Chosen port on 127.0.0.1 by the port's name; stays the same as long as it can. */
  declare readonly ports: pulumi.Output<Record<string, number>>;
  /** False if a refresh found it stopped; the next `up` starts it. */
  declare readonly running: pulumi.Output<boolean>;

  constructor(name: string, args: LocalServiceArgs, opts?: pulumi.CustomResourceOptions) {
    // Two properties for the provider: in a preview the engine shows inputs in place of outputs of the same name.
    const { ports: publish, ...rest } = args;
    super(
      "storm:local:Service",
      name,
      { ...rest, publish, containerId: undefined, address: undefined, ports: undefined, running: undefined },
      options(opts),
    );
  }
}
